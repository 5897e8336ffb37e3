// SPDX-License-Identifier: MIT
/* The guided sign-in: the link, the code, a look at the account, a first message. */
#include "app/login_command.h"

#include <stdio.h>
#include <string.h>

#include "account/account.h"
#include "app/account_call.h"
#include "app/banner.h"
#include "app/commands.h"
#include "app/first_message.h"
#include "app/folder_look.h"
#include "app/gateway_arguments.h"
#include "app/invocation.h"
#include "app/name_argument.h"
#include "app/remote.h"
#include "app/running.h"
#include "app/terminal.h"
#include "base/mem.h"
#include "base/token.h"

#define NAME_DEFAULT "main"
#define TRIES_MAX 5

struct arguments {
    const char *name;
    bool setup;
    bool message;
    struct gateway_arguments way; /* its proxy, and nothing else */
    const char *problem;          /* of that */
};

/* True if it is --proxy: `*at` is then behind it, unless something is wrong with it. */
static bool take_proxy(int argc, char **argv, int *at,
                       struct arguments *arguments)
{
    struct str argument = str_of(argv[*at]);

    return str_eq(str_sub(argument, 0, str_index(argument, '=')),
                  STR("--proxy")) &&
           gateway_arguments_take(argc, argv, at, &arguments->way,
                                  &arguments->problem) ==
               GATEWAY_ARGUMENT_TAKEN;
}

static bool take_name(int argc, char **argv, int *at,
                      struct arguments *arguments)
{
    const char *name =
        arguments->name ? NULL : name_argument_take(argc, argv, at);

    if (name)
        arguments->name = name;
    return name != NULL;
}

/* What may be a secret is sent nowhere. */
static bool may_be_asked_for(struct str name)
{
    return account_name_is_valid(name) && !token_is_in(name);
}

/* The argument that is not understood, or NULL. */
static const char *parse(int argc, char **argv, struct arguments *arguments)
{
    for (int i = 0; i < argc; i++) {
        int next = i;

        if (take_proxy(argc, argv, &next, arguments)) {
            arguments->problem = NULL;
            i = next - 1;
            continue;
        }
        if (arguments->problem)
            return argv[i];
        if (strcmp(argv[i], "--setup-token") == 0)
            arguments->setup = true;
        else if (strcmp(argv[i], "--message") == 0)
            arguments->message = true;
        else if (!take_name(argc, argv, &i, arguments))
            return argv[i];
    }
    if (!arguments->name)
        arguments->name = NAME_DEFAULT;
    return may_be_asked_for(str_of(arguments->name)) ? NULL : arguments->name;
}

/* ---- the link ----------------------------------------------------------- */

static void set_proxy(struct json_doc *body, const struct arguments *arguments)
{
    const struct json_doc *proxy =
        json_doc_get(arguments->way.body, "proxy_config");

    if (proxy)
        json_doc_set(body, "proxy_config", json_doc_copy(proxy));
}

/* The answer to POST /oauth/auth-url, the caller's; NULL and err. */
static struct json_doc *begin(struct remote *remote,
                              const struct arguments *arguments,
                              struct err *err)
{
    struct json_doc *body = json_doc_new_object();
    struct remote_call call = { .method = "POST",
                                .path = STR("/oauth/auth-url"),
                                .body = body };
    bool ok;

    if (arguments->setup)
        json_doc_set_str(body, "kind", STR("setup-token"));
    set_proxy(body, arguments);
    ok = remote_call(remote, &call, err);
    json_doc_free(body);
    if (ok)
        return call.answer;
    json_doc_free(call.answer);
    return NULL;
}

static void show_link(const struct json_doc *pending, const char *name)
{
    struct str link = STR_EMPTY;

    (void)json_doc_get_str(pending, "auth_url", &link);
    (void)printf("Signing in as account \"%s\".\n\n"
                 "1. Open this link in a browser where you are signed in to "
                 "Claude:\n\n  " STR_FMT
                 "\n\n2. Allow access.  The page then shows a code.\n"
                 "3. Paste the code here (or the whole address of the page), "
                 "within 30 minutes.\n\n",
                 name, STR_ARG(link));
}

