// SPDX-License-Identifier: MIT
/* `claude-relay account ...`: keeping accounts by hand.  Keys come from the
   terminal or standard input, never from the command line, which others can see. */
#include "app/account_commands.h"

#include <stdio.h>
#include <string.h>

#include "account/kinds.h"
#include "admin/account_doc.h"
#include "app/import_command.h"
#include "app/invocation.h"
#include "app/place.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/shown.h"
#include "base/text.h"

#define TEXT_MAX 65536

static int usage(const char *problem)
{
    (void)fprintf(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, STR(ACCOUNT_COMMANDS_USAGE));
    return 2;
}

static bool write_account(struct place *place, struct str name, struct str key,
                          struct err *err)
{
    struct json_doc *doc = json_doc_new_object();
    char document[ACCOUNT_KEY_MAX];
    char when[TEXT_TIME_MAX];
    bool ok;

    text_format_time(clock_wall_ms(), when);
    json_doc_set_str(doc, "api_key", key);
    json_doc_set_str(doc, "created_at", str_of(when));
    account_key(&account_kind_apikey, name, document);
    ok = store_do(place->store,
                  &(struct store_request){
                      .op = STORE_OP_CREATE, .key = document, .patch = doc },
                  err);
    json_doc_free(doc);
    return ok;
}

static bool check_name(const struct place *place, struct str name,
                       struct err *err)
{
    struct account *account;
    char text[SHOWN_MAX];

    if (!account_name_may_be_made(name))
        return err_set(err, ERR_CONFIG,
                       "\"%s\" is not a valid account name: use 1 to 64 "
                       "letters, digits or . _ @ -, not starting with a dot, "
                       "and no key",
                       shown(name, text));
    account = accounts_get(place->accounts, name);
    account_unref(account);
    return !account || err_set(err, ERR_CONFIG,
                               "the account \"" STR_FMT
                               "\" exists already; choose another name, or "
                               "remove it first with `claude-relay account "
                               "remove " STR_FMT "`",
                               STR_ARG(name), STR_ARG(name));
}

static int add_with_key(struct place *place, struct str name, struct str key)
{
    struct err err;

    if (!kind_apikey_is_key(key)) {
        err_set(
            &err, ERR_CONFIG,
            "that is not a Console API key: a key begins with sk-ant-, has no "
            "spaces or quotes, and at most %d characters (sk-ant-oat and "
            "sk-ant-ort are tokens of a sign-in: use `claude-relay login " STR_FMT
            "`)",
            KIND_APIKEY_MAX, STR_ARG(name));
        return terminal_fail(&err);
    }
    if (!write_account(place, name, key, &err))
        return terminal_fail(&err);
    invocation_print(stdout,
                     "Account \"" STR_FMT "\" added.  A running relay uses it "
                     "at once; otherwise start one with `claude-relay`.\n",
                     STR_ARG(name));
    return 0;
}

static int add(struct place *place, struct str name)
{
    char line[TERMINAL_LINE_MAX];
    struct str key;
    struct err err;
    int status;

    if (!check_name(place, name, &err))
        return terminal_fail(&err);
    if (!terminal_ask("API key (not shown): ", true, line, &key)) {
        err_set(&err, ERR_CONFIG,
                "no key was entered: type it, or pipe it into standard input");
        return terminal_fail(&err);
    }
    status = add_with_key(place, name, key);
    mem_wipe(line, sizeof(line));
    return status;
}

/* ---- list --------------------------------------------------------------- */

static void print_account(void *arg, const struct account *account)
{
    char until[TEXT_TIME_MAX] = "never expires";
    struct err err = { 0 };
    bool usable = account_is_usable(account, clock_wall_ms(), &err);

    (void)arg;
    if (account->problem[0])
        text_copy(until, sizeof(until), STR("unknown"));
    else if (account->expires_at_ms != ACCOUNT_NEVER_EXPIRES)
        text_format_time(account->expires_at_ms, until);
    invocation_print(stdout, "%-24s %-8s %s%s%s\n", account->name,
                     account->kind->name, until,
                     usable ? "" : "  problem: ", usable ? "" : err.text);
}

static int list(struct place *place)
{
    if (accounts_count(place->accounts) == 0)
        invocation_print(stdout,
                         "There are no accounts in %s yet: add one with "
                         "`claude-relay login main` or `claude-relay account "
                         "add main --api-key -`.\n",
                         place->config->data_dir.at);
    accounts_each(place->accounts, print_account, NULL);
    return 0;
}

