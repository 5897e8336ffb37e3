// SPDX-License-Identifier: MIT
/* Waiting faults, in the order in which they were set. */
#include "sim/faults.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"

#define FAULTS_MAX 1000

struct fault {
    struct list link;
    struct arena *arena; /* of its texts */
    uint64_t id;
    uint64_t left;
    uint64_t hits;
    bool forever;
    struct str method; /* those four: empty matches all */
    struct str path;
    struct str account;
    struct str name;
    struct directives directives;
};

struct faults {
    struct list list;
    size_t count;
    uint64_t last_id;
};

struct faults *faults_new(void)
{
    struct faults *faults = MEM_NEW(struct faults);

    list_init(&faults->list);
    return faults;
}

static void remove_fault(struct faults *faults, struct fault *fault)
{
    list_remove(&fault->link);
    arena_free(fault->arena);
    mem_free(fault);
    faults->count--;
}

void faults_clear(struct faults *faults)
{
    while (!list_is_empty(&faults->list))
        remove_fault(faults, LIST_ITEM(faults->list.next, struct fault, link));
}

void faults_free(struct faults *faults)
{
    if (!faults)
        return;
    faults_clear(faults);
    mem_free(faults);
}

/* ---- setting ------------------------------------------------------------ */

static struct str take_text(struct fault *fault, const struct json_doc *doc,
                            const char *member)
{
    struct str text;

    if (!json_doc_get_str(doc, member, &text))
        return STR_EMPTY;
    return arena_str(fault->arena, text);
}

static bool fill(struct fault *fault, struct json_doc *doc, struct err *err)
{
    struct json_doc *directives = json_doc_get(doc, "directives");

    if (!directives || !json_doc_is_object(directives))
        return err_set(err, ERR_BAD_REQUEST, "\"directives\" is missing");
    fault->left = 1;
    (void)json_doc_get_u64(doc, "times", &fault->left);
    fault->forever = fault->left == 0;
    fault->method = take_text(fault, doc, "method");
    fault->path = take_text(fault, doc, "path");
    fault->account = take_text(fault, doc, "account");
    fault->name = take_text(fault, doc, "name");
    return directives_from_json(&fault->directives, fault->arena, directives,
                                err);
}

uint64_t faults_add(struct faults *faults, struct json_doc *doc,
                    struct err *err)
{
    struct fault *fault;

    if (faults->count >= FAULTS_MAX) {
        err_set(err, ERR_BUSY, "%d faults are waiting already", FAULTS_MAX);
        return 0;
    }
    fault = MEM_NEW(struct fault);
    fault->arena = arena_new();
    list_push(&faults->list, &fault->link);
    faults->count++;
    if (!fill(fault, doc, err)) {
        remove_fault(faults, fault);
        return 0;
    }
    return fault->id = ++faults->last_id;
}

/* ---- matching ----------------------------------------------------------- */

static bool matches_path(struct str pattern, struct str path)
{
    if (pattern.len > 0 && pattern.at[pattern.len - 1] == '*')
        return str_starts(path, str_sub(pattern, 0, pattern.len - 1));
    return pattern.len == 0 || str_eq(pattern, path);
}

static bool ends_with(struct str s, struct str end)
{
    return s.len >= end.len && str_eq(str_from(s, s.len - end.len), end);
}

static bool matches(const struct fault *fault, const struct request *req,
                    struct str token, struct str name)
{
    return (fault->method.len == 0 || str_eq(fault->method, req->method)) &&
           (fault->name.len == 0 || str_eq(fault->name, name)) &&
           matches_path(fault->path, req->path) &&
           ends_with(token, fault->account);
}

static void hit(struct faults *faults, struct fault *fault, struct arena *arena,
                struct directives *directives)
{
    directives_overlay(directives, arena, &fault->directives);
    fault->hits++;
    if (!fault->forever && --fault->left == 0)
        remove_fault(faults, fault);
}

void faults_apply(struct faults *faults, const struct request *req,
                  struct str token, struct directives *directives)
{
    for (struct list *node = faults->list.next; node != &faults->list;
         node = node->next) {
        struct fault *fault = LIST_ITEM(node, struct fault, link);

        if (matches(fault, req, token, directives->name)) {
            hit(faults, fault, req->arena, directives);
            return;
        }
    }
}

/* ---- telling ------------------------------------------------------------ */

static void write_text(struct buf *out, const char *name, struct str text)
{
    buf_printf(out, ",\"%s\":\"", name);
    text_json_escape(out, text);
    buf_add(out, STR("\""));
}

static void write_fault(const struct fault *fault, struct buf *out)
{
    buf_printf(out, "{\"id\":%llu,\"left\":%llu,\"hits\":%llu",
               (unsigned long long)fault->id, (unsigned long long)fault->left,
               (unsigned long long)fault->hits);
    write_text(out, "method", fault->method);
    write_text(out, "path", fault->path);
    write_text(out, "name", fault->name);
    buf_add(out, STR("}"));
}

void faults_write(const struct faults *faults, struct buf *out)
{
    buf_add(out, STR("["));
    for (const struct list *node = faults->list.next; node != &faults->list;
         node = node->next) {
        if (node != faults->list.next)
            buf_add(out, STR(","));
        write_fault(CONTAINER_OF((struct list *)(uintptr_t)node, struct fault,
                                 link),
                    out);
    }
    buf_add(out, STR("]"));
}
