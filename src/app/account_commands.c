// SPDX-License-Identifier: MIT
/* `claude-relay account ...`: keeping accounts by hand.  Keys come from the
   terminal or standard input, never from the command line, which others can see. */
#include "app/account_commands.h"

#include <stdio.h>
#include <string.h>

#include "account/kinds.h"
#include "app/account_add.h"
#include "app/account_call.h"
#include "app/account_table.h"
#include "app/folder_look.h"
#include "app/invocation.h"
#include "app/name_argument.h"
#include "app/remote.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/shown.h"

#define LIST_MAX (16u * 1024 * 1024)

static int usage(const char *problem)
{
    (void)fprintf(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, STR(ACCOUNT_COMMANDS_USAGE));
    return 2;
}

static bool call_oauth(struct remote *remote, struct remote_call *call,
                       struct str name, const char *suffix, struct err *err)
{
    return account_call(remote,
                        &(struct account_call){ ACCOUNT_CALL_OAUTH, name,
                                                suffix },
                        call, err);
}

/* ---- list --------------------------------------------------------------- */

static void print_table(const struct json_doc *all)
{
    const struct account_table table = { .width = terminal_width(),
                                         .now_ms = clock_wall_ms() };
    struct buf text;

    buf_init(&text, LIST_MAX);
    account_table_add(&text, &table, all);
    terminal_write(NULL, buf_str(&text));
    buf_clear(&text);
    account_table_add_notes(&text, &table, all);
    invocation_print(stdout, STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
}

static int list(struct remote *remote, const char *folder)
{
    struct remote_call call = { .method = "GET",
                                .path = STR("/admin/api/accounts") };
    const struct json_doc *all;
    struct err err;

    if (!remote_call(remote, &call, &err)) {
        json_doc_free(call.answer);
        return terminal_fail(&err);
    }
    all = json_doc_get(call.answer, "accounts");
    if (json_doc_count(all) == 0)
        invocation_print(stdout,
                         "There are no accounts in %s yet: add one with "
                         "`claude-relay login main` or `claude-relay account "
                         "add main --api-key -`.\n",
                         folder);
    else
        print_table(all);
    json_doc_free(call.answer);
    return 0;
}

/* ---- show, refresh, remove ---------------------------------------------- */

static int show(struct remote *remote, struct str name)
{
    struct remote_call call = { .method = "GET" };
    struct err err;
    int status = 0;

    if (call_oauth(remote, &call, name, "/status", &err))
        terminal_print(call.answer);
    else
        status = terminal_fail(&err);
    json_doc_free(call.answer);
    return status;
}

static int refresh(struct remote *remote, struct str name)
{
    struct remote_call call = { .method = "POST" };
    struct err err;
    int status = 0;

    if (call_oauth(remote, &call, name, "/refresh", &err))
        (void)printf("Account \"" STR_FMT "\" refreshed.\n", STR_ARG(name));
    else
        status = terminal_fail(&err);
    json_doc_free(call.answer);
    return status;
}

static int forget(struct remote *remote, struct str name)
{
    struct remote_call call = { .method = "DELETE" };
    struct err err;
    int status = 0;

    if (call_oauth(remote, &call, name, "", &err))
        (void)printf("Account \"" STR_FMT "\" removed.\n", STR_ARG(name));
    else
        status = terminal_fail(&err);
    json_doc_free(call.answer);
    return status;
}

/* ---- pool --------------------------------------------------------------- */

static void print_pooled(const struct json_doc *account, struct str name,
                         bool on)
{
    struct str warning;

    if (on)
        (void)printf("Account \"" STR_FMT "\" is in the pool.\n",
                     STR_ARG(name));
    else
        (void)printf("Account \"" STR_FMT "\" is not in the pool: it serves "
                     "this machine while no key is needed, and keys that name "
                     "it.\n",
                     STR_ARG(name));
    if (json_doc_get_str(account, "warning", &warning))
        invocation_print(stderr, "Warning: " STR_FMT ".\n", STR_ARG(warning));
}

static int pool(struct remote *remote, struct str name, bool on)
{
    struct json_doc *body = json_doc_new_object();
    struct remote_call call = { .method = "PATCH", .body = body };
    struct err err;
    int status = 0;

    json_doc_set_bool(body, "pool", on);
    if (call_oauth(remote, &call, name, "", &err))
        print_pooled(call.answer, name, on);
    else
        status = terminal_fail(&err);
    json_doc_free(call.answer);
    json_doc_free(body);
    return status;
}

/* ---- the table ---------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(struct remote *remote, struct str name);
} named[] = {
    { "show", show },
    { "refresh", refresh },
    { "remove", forget },
};

static bool is_pool(int argc, char **argv)
{
    return argc == 3 && strcmp(argv[0], "pool") == 0 &&
           (strcmp(argv[2], "on") == 0 || strcmp(argv[2], "off") == 0);
}

static int run_named(struct remote *remote, int argc, char **argv)
{
    struct str name = str_of(argv[1]);

    if (strcmp(argv[0], "test") == 0)
        return account_test_command_run(remote, argc, argv);
    if (strcmp(argv[0], "profile") == 0)
        return account_profile_run(remote, argc, argv);
    if (strcmp(argv[0], "pool") == 0)
        return pool(remote, name, strcmp(argv[2], "on") == 0);

    for (size_t i = 0; i < COUNT_OF(named); i++) {
        if (strcmp(argv[0], named[i].name) == 0)
            return named[i].run(remote, name);
    }
    return 2;
}

/* What sends something takes no slip for a name. */
static bool takes_name(int argc, char **argv)
{
    bool strict =
        strcmp(argv[0], "test") == 0 || strcmp(argv[0], "profile") == 0;
    int at = 1;

    return !strict || name_argument_take(argc, argv, &at);
}

static const char *check_arguments(int argc, char **argv)
{
    if (argc >= 1 && strcmp(argv[0], "add") == 0)
        return account_add_check(argc, argv);
    if (argc >= 1 && strcmp(argv[0], "test") == 0)
        return account_test_command_check(argc, argv);
    if (argc >= 1 && strcmp(argv[0], "profile") == 0)
        return account_profile_check(argc, argv);
    if ((argc == 1 && strcmp(argv[0], "list") == 0) || is_pool(argc, argv))
        return NULL;
    for (size_t i = 0; argc == 2 && i < COUNT_OF(named); i++) {
        if (strcmp(argv[0], named[i].name) == 0)
            return NULL;
    }
    if (argc >= 1 && strcmp(argv[0], "pool") == 0)
        return "account pool needs a name, and on or off";
    return "account needs list or import, or one of add, show, profile, refresh, "
           "remove, test, pool, pause, resume, clear and set with a name";
}

int account_commands_run(int argc, char **argv, const struct config *config)
{
    const char *bad;
    struct remote *remote;
    struct err err;
    bool has_name;
    bool cares;

    if (argc >= 1 && strcmp(argv[0], "import") == 0)
        return import_command_run(argc - 1, argv + 1, config);
    has_name = argc >= 2 && takes_name(argc, argv);
    name_argument_unmark(&argc, argv, 1);
    if (argc >= 2 && !has_name)
        return usage(check_arguments(1, argv)); /* it lacks one */
    cares = argc >= 1 && account_care_is(argv[0]);
    bad = cares ? account_care_check(argc, argv) : check_arguments(argc, argv);
    if (bad)
        return usage(bad);
    if (strcmp(argv[0], "add") == 0)
        folder_look_say_new(config);
    else if (!folder_look(config, &err))
        return terminal_fail(&err);
    remote = remote_open(config, &err);
    if (!remote)
        return terminal_fail(&err);
    remote_say_where(remote);
    if (cares)
        return remote_close(remote, account_care_run(remote, argc, argv));
    if (strcmp(argv[0], "add") == 0)
        return remote_close(remote, account_add_run(remote, argc, argv));
    return remote_close(remote, argc == 1 ? list(remote, config->data_dir.at)
                                          : run_named(remote, argc, argv));
}
