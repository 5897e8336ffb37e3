// SPDX-License-Identifier: MIT
/* Sums of usage, by the management API of the running relay, or of this process on the
   folder. */
#include "app/usage_command.h"

#include <stdio.h>
#include <string.h>

#include "app/ask_arguments.h"
#include "app/invocation.h"
#include "app/remote.h"
#include "app/terminal.h"
#include "app/usage_table.h"

#define PATH_MAX_LEN 65536
#define TEXT_MAX (16u * 1024 * 1024)
/* What may lie in memory at once, and what is looked at at once. */
#define TABLE_MAX 8000
#define SHOWN 100

static const char *const names[] = {
    "by",          "since",     "until",   "key",     "group",     "owner",
    "account",     "model",     "session", "not-key", "not-group", "not-owner",
    "not-account", "not-model", "limit",   NULL
};

struct usage {
    struct remote *remote;
    const struct ask_arguments *arguments;
    uint64_t limit; /* 0: all */
};

static int complain(const char *problem)
{
    invocation_print(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, STR(USAGE_COMMAND_USAGE));
    return 2;
}

static struct str by_of(const struct ask_arguments *arguments)
{
    return arguments->by.len > 0 ? arguments->by : STR("key");
}

/* Then the newest rows come last, and are wanted first. */
static bool is_timed(const struct usage *usage)
{
    struct str by = by_of(usage->arguments);

    return str_eq(by, STR("day")) || str_eq(by, STR("hour"));
}

/* `limit` 0: all rows.  To the sink that is set. */
static bool ask(const struct usage *usage, uint64_t limit,
                struct remote_call *call, struct err *err)
{
    struct buf path;
    bool ok;

    buf_init(&path, PATH_MAX_LEN);
    buf_printf(&path, "/admin/api/usage?%s=%llu&format=%s",
               is_timed(usage) ? "last" : "limit", (unsigned long long)limit,
               usage->arguments->csv ? "csv" : "json");
    buf_add(&path, buf_str(&usage->arguments->query));
    call->method = "GET";
    call->path = buf_str(&path);
    ok = remote_call(usage->remote, call, err);
    buf_done(&path);
    return ok;
}

/* ---- for programs -------------------------------------------------------- */

/* As the API has it: one answer, of one moment, of any length. */
static int write_all(const struct usage *usage)
{
    struct remote_call call = { .sink = terminal_write };
    struct err err;

    if (!ask(usage, usage->limit, &call, &err))
        return terminal_fail(&err);
    if (usage->arguments->json)
        (void)printf("\n");
    return 0;
}

/* ---- for people ---------------------------------------------------------- */

static void print_table(const struct usage *usage,
                        const struct json_doc *answer)
{
    struct usage_table table = { .width = terminal_width(),
                                 .coloured = terminal_has_colours(),
                                 .rows_max = (size_t)usage->limit,
                                 .last = is_timed(usage) };
    char by[32];
    struct buf text;

    (void)snprintf(by, sizeof(by), STR_FMT, STR_ARG(by_of(usage->arguments)));
    table.by = by;
    buf_init(&text, TEXT_MAX);
    usage_table_add(&text, &table, answer);
    (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_clear(&text);
    usage_table_add_notes(&text, &table, answer);
    invocation_print(stdout, STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
}

static int show(const struct usage *usage)
{
    struct remote_call call = { .limit_ms = 0 };
    struct err err;
    int status = 0;

    if (!ask(usage, usage->limit + 1, &call, &err))
        status = terminal_fail(&err);
    else if (json_doc_count(json_doc_get(call.answer, "rows")) == 0)
        (void)printf("Nothing was used.\n");
    else
        print_table(usage, call.answer);
    json_doc_free(call.answer);
    return status;
}

/* ---- the command --------------------------------------------------------- */

static bool take_limit(struct usage *usage, struct err *err)
{
    const struct ask_arguments *arguments = usage->arguments;
    bool whole = arguments->csv || arguments->json;

    usage->limit = whole ? 0 : SHOWN;
    return arguments->limit.len == 0 ||
           (str_to_u64(arguments->limit, whole ? UINT64_MAX : TABLE_MAX,
                       &usage->limit) &&
            usage->limit > 0) ||
           err_set(err, ERR_CONFIG, "--limit must be a whole number above 0%s",
                   whole ? "" : " and at most 8000; --csv and --json have all");
}

static int run(struct usage *usage, const struct config *config)
{
    bool whole = usage->arguments->csv || usage->arguments->json;
    struct err err;

    usage->remote = remote_ask(config, !whole, &err);
    if (!usage->remote)
        return terminal_fail(&err);
    return remote_close(usage->remote, whole ? write_all(usage) : show(usage));
}

int usage_command_run(int argc, char **argv, const struct config *config)
{
    struct ask_arguments arguments = { .names = names };
    struct usage usage = { .arguments = &arguments };
    struct err err;
    int status;

    if (argc > 0 && strcmp(argv[0], "reprice") == 0)
        return reprice_command_run(argc - 1, argv + 1, config);
    if (!ask_arguments_parse(&arguments, argc, argv, &err) ||
        !take_limit(&usage, &err))
        status = complain(err.text);
    else
        status = run(&usage, config);
    ask_arguments_done(&arguments);
    return status;
}
