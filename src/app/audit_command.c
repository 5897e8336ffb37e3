// SPDX-License-Identifier: MIT
/* Who managed what, by the management API of the running relay, or of this process on
   the folder. */
#include "app/audit_command.h"

#include <stdio.h>
#include <string.h>

#include "app/audit_table.h"
#include "app/invocation.h"
#include "app/remote.h"
#include "app/terminal.h"
#include "base/shown.h"

#define PATH_LEN_MAX 8192
#define PAGE_MAX 200
#define COUNT_DEFAULT 50

struct asking {
    struct str filters[5]; /* of options[] */
    uint64_t count;        /* so many at most; UINT64_MAX: all */
    bool json;
    bool csv; /* all that match */
};

static const char *const options[] = { "since", "until", "who", "action",
                                       "target" };

/* ---- arguments ----------------------------------------------------------- */

static int usage(const char *problem, const char *argument)
{
    char value[SHOWN_MAX];

    (void)fprintf(stderr, "claude-relay: %s%s%s\n", problem,
                  argument ? " " : "",
                  argument ? shown_argument(str_of(argument), value) : "");
    invocation_print_usage(stderr, STR(AUDIT_COMMAND_USAGE));
    return 2;
}

static bool take_count(struct str text, uint64_t *count)
{
    if (str_eq(text, STR("all"))) {
        *count = UINT64_MAX;
        return true;
    }
    return str_to_u64(text, UINT32_MAX, count) && *count > 0;
}

/* The value of "--NAME VALUE" or "--NAME=VALUE"; false if it is another option.  An
   address of NULL: there is no value. */
static bool take_value(int argc, char **argv, int *i, const char *name,
                       struct str *value)
{
    struct str argument = str_of(argv[*i]);
    size_t len = 2 + strlen(name);

    if (!str_starts(argument, STR("--")) ||
        !str_starts(str_from(argument, 2), str_of(name)))
        return false;
    *value = (struct str){ .at = NULL };
    if (argument.len > len && argument.at[len] == '=')
        *value = str_from(argument, len + 1);
    else if (argument.len > len)
        return false;
    else if (*i + 1 < argc)
        *value = str_of(argv[++*i]);
    return true;
}

static bool take_filter(int argc, char **argv, int *i, struct asking *asking,
                        const char **problem)
{
    struct str value;

    for (size_t k = 0; k < COUNT_OF(options); k++) {
        if (!take_value(argc, argv, i, options[k], &value))
            continue;
        asking->filters[k] = value;
        if (!value.at || value.len == 0)
            *problem = "a value is missing behind";
        return true;
    }
    if (!take_value(argc, argv, i, "limit", &value))
        return false;
    if (!value.at || !take_count(value, &asking->count))
        *problem = "a whole number, or all, must be behind";
    return true;
}

static int take_arguments(int argc, char **argv, struct asking *asking)
{
    for (int i = 0; i < argc; i++) {
        const char *argument = argv[i];
        const char *problem = NULL;

        if (strcmp(argument, "--json") == 0)
            asking->json = true;
        else if (strcmp(argument, "--csv") == 0)
            asking->csv = true;
        else if (!take_filter(argc, argv, &i, asking, &problem))
            problem = "audit does not take";
        if (problem)
            return usage(problem, argument);
    }
    return asking->json && asking->csv
               ? usage("--json and --csv do not go together", NULL)
               : 0;
}

/* ---- asking -------------------------------------------------------------- */

static void add_filters(struct buf *path, const struct asking *asking)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if (!asking->filters[i].at)
            continue;
        buf_printf(path, "&%s", options[i]);
        remote_path(path, "=", str_sub(asking->filters[i], 0, 500));
    }
}

static void add_path(struct buf *path, const struct asking *asking,
                     uint64_t left, struct str cursor)
{
    buf_printf(path, "/admin/api/audit?limit=%llu",
               (unsigned long long)(left < PAGE_MAX ? left : PAGE_MAX));
    add_filters(path, asking);
    if (cursor.len > 0)
        remote_path(path, "&cursor=", cursor);
}

/* The page after `*page`, which is freed; NULL and true if that was the last. */
static bool turn(struct remote *remote, const struct asking *asking,
                 uint64_t left, struct json_doc **page, struct err *err)
{
    struct remote_call call = { .method = "GET" };
    struct str cursor = STR_EMPTY;
    struct buf path;
    bool ok = true;

    buf_init(&path, PATH_LEN_MAX);
    if (!*page || json_doc_get_str(*page, "next_cursor", &cursor)) {
        add_path(&path, asking, left, cursor);
        call.path = buf_str(&path);
        ok = remote_call(remote, &call, err);
    }
    buf_done(&path);
    json_doc_free(*page);
    *page = call.answer;
    return ok;
}

static uint64_t take_page(struct json_doc *all, const struct json_doc *page)
{
    const struct json_doc *entries = json_doc_get(page, "entries");
    size_t count = json_doc_count(entries);

    for (size_t i = 0; i < count; i++)
        json_doc_add(all, json_doc_copy(json_doc_at(entries, i)));
    return count;
}

static bool read_all(struct remote *remote, const struct asking *asking,
                     struct json_doc *all, struct err *err)
{
    struct json_doc *page = NULL;
    uint64_t left = asking->count;
    bool ok = turn(remote, asking, left, &page, err);

    while (ok && page) {
        left -= take_page(all, page);
        if (left == 0)
            break;
        ok = turn(remote, asking, left, &page, err);
    }
    json_doc_free(page);
    return ok;
}

static int show(struct remote *remote, const struct asking *asking)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *all = json_doc_new_array();
    struct err err;
    int status = 0;

    json_doc_set(doc, "entries", all);
    if (!read_all(remote, asking, all, &err))
        status = terminal_fail(&err);
    else if (asking->json)
        terminal_print(doc);
    else if (json_doc_count(all) == 0)
        (void)printf("The audit log has no such entry.\n");
    else
        audit_table_print(all);
    json_doc_free(doc);
    return status;
}

/* As it comes. */
static int write_csv(struct remote *remote, const struct asking *asking)
{
    struct remote_call call = { .method = "GET", .sink = terminal_write };
    struct buf path;
    struct err err;
    int status = 0;

    buf_init(&path, PATH_LEN_MAX);
    buf_add(&path, STR("/admin/api/audit?format=csv"));
    add_filters(&path, asking);
    call.path = buf_str(&path);
    if (!remote_call(remote, &call, &err))
        status = terminal_fail(&err);
    json_doc_free(call.answer);
    buf_done(&path);
    return status;
}

int audit_command_run(int argc, char **argv, const struct config *config)
{
    struct asking asking = { .count = COUNT_DEFAULT };
    struct remote *remote;
    struct err err;
    int status = take_arguments(argc, argv, &asking);

    if (status != 0)
        return status;
    remote = remote_ask(config, !asking.json && !asking.csv, &err);
    if (!remote)
        return terminal_fail(&err);
    return remote_close(remote, asking.csv ? write_csv(remote, &asking)
                                           : show(remote, &asking));
}