/* ---- the code ----------------------------------------------------------- */

static bool exchange(struct remote *remote, const struct arguments *arguments,
                     const struct json_doc *pending, struct str code,
                     struct err *err)
{
    struct json_doc *body = json_doc_new_object();
    struct remote_call call = { .method = "POST",
                                .path = STR("/oauth/token"),
                                .body = body };
    struct str state = STR_EMPTY;
    bool ok;

    (void)json_doc_get_str(pending, "state", &state);
    json_doc_set_str(body, "authorization_code", code);
    json_doc_set_str(body, "state", state);
    json_doc_set_str(body, "account_name", str_of(arguments->name));
    set_proxy(body, arguments);
    ok = remote_call(remote, &call, err);
    json_doc_free(call.answer);
    json_doc_free(body);
    return ok;
}

/* A slip in pasting costs nothing: the same link works until a code was taken. */
static bool ask_code(struct remote *remote, const struct arguments *arguments,
                     const struct json_doc *pending, struct err *err)
{
    char line[TERMINAL_LINE_MAX];
    struct str code;
    bool ok = false;

    for (int i = 0; !ok && i < TRIES_MAX; i++) {
        if (i > 0)
            (void)terminal_fail(err);
        remote_rest(remote);
        if (!terminal_ask("Code: ", false, line, &code))
            return err_set(err, ERR_CONFIG,
                           "no code was entered: run the command again");
        ok = exchange(remote, arguments, pending, code, err);
        mem_wipe(line, sizeof(line));
        if (!terminal_is_there())
            break;
    }
    return ok;
}

/* ---- the account -------------------------------------------------------- */

static bool wants_message(struct remote *remote,
                          const struct arguments *arguments)
{
    char line[TERMINAL_LINE_MAX];
    struct str answer = STR_EMPTY;

    if (arguments->message || !terminal_is_there())
        return arguments->message;
    remote_rest(remote);
    (void)terminal_ask("Send a first message to try it? [y/N] ", false, line,
                       &answer);
    return str_istarts(answer, STR("y"));
}

/* The relay may listen elsewhere than this command's own settings say. */
static void ask_where(const struct config *config, struct json_doc *running,
                      struct banner *banner)
{
    uint64_t port = config->port;
    struct str host = config->host;

    (void)json_doc_get_u64(running, "port", &port);
    (void)json_doc_get_str(running, "host", &host);
    banner->port = (unsigned)port;
    banner->host = host.at;
}

static bool has_keys(struct remote *remote)
{
    struct remote_call call = { .method = "GET",
                                .path = STR("/admin/api/status") };
    uint64_t keys = 0;
    struct err ignored;

    if (remote_call(remote, &call, &ignored))
        (void)json_doc_get_u64(call.answer, "keys", &keys);
    json_doc_free(call.answer);
    return keys > 0;
}

