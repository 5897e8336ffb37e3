// SPDX-License-Identifier: MIT
/* `claude-relay notify ...`, by the management API. */
#include "app/notify_command.h"

#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/invocation.h"
#include "app/remote.h"
#include "app/terminal.h"
#include "base/mem.h"

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

/* ---- calls --------------------------------------------------------------- */

#define PATH "/admin/api/notify"

/* What a call answers goes to `print`, which says the exit status. */
struct asking {
    const char *method;
    struct str path;
    const struct json_doc *body;
    int (*print)(const struct json_doc *answer);
};

static int ask(struct remote *remote, const struct asking *asking)
{
    struct remote_call call = { .method = asking->method,
                                .path = asking->path,
                                .body = asking->body };
    struct err err;
    int status;

    if (remote_call(remote, &call, &err))
        status = asking->print(call.answer);
    else
        status = terminal_fail(&err);
    json_doc_free(call.answer);
    return status;
}

static int run(const struct config *config, const struct asking *asking,
               bool quiet)
{
    struct err err;
    struct remote *remote = remote_open(config, &err);

    if (!remote)
        return terminal_fail(&err);
    if (!quiet)
        remote_say_where(remote);
    return remote_close(remote, ask(remote, asking));
}

/* ---- show ---------------------------------------------------------------- */

static void print_target(const struct json_doc *doc)
{
    struct str host;
    struct str format = STR_EMPTY;
    struct str origin = STR_EMPTY;

    if (!json_doc_get_str(doc, "host", &host)) {
        invocation_print(stdout, "Notices go nowhere; `claude-relay notify "
                                 "set` says where to.\n");
        return;
    }
    (void)json_doc_get_str(doc, "format", &format);
    (void)json_doc_get_str(doc, "origin", &origin);
    (void)printf("Notices go to " STR_FMT ", as " STR_FMT " (%s " STR_FMT
                 ").\n",
                 STR_ARG(host), STR_ARG(format),
                 str_eq(origin, STR("here")) ? "set" : "NOTIFY_URL, by",
                 STR_ARG(origin));
}

static int print_state(const struct json_doc *doc)
{
    const struct json_doc *telling = json_doc_get(doc, "telling");

    print_target(doc);
    for (size_t i = 0; i < json_doc_count(telling); i++) {
        const struct json_doc *told = json_doc_at(telling, i);
        struct str since = STR_EMPTY;
        struct str message = STR_EMPTY;

        (void)json_doc_get_str(told, "since", &since);
        (void)json_doc_get_str(told, "message", &message);
        (void)printf("  since %.*s %.*s  " STR_FMT "\n",
                     STR_ARG(str_sub(since, 0, 10)),
                     STR_ARG(str_sub(since, 11, 5)), STR_ARG(message));
    }
    return 0;
}

static int print_json(const struct json_doc *doc)
{
    terminal_print(doc);
    return 0;
}

/* ---- set, off ------------------------------------------------------------ */

/* It may hold a password, so it is no argument, which others can see. */
static int set(const struct config *config, const char *format)
{
    struct json_doc *body = json_doc_new_object();
    char line[TERMINAL_LINE_MAX];
    struct str url;
    int status = 1;

    if (terminal_ask("Address of notices (not shown): ", true, line, &url) &&
        url.len > 0) {
        json_doc_set_str(body, "url", url);
        if (format)
            json_doc_set_str(body, "format", str_of(format));
        status = run(config,
                     &(struct asking){ "PATCH", STR(PATH), body, print_state },
                     false);
    } else {
        invocation_print(stderr, "claude-relay: no address was given; "
                                 "`claude-relay notify off` sends none\n");
    }
    mem_wipe(line, sizeof(line));
    json_doc_free(body);
    return status;
}

static int turn_off(const struct config *config)
{
    struct json_doc *body = json_doc_new_object();
    int status;

    json_doc_set(body, "url", json_doc_new_null());
    status =
        run(config, &(struct asking){ "PATCH", STR(PATH), body, print_state },
            false);
    json_doc_free(body);
    return status;
}

/* ---- the command --------------------------------------------------------- */

static int usage(const char *argument)
{
    if (argument && strstr(argument, "://")) {
        (void)fprintf(stderr, "claude-relay: an address that notices go to is "
                              "kept like a password, and others can see the "
                              "command line: give it when it is asked for\n");
        return 2;
    }
    return commands_usage_error(
        "notify takes test, set [--format FORMAT], off, or show [--json], not",
        argument ? argument : "");
}

int notify_command_run(int argc, char **argv, const struct config *config)
{
    const char *what = argc > 0 ? argv[0] : "";
    const struct asking test = { "POST", STR(PATH "/test"), NULL,
                                 print_report };
    const struct asking show = { "GET", STR(PATH), NULL, print_state };
    const struct asking json = { "GET", STR(PATH), NULL, print_json };

    if (strcmp(what, "test") == 0 && argc == 1)
        return run(config, &test, false);
    if (strcmp(what, "show") == 0 && argc == 1)
        return run(config, &show, false);
    if (strcmp(what, "show") == 0 && argc == 2 &&
        strcmp(argv[1], "--json") == 0)
        return run(config, &json, true);
    if (strcmp(what, "set") == 0 && argc == 1)
        return set(config, NULL);
    if (strcmp(what, "set") == 0 && argc == 3 &&
        strcmp(argv[1], "--format") == 0)
        return set(config, argv[2]);
    if (strcmp(what, "off") == 0 && argc == 1)
        return turn_off(config);
    return usage(argc > 0 ? argv[argc - 1] : NULL);
}
