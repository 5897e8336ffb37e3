// SPDX-License-Identifier: MIT
/* Uploaded files.  The newest are kept, each with its own arena. */
#include "sim/files.h"

#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"
#include "sim/digest.h"
#include "sim/multipart.h"
#include "sim/visit.h"

#define FILES_MAX 50
#define CONTENT_MAX (8u * 1024 * 1024)

struct file {
    struct list link;
    struct arena *arena; /* of the names */
    char id[SIM_ID_MAX];
    char sha256[DIGEST_HEX_MAX];
    struct str filename;
    struct str mime_type;
    uint64_t created_ms;
    uint64_t size;
    struct buf content;
    bool has_content;
};

struct files {
    struct list list; /* oldest first */
    size_t count;
};

/* A file on its way in. */
struct upload {
    struct multipart multipart;
    struct digest *digest;
    struct buf content;
    bool too_long;
    uint64_t size;
};

struct files *files_new(void)
{
    struct files *files = MEM_NEW(struct files);

    list_init(&files->list);
    return files;
}

static struct file *file_at(struct list *node)
{
    return LIST_ITEM(node, struct file, link);
}

static void remove_file(struct files *files, struct file *file)
{
    list_remove(&file->link);
    arena_free(file->arena);
    buf_done(&file->content);
    mem_free(file);
    files->count--;
}

void files_free(struct files *files)
{
    if (!files)
        return;
    while (!list_is_empty(&files->list))
        remove_file(files, file_at(files->list.next));
    mem_free(files);
}

/* The file of the path, or NULL and a 404. */
static struct file *find(struct visit *visit)
{
    struct list *head = &visit->sim->files->list;
    struct str text;

    for (struct list *node = head->next; node != head; node = node->next) {
        if (str_eq(visit->param, str_of(file_at(node)->id)))
            return file_at(node);
    }
    text = arena_printf(visit->req->arena, "File not found: " STR_FMT,
                        STR_ARG(visit->param));
    reply_fault(visit, 404, text.at);
    return NULL;
}

/* ---- uploading ---------------------------------------------------------- */

static void take_content(void *arg, struct str bytes)
{
    struct upload *upload = arg;

    upload->size += bytes.len;
    digest_add(upload->digest, bytes);
    if (!upload->too_long && !buf_append(&upload->content, bytes)) {
        upload->too_long = true;
        buf_done(&upload->content);
    }
}

static void take_bytes(struct visit *visit, struct str bytes)
{
    struct upload *upload = visit->sink_state;

    multipart_feed(&upload->multipart, bytes);
}

static void release_upload(struct visit *visit)
{
    struct upload *upload = visit->sink_state;

    multipart_done(&upload->multipart);
    digest_free(upload->digest);
    buf_done(&upload->content);
}

void files_upload(struct visit *visit)
{
    struct arena *arena = visit->req->arena;
    struct upload *upload = arena_zalloc(arena, sizeof(*upload));
    const struct str *type =
        headers_get(&visit->req->headers, STR("content-type"));

    upload->digest = digest_new();
    buf_init(&upload->content, CONTENT_MAX);
    if (!multipart_init(&upload->multipart, arena, type ? *type : STR_EMPTY))
        upload->multipart.state = MULTIPART_BAD;
    upload->multipart.content = take_content;
    upload->multipart.arg = upload;
    visit->sink_state = upload;
    visit->sink = take_bytes;
    visit->sink_done = release_upload;
}

/* ---- as JSON ------------------------------------------------------------ */

static void write_file(const struct file *file, struct buf *out)
{
    char created[TEXT_TIME_MAX];

    text_format_time(file->created_ms, created);
    buf_printf(out, "{\"type\":\"file\",\"id\":\"%s\",\"filename\":\"",
               file->id);
    text_json_escape(out, file->filename);
    buf_add(out, STR("\",\"mime_type\":\""));
    text_json_escape(out, file->mime_type);
    buf_printf(out,
               "\",\"size_bytes\":%llu,\"created_at\":\"%s\","
               "\"downloadable\":%s,\"sha256\":\"%s\"}",
               (unsigned long long)file->size, created,
               file->has_content ? "true" : "false", file->sha256);
}

/* ---- endpoints ---------------------------------------------------------- */

static struct file *add_file(struct visit *visit, struct upload *upload)
{
    struct files *files = visit->sim->files;
    struct file *file = MEM_NEW(struct file);

    if (files->count == FILES_MAX)
        remove_file(files, file_at(files->list.next));
    file->arena = arena_new();
    file->filename = arena_str(file->arena, upload->multipart.filename);
    file->mime_type = arena_str(file->arena, upload->multipart.mime_type);
    file->created_ms = clock_wall_ms();
    file->size = upload->size;
    file->has_content = !upload->too_long;
    file->content = upload->content; /* handed over */
    buf_init(&upload->content, 0);
    digest_hex(upload->digest, file->sha256);
    sim_make_id(visit->sim, "file_sim_", file->id);
    list_push(&files->list, &file->link);
    files->count++;
    return file;
}

void files_create(struct visit *visit)
{
    struct upload *upload = visit->sink_state;

    if (upload->multipart.state != MULTIPART_DONE ||
        !upload->multipart.has_file) {
        reply_fault(visit, 400,
                    "file: a multipart/form-data part with a file "
                    "name is required");
        return;
    }
    write_file(add_file(visit, upload), reply_json(visit));
}

void files_get(struct visit *visit)
{
    const struct file *file = find(visit);

    if (file)
        write_file(file, reply_json(visit));
}

void files_delete(struct visit *visit)
{
    struct file *file = find(visit);

    if (!file)
        return;
    buf_printf(reply_json(visit), "{\"id\":\"%s\",\"type\":\"file_deleted\"}",
               file->id);
    remove_file(visit->sim->files, file);
}

void files_content(struct visit *visit)
{
    struct file *file = find(visit);

    if (!file)
        return;
    if (!file->has_content) {
        reply_fault(visit, 400, "the content of this file was not kept");
        return;
    }
    buf_add(reply_open(visit, 200,
                       arena_str(visit->req->arena, file->mime_type)),
            buf_str(&file->content));
}

void files_list(struct visit *visit)
{
    struct list *head = &visit->sim->files->list;
    struct buf *out = reply_json(visit);
    bool some = !list_is_empty(head);

    buf_add(out, STR("{\"data\":["));
    for (struct list *node = head->prev; node != head; node = node->prev) {
        if (node != head->prev)
            buf_add(out, STR(","));
        write_file(file_at(node), out);
    }
    buf_add(out, STR("],\"has_more\":false"));
    if (some)
        buf_printf(out, ",\"first_id\":\"%s\",\"last_id\":\"%s\"}",
                   file_at(head->prev)->id, file_at(head->next)->id);
    else
        buf_add(out, STR(",\"first_id\":null,\"last_id\":null}"));
}
