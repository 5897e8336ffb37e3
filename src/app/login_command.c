// SPDX-License-Identifier: MIT
/* The guided sign-in: the link, the code, a look at the account, a first message. */
#include "app/login_command.h"

#include <stdio.h>
#include <string.h>

#include "account/kinds.h"
#include "account/pending.h"
#include "app/banner.h"
#include "app/commands.h"
#include "app/first_message.h"
#include "app/running.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define NAME_DEFAULT "main"
#define TRIES_MAX 5

struct arguments {
    const char *name;
    bool setup;
    bool message;
};

/* The argument that is not understood, or NULL. */
static const char *parse(int argc, char **argv, struct arguments *arguments)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--setup-token") == 0)
            arguments->setup = true;
        else if (strcmp(argv[i], "--message") == 0)
            arguments->message = true;
        else if (argv[i][0] == '-' || arguments->name)
            return argv[i];
        else
            arguments->name = argv[i];
    }
    if (!arguments->name)
        arguments->name = NAME_DEFAULT;
    return account_name_may_be_made(str_of(arguments->name)) ? NULL
                                                             : arguments->name;
}

/* ---- the link ----------------------------------------------------------- */

static struct json_doc *begin(struct place *place, bool setup, struct err *err)
{
    struct oauth_client client = keeper_client(place->config);
    struct pending_options options = { .client = &client, .setup = setup };
    struct json_doc *pending = pending_new(&options, clock_wall_ms());
    char key[PENDING_KEY_MAX];
    struct str state;

    (void)json_doc_get_str(pending, "state", &state);
    pending_key(state, key);
    if (store_do(place->store,
                 &(struct store_request){
                     .op = STORE_OP_CREATE, .key = key, .patch = pending },
                 err))
        return pending;
    json_doc_free(pending);
    return NULL;
}

static void show_link(const struct json_doc *pending, const char *name)
{
    struct str link;

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

static bool exchange(struct place *place, const char *name,
                     const struct json_doc *pending, struct str code,
                     struct err *err)
{
    struct json_doc *change = json_doc_new_object();
    struct str state;
    bool ok;

    (void)json_doc_get_str(pending, "state", &state);
    json_doc_set_str(change, "authorization_code", code);
    json_doc_set_str(change, "state", state);
    ok = place_ask(place,
                   &(struct keeper_question){ .op = KEEPER_LOGIN,
                                              .name = str_of(name),
                                              .change = change },
                   err);
    json_doc_free(change);
    return ok;
}

/* A slip in pasting costs nothing: the same link works until a code was taken. */
static bool ask_code(struct place *place, const char *name,
                     const struct json_doc *pending, struct err *err)
{
    char line[TERMINAL_LINE_MAX];
    struct str code;
    bool ok = false;

    for (int i = 0; !ok && i < TRIES_MAX; i++) {
        if (i > 0)
            (void)terminal_fail(err);
        if (!terminal_ask("Code: ", false, line, &code))
            return err_set(err, ERR_CONFIG,
                           "no code was entered: run the command again");
        ok = exchange(place, name, pending, code, err);
        mem_wipe(line, sizeof(line));
        if (!terminal_is_there())
            break;
    }
    return ok;
}

/* ---- the account -------------------------------------------------------- */

static void show_account(const struct account *account)
{
    char until[TEXT_TIME_MAX];

    text_format_time(account->expires_at_ms, until);
    (void)printf("Signed in: account \"%s\", token valid until %s, %s.\n",
                 account->name, until,
                 account->can_refresh ? "renewed by itself"
                                      : "without renewal");
    if (account->unsaved[0])
        invocation_print(stdout, "It could not be saved: %s\n",
                         account->unsaved);
}

static bool wants_message(const struct arguments *arguments)
{
    char line[TERMINAL_LINE_MAX];
    struct str answer = STR_EMPTY;

    if (arguments->message || !terminal_is_there())
        return arguments->message;
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

static void show_next(struct place *place, const char *name)
{
    struct json_doc *running = running_find(place->config);
    struct banner banner = { .accounts = accounts_count(place->accounts),
                             .account = str_of(name) };
    struct buf text;

    ask_where(place->config, running, &banner);
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

static int look_at_it(struct place *place, const struct arguments *arguments)
{
    struct account *account =
        accounts_get(place->accounts, str_of(arguments->name));
    struct err err;
    int status = 0;

    if (!account)
        return 1;
    show_account(account);
    first_message_profile(place, account);
    if (wants_message(arguments) && !first_message_send(place, account, &err))
        status = terminal_fail(&err);
    account_unref(account);
    show_next(place, arguments->name);
    return status;
}

static int run(struct place *place, const struct arguments *arguments)
{
    struct json_doc *pending;
    struct err err;
    bool ok;

    pending = begin(place, arguments->setup, &err);
    if (!pending)
        return terminal_fail(&err);
    show_link(pending, arguments->name);
    ok = ask_code(place, arguments->name, pending, &err);
    json_doc_free(pending);
    return ok ? look_at_it(place, arguments) : terminal_fail(&err);
}

int login_command_run(int argc, char **argv, const struct config *config)
{
    struct arguments arguments = { 0 };
    const char *bad = parse(argc, argv, &arguments);
    struct place place;
    struct err err;
    int status;

    if (bad)
        return commands_usage_error("login does not take", bad);
    status = place_open(&place, config, &err) ? run(&place, &arguments)
                                              : terminal_fail(&err);
    return place_close(&place, status);
}
