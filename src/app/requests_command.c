// SPDX-License-Identifier: MIT
/* The last requests, by the management API of the running relay, or of this process on
   the folder: CSV as it comes, JSON and the table page by page. */
#include "app/requests_command.h"

#include <stdio.h>
#include <string.h>

#include "app/ask_arguments.h"
#include "app/invocation.h"
#include "app/remote.h"
#include "app/request_show.h"
#include "app/requests_rows.h"
#include "app/requests_table.h"
#include "app/running_command.h"
#include "app/terminal.h"

#define PATH_MAX_LEN 65536
#define TEXT_MAX (64u * 1024 * 1024)
#define PAGE 500
#define COUNT_DEFAULT 20
/* They lie in memory until all are there, for the widths of columns. */
#define TABLE_MAX 10000

static const char *const names[] = { "since",
                                     "until",
                                     "key",
                                     "group",
                                     "owner",
                                     "account",
                                     "model",
                                     "session",
                                     "not-key",
                                     "not-group",
                                     "not-owner",
                                     "not-account",
                                     "not-model",
                                     "not-end",
                                     "status",
                                     "end",
                                     "endpoint",
                                     "id",
                                     "client-id",
                                     "upstream-id",
                                     "partial",
                                     "unpriced",
                                     "min-cost-microusd",
                                     "min-duration-ms",
                                     "limit",
                                     NULL };

struct requests {
    struct remote *remote;
    const struct ask_arguments *arguments;
    uint64_t left;             /* UINT64_MAX: all */
    struct requests_rows rows; /* of JSON */
    struct json_doc *all;      /* for people */
    bool cut;                  /* all were wanted, and there may be more */
};

static int complain(const char *problem)
{
    invocation_print(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, STR(REQUESTS_COMMAND_USAGE));
    return 2;
}

static bool is_for_programs(const struct requests *requests)
{
    return requests->arguments->csv || requests->arguments->json;
}

static bool wants_all(const struct requests *requests)
{
    return str_eq(requests->arguments->limit, STR("all"));
}

/* The page after `*page`, which is freed; NULL after the last. */
static bool turn(const struct requests *requests, struct json_doc **page,
                 struct err *err)
{
    uint64_t limit = requests->left < PAGE ? requests->left : PAGE;
    struct remote_call call = { .method = "GET" };
    struct str cursor = STR_EMPTY;
    struct buf path;
    bool ok = true;

    buf_init(&path, PATH_MAX_LEN);
    if (!*page || json_doc_get_str(*page, "next_cursor", &cursor)) {
        buf_printf(&path, "/admin/api/requests?limit=%llu",
                   (unsigned long long)limit);
        buf_add(&path, buf_str(&requests->arguments->query));
        if (cursor.len > 0)
            remote_path(&path, "&cursor=", cursor);
        call.path = buf_str(&path);
        ok = remote_call(requests->remote, &call, err);
    }
    buf_done(&path);
    json_doc_free(*page);
    *page = call.answer;
    return ok;
}

static void take(struct requests *requests, const struct json_doc *page)
{
    const struct json_doc *list = json_doc_get(page, "requests");
    size_t count = json_doc_count(list);
    struct str next;
    bool more = json_doc_get_str(page, "next_cursor", &next);

    requests->left -= count;
    requests->cut = more && requests->left == 0 && wants_all(requests);
    if (requests->arguments->json)
        requests_rows_write(&requests->rows, page,
                            !more || requests->left == 0);
    else
        for (size_t i = 0; i < count; i++)
            json_doc_add(requests->all, json_doc_copy(json_doc_at(list, i)));
}

/* A page may be empty, though there are more: it comes when its time is up. */
static bool read_all(struct requests *requests, struct err *err)
{
    struct json_doc *page = NULL;
    bool ok = turn(requests, &page, err);

    while (ok && page) {
        take(requests, page);
        if (requests->left == 0)
            break;
        ok = turn(requests, &page, err);
    }
    json_doc_free(page);
    return ok;
}

static void print_table(const struct requests *requests)
{
    struct buf text;

    if (json_doc_count(requests->all) == 0) {
        (void)printf("No request matches.\n");
        return;
    }
    buf_init(&text, TEXT_MAX);
    requests_table_add(&text, terminal_width(), requests->all);
    (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
    if (requests->cut)
        (void)
            printf("\nThese are the newest %d: --csv and --json have all, and "
                   "--until shows older ones.\n",
                   TABLE_MAX);
}

/* As the API has it, with its titles. */
static int write_csv(const struct requests *requests)
{
    struct remote_call call = { .method = "GET", .sink = terminal_write };
    struct buf path;
    struct err err;
    bool ok;

    buf_init(&path, PATH_MAX_LEN);
    buf_add(&path, STR("/admin/api/requests?format=csv"));
    if (requests->left < UINT64_MAX)
        buf_printf(&path, "&limit=%llu", (unsigned long long)requests->left);
    buf_add(&path, buf_str(&requests->arguments->query));
    call.path = buf_str(&path);
    ok = remote_call(requests->remote, &call, &err);
    buf_done(&path);
    return ok ? 0 : terminal_fail(&err);
}

static int show(struct requests *requests)
{
    struct err err;
    int status = 0;

    if (requests->arguments->csv)
        return write_csv(requests);
    requests->all = json_doc_new_array();
    if (!read_all(requests, &err))
        status = terminal_fail(&err);
    else if (!requests->arguments->json)
        print_table(requests);
    json_doc_free(requests->all);
    return status;
}

/* ---- the command --------------------------------------------------------- */

static bool take_limit(struct requests *requests, struct err *err)
{
    struct str limit = requests->arguments->limit;
    bool programs = is_for_programs(requests);
    uint64_t all = programs ? UINT64_MAX : TABLE_MAX;

    requests->left = programs ? all : COUNT_DEFAULT;
    if (wants_all(requests))
        requests->left = all;
    return limit.len == 0 || wants_all(requests) ||
           (str_to_u64(limit, all, &requests->left) && requests->left > 0) ||
           err_set(err, ERR_CONFIG,
                   "--limit must be all, or a whole number above 0%s",
                   programs ? "" : " and at most 10000");
}

static int run(struct requests *requests, const struct config *config)
{
    struct err err;

    requests->remote = remote_ask(config, !is_for_programs(requests), &err);
    if (!requests->remote)
        return terminal_fail(&err);
    return remote_close(requests->remote, show(requests));
}

int requests_command_run(int argc, char **argv, const struct config *config)
{
    struct ask_arguments arguments = { .names = names };
    struct requests requests = { .arguments = &arguments };
    struct err err;
    int status;

    if (argc > 0 && strcmp(argv[0], "show") == 0)
        return request_show_run(argc - 1, argv + 1, config);
    if (running_command_run(argc, argv, config, &status))
        return status;
    if (!ask_arguments_parse(&arguments, argc, argv, &err) ||
        !take_limit(&requests, &err))
        status = complain(err.text);
    else
        status = run(&requests, config);
    ask_arguments_done(&arguments);
    return status;
}
