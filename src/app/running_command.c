// SPDX-License-Identifier: MIT
/* Requests that run, by the management API of the relay. */
#include "app/running_command.h"

#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/remote.h"
#include "app/running_table.h"
#include "app/status_command.h"
#include "app/terminal.h"

#define PATH "/admin/api/requests/running"
#define PATH_MAX_LEN 4096
#define TEXT_MAX (4u * 1024 * 1024)
/* As many as the API tells. */
#define SHOWN_MAX_ROWS 1000

static void print_table(const struct json_doc *answer)
{
    const struct json_doc *list = json_doc_get(answer, "requests");
    const struct running_table table = { .width = terminal_width(),
                                         .max = SHOWN_MAX_ROWS,
                                         .wanted = true };
    uint64_t more = 0;
    struct buf text;

    if (json_doc_count(list) == 0) {
        (void)printf("No request runs.\n");
        return;
    }
    buf_init(&text, TEXT_MAX);
    running_table_add(&text, &table, list);
    (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
    if (json_doc_get_u64(answer, "more", &more) && more > 0)
        (void)printf("... and %llu more\n", (unsigned long long)more);
}

static int call_relay(struct remote *remote, struct remote_call *call,
                      void (*print)(const struct json_doc *answer))
{
    struct err err;
    int status = 0;

    if (remote_call(remote, call, &err))
        print(call->answer);
    else
        status = terminal_fail(&err);
    json_doc_free(call->answer);
    return remote_close(remote, status);
}

/* Without a relay nothing runs. */
static struct remote *find(const struct config *config, int *status)
{
    struct err err;
    struct remote *remote = remote_find(config, &err);

    if (!remote)
        *status = err.code == ERR_NOT_FOUND ? status_command_say_none(config)
                                            : terminal_fail(&err);
    return remote;
}

static int list(const struct config *config, bool json)
{
    struct remote_call call = { .method = "GET", .path = STR(PATH) };
    int status = 1;
    struct remote *remote = find(config, &status);

    return remote
               ? call_relay(remote, &call, json ? terminal_print : print_table)
               : status;
}

static void print_cancelled(const struct json_doc *answer)
{
    struct str id = STR_EMPTY;

    (void)json_doc_get_str(answer, "id", &id);
    (void)printf("Request " STR_FMT " is cancelled.\n", STR_ARG(id));
}

static int cancel(const struct config *config, const char *id)
{
    struct remote_call call = { .method = "DELETE" };
    int status = 1;
    struct remote *remote = find(config, &status);
    struct buf path;

    if (!remote)
        return status;
    buf_init(&path, PATH_MAX_LEN);
    remote_path(&path, PATH "/", str_of(id));
    call.path = buf_str(&path);
    status = call_relay(remote, &call, print_cancelled);
    buf_done(&path);
    return status;
}

static bool is(const char *argument, const char *word)
{
    return strcmp(argument, word) == 0;
}

bool running_command_run(int argc, char **argv, const struct config *config,
                         int *status)
{
    bool json = argc == 2 && (is(argv[0], "--json") || is(argv[1], "--json"));

    if (argc >= 1 && is(argv[0], "cancel")) {
        *status = argc == 2 && strlen(argv[1]) < 64
                      ? cancel(config, argv[1])
                      : commands_usage_error("requests cancel takes the id of "
                                             "one request, not",
                                             argc > 2 ? argv[2] : "nothing");
        return true;
    }
    if ((argc == 1 || json) &&
        (is(argv[0], "--running") || is(argv[argc - 1], "--running"))) {
        *status = list(config, json);
        return true;
    }
    return false;
}