static void show_next(struct remote *remote, const struct config *config,
                      size_t accounts, const char *name)
{
    const struct invocation invocation = invocation_of_process();
    struct json_doc *running = running_find(config);
    struct banner banner = { .accounts = accounts,
                             .account = str_of(name),
                             .needs_key = has_keys(remote),
                             .invocation = &invocation };
    struct buf text;

    ask_where(config, running, &banner);
    buf_init(&text, BANNER_MAX);
    banner_add_client(&text, &banner);
    invocation_print(stdout, running ? "Next: start Claude Code:\n"
                                     : "Next: start the relay with "
                                       "`claude-relay`, and Claude Code in "
                                       "another terminal:\n");
    (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
    json_doc_free(running);
}

static bool is_named(const struct json_doc *account, const char *name)
{
    struct str text;

    return json_doc_get_str(account, "account", &text) &&
           str_eq(text, str_of(name));
}

static void show_account(const struct json_doc *account, const char *name)
{
    struct str until = STR_EMPTY;
    struct str problem;
    bool renewed = false;

    (void)json_doc_get_str(account, "expires_at", &until);
    (void)json_doc_get_bool(account, "can_refresh", &renewed);
    (void)printf("Signed in: account \"%s\", token valid until " STR_FMT
                 ", %s.\n",
                 name, STR_ARG(until),
                 renewed ? "renewed by itself" : "without renewal");
    if (json_doc_get_str(account, "problem", &problem))
        invocation_print(stdout, "It could not be saved: " STR_FMT "\n",
                         STR_ARG(problem));
}

static int look_at_it(struct remote *remote, const struct config *config,
                      const struct arguments *arguments)
{
    struct remote_call call = { .method = "GET",
                                .path = STR("/admin/api/accounts") };
    const struct json_doc *all;
    struct err err;
    size_t count;
    int status = 0;

    if (!remote_call(remote, &call, &err)) {
        json_doc_free(call.answer);
        return terminal_fail(&err);
    }
    all = json_doc_get(call.answer, "accounts");
    count = json_doc_count(all);
    for (size_t i = 0; i < count; i++) {
        if (is_named(json_doc_at(all, i), arguments->name))
            show_account(json_doc_at(all, i), arguments->name);
    }
    json_doc_free(call.answer);
    first_message_profile(remote, arguments->name);
    if (wants_message(remote, arguments) &&
        !first_message_send(remote, arguments->name, &err))
        status = terminal_fail(&err);
    show_next(remote, config, count, arguments->name);
    return status;
}

/* Before anybody signs in: names from before a rule was made are those of accounts that
   are there, and no others. */
static bool check_name(struct remote *remote, const char *name, struct err *err)
{
    const struct account_call about = { ACCOUNT_CALL_OAUTH, str_of(name),
                                        "/status" };
    struct remote_call call = { .method = "GET" };
    bool there;

    if (account_name_may_be_made(str_of(name)))
        return true;
    there = account_call(remote, &about, &call, err);
    json_doc_free(call.answer);
    return there ||
           (call.status == 404 &&
            err_set(err, ERR_CONFIG,
                    "there is no account \"%s\", and a new one may not have "
                    "that name: use " ACCOUNT_NAME_NEW,
                    name));
}

static int run(struct remote *remote, const struct config *config,
               const struct arguments *arguments)
{
    struct json_doc *pending;
    struct err err;
    bool ok;

    if (!check_name(remote, arguments->name, &err))
        return terminal_fail(&err);
    if (arguments->way.asks_proxy) {
        remote_rest(remote);
        if (!gateway_arguments_ask(&arguments->way, &err))
            return terminal_fail(&err);
    }
    pending = begin(remote, arguments, &err);
    if (!pending)
        return terminal_fail(&err);
    show_link(pending, arguments->name);
    ok = ask_code(remote, arguments, pending, &err);
    json_doc_free(pending);
    return ok ? look_at_it(remote, config, arguments) : terminal_fail(&err);
}

static int start(const struct config *config, const struct arguments *arguments)
{
    struct remote *remote;
    struct err err;

    folder_look_say_new(config);
    remote = remote_open(config, &err);
    if (!remote)
        return terminal_fail(&err);
    remote_say_where(remote);
    return remote_close(remote, run(remote, config, arguments));
}

/* What is wrong with a proxy is not repeated: it may hold a password. */
static int usage(const char *problem)
{
    (void)fprintf(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, STR(LOGIN_COMMAND_USAGE));
    return 2;
}

int login_command_run(int argc, char **argv, const struct config *config)
{
    struct arguments arguments = { .way = { .body = json_doc_new_object() } };
    const char *bad = parse(argc, argv, &arguments);
    int status;

    if (arguments.problem)
        status = usage(arguments.problem);
    else if (bad)
        status = commands_usage_error("login does not take", bad);
    else
        status = start(config, &arguments);
    json_doc_free(arguments.way.body);
    return status;
}