/* ---- show, refresh, remove ---------------------------------------------- */

static int show(struct place *place, struct str name)
{
    struct account *account = accounts_get(place->accounts, name);
    char value[SHOWN_MAX];
    struct json_doc *doc;
    struct buf text;
    struct err err;

    if (!account) {
        err_set(&err, ERR_NOT_FOUND,
                "there is no account \"%s\"; `claude-relay account list` shows "
                "those there are",
                shown(name, value));
        return terminal_fail(&err);
    }
    doc = account_doc_status(account, clock_wall_ms());
    buf_init(&text, TEXT_MAX);
    if (json_doc_write(doc, true, &text))
        (void)printf(STR_FMT "\n", STR_ARG(buf_str(&text)));
    buf_done(&text);
    json_doc_free(doc);
    account_unref(account);
    return 0;
}

static int ask(struct place *place, enum keeper_op op, struct str name,
               const char *did)
{
    struct keeper_question question = { .op = op,
                                        .name = name,
                                        .by_hand = true };
    struct err err;

    if (!place_ask(place, &question, &err))
        return terminal_fail(&err);
    (void)printf("Account \"" STR_FMT "\" %s.\n", STR_ARG(name), did);
    return 0;
}

static int refresh(struct place *place, struct str name)
{
    return ask(place, KEEPER_REFRESH, name, "refreshed");
}

/* Its file is away: a relay that has it in memory is told. */
static int forget_unseen(struct place *place, struct str name)
{
    char key[ACCOUNT_KEY_MAX];
    char value[SHOWN_MAX];
    struct err err;

    for (size_t i = 0; account_kinds[i]; i++) {
        account_key(account_kinds[i], name, key);
        if (!store_do(place->store,
                      &(struct store_request){ .op = STORE_OP_REMOVE,
                                               .key = key },
                      &err))
            return terminal_fail(&err);
    }
    (void)printf("There is no file of an account \"%s\" in %s; a relay that "
                 "still has it in memory forgets it now.\n",
                 shown(name, value), place->config->data_dir.at);
    return 0;
}

static int forget(struct place *place, struct str name)
{
    struct account *account = accounts_get(place->accounts, name);

    account_unref(account);
    if (!account && account_name_is_valid(name) &&
        store_is_served(place->store))
        return forget_unseen(place, name);
    return ask(place, KEEPER_REMOVE, name, "removed");
}

/* ---- the table ---------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(struct place *place, struct str name);
} named[] = {
    { "add", add },
    { "show", show },
    { "refresh", refresh },
    { "remove", forget },
};

/* A key on the command line can be seen by everybody on the machine, and stays in
   the shell's history. */
static const char *check_add(int argc, char **argv)
{
    if (argc != 4 || strcmp(argv[2], "--api-key") != 0)
        return "account add needs a name and --api-key -";
    if (strcmp(argv[3], "-") != 0)
        return "a key is never taken from the command line: write "
               "--api-key - and enter it when asked";
    return NULL;
}

static int run_named(struct place *place, char **argv)
{
    struct str name = str_of(argv[1]);

    for (size_t i = 0; i < COUNT_OF(named); i++) {
        if (strcmp(argv[0], named[i].name) == 0)
            return named[i].run(place, name);
    }
    return 2;
}

static const char *check_arguments(int argc, char **argv)
{
    if (argc >= 1 && strcmp(argv[0], "add") == 0)
        return check_add(argc, argv);
    if (argc == 1 && strcmp(argv[0], "list") == 0)
        return NULL;
    for (size_t i = 0; argc == 2 && i < COUNT_OF(named); i++) {
        if (strcmp(argv[0], named[i].name) == 0)
            return NULL;
    }
    return "account needs list or import, or one of add, show, refresh and "
           "remove with a name";
}

int account_commands_run(int argc, char **argv, const struct config *config)
{
    const char *bad;
    struct place place;
    struct err err;
    int status;

    if (argc >= 1 && strcmp(argv[0], "import") == 0)
        return import_command_run(argc - 1, argv + 1, config);
    bad = check_arguments(argc, argv);
    if (bad)
        return usage(bad);
    if (!place_open(&place, config, &err))
        status = terminal_fail(&err);
    else if (argc == 1)
        status = list(&place);
    else
        status = run_named(&place, argv);
    return place_close(&place, status);
}
