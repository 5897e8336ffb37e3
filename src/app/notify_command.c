// SPDX-License-Identifier: MIT
/* `claude-relay notify test`. */
#include "app/notify_command.h"

#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/invocation.h"
#include "app/remote.h"
#include "app/terminal.h"

static void print_way(const struct json_doc *report)
{
    const struct json_doc *proxy = json_doc_get(report, "proxy");
    struct str host = STR_EMPTY;
    struct str format = STR_EMPTY;
    struct str type;
    uint64_t port = 0;

    (void)json_doc_get_str(report, "host", &host);
    (void)json_doc_get_str(report, "format", &format);
    (void)printf("To " STR_FMT ", as " STR_FMT ", ", STR_ARG(host),
                 STR_ARG(format));
    if (!json_doc_get_str(proxy, "type", &type)) {
        (void)printf("directly: ");
        return;
    }
    (void)json_doc_get_str(proxy, "host", &host);
    (void)json_doc_get_u64(proxy, "port", &port);
    (void)printf("through the " STR_FMT " proxy " STR_FMT ":%u: ",
                 STR_ARG(type), STR_ARG(host), (unsigned)port);
}

static int print_report(const struct json_doc *report)
{
    struct str error = STR_EMPTY;
    uint64_t status = 0;
    bool delivered = false;

    print_way(report);
    (void)json_doc_get_bool(report, "delivered", &delivered);
    (void)json_doc_get_u64(report, "status", &status);
    (void)json_doc_get_str(report, "error", &error);
    if (delivered)
        (void)printf("taken (HTTP %u).\n", (unsigned)status);
    else
        invocation_print(stdout, "not taken: " STR_FMT "\n", STR_ARG(error));
    return delivered ? 0 : 1;
}

static int test(struct remote *remote)
{
    struct remote_call call = { .method = "POST",
                                .path = STR("/admin/api/notify/test") };
    struct err err;
    int status;

    if (remote_call(remote, &call, &err))
        status = print_report(call.answer);
    else
        status = terminal_fail(&err);
    json_doc_free(call.answer);
    return status;
}

int notify_command_run(int argc, char **argv, const struct config *config)
{
    struct remote *remote;
    struct err err;

    if (argc != 1 || strcmp(argv[0], "test") != 0)
        return commands_usage_error("notify takes test, not",
                                    argc == 0 ? "" : argv[argc - 1]);
    remote = remote_open(config, &err);
    if (!remote)
        return terminal_fail(&err);
    remote_say_where(remote);
    return remote_close(remote, test(remote));
}
