// SPDX-License-Identifier: MIT
/* `claude-relay account ...`: adding and listing accounts.  Keys come from the
   terminal or standard input, never from the command line, which others can see. */
#include "app/account_commands.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "account/accounts.h"
#include "account/kinds.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/jsonfile.h"

#define LINE_SIZE 2048

static int fail(const struct err *err)
{
    (void)fprintf(stderr, "claude-relay: %s\n", err->text);
    return 1;
}

static int usage(const char *problem)
{
    (void)fprintf(stderr,
                  "claude-relay: %s\n"
                  "usage: claude-relay account add NAME --api-key -\n"
                  "       claude-relay account list\n"
                  "The key is asked for, or read from standard input.\n",
                  problem);
    return 2;
}

/* One line, without echo if a person types it. */
static bool read_line(char line[LINE_SIZE])
{
    struct termios saved;
    bool typed = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &saved) == 0;
    bool ok;

    if (typed) {
        struct termios silent = saved;

        silent.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        (void)fprintf(stderr, "API key (not shown): ");
    }
    /* The stream's own buffer would keep a copy of the key. */
    (void)setvbuf(stdin, NULL, _IONBF, 0);
    ok = fgets(line, LINE_SIZE, stdin) != NULL;
    if (typed) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
        (void)fprintf(stderr, "\n");
    }
    return ok;
}

static struct str trim_line(char *line)
{
    struct str text = str_of(line);

    while (text.len > 0 &&
           (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r'))
        text.len--;
    return str_trim(text);
}

static bool write_account(const char *folder, struct str name, struct str key,
                          struct err *err)
{
    char when[TEXT_TIME_MAX];
    struct buf file;
    char path[128];
    bool ok;

    text_format_time(clock_wall_ms(), when);
    buf_init_secret(&file, JSONFILE_MAX);
    /* Both values are plain: checked characters only. */
    buf_printf(&file,
               "{\n  \"api_key\": \"" STR_FMT
               "\",\n  \"created_at\": \"%s\"\n}\n",
               STR_ARG(key), when);
    (void)snprintf(path, sizeof(path), "%s" STR_FMT ".json",
                   account_kind_apikey.file_prefix, STR_ARG(name));
    ok = jsonfile_make_folder(folder, err) &&
         jsonfile_write(folder, path, buf_str(&file), true, err);
    buf_done(&file);
    return ok;
}

static bool is_taken(const char *folder, struct str name)
{
    char path[4096];

    for (size_t i = 0; account_kinds[i]; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s" STR_FMT ".json", folder,
                       account_kinds[i]->file_prefix, STR_ARG(name));
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

static bool check_name(const char *folder, struct str name, struct err *err)
{
    if (!account_name_is_valid(name))
        return err_set(err, ERR_CONFIG,
                       "\"" STR_FMT "\" is no account name: 1 to 64 letters, "
                       "digits or . _ @ -, not starting with a dot",
                       STR_ARG(str_sub(name, 0, 100)));
    if (is_taken(folder, name))
        return err_set(err, ERR_CONFIG,
                       "the account \"" STR_FMT "\" exists already; choose "
                       "another name or remove its file first",
                       STR_ARG(name));
    return true;
}

static int add_with_key(const char *folder, struct str name, struct str key)
{
    struct err err;

    if (!kind_apikey_is_key(key)) {
        err_set(&err, ERR_CONFIG,
                "that is no Console API key: it begins with sk-ant-, has no "
                "spaces or quotes, and at most %d characters",
                KIND_APIKEY_MAX);
        return fail(&err);
    }
    if (!write_account(folder, name, key, &err))
        return fail(&err);
    (void)printf("Account \"" STR_FMT "\" added.  A running relay sees it at "
                 "once; otherwise start one with `claude-relay`.\n",
                 STR_ARG(name));
    return 0;
}

static int add(const char *folder, struct str name)
{
    char line[LINE_SIZE] = "";
    struct err err;
    int status;

    if (!check_name(folder, name, &err))
        return fail(&err);
    if (!read_line(line)) {
        err_set(&err, ERR_CONFIG,
                "no key came: type it, or pipe it into standard input");
        return fail(&err);
    }
    status = add_with_key(folder, name, trim_line(line));
    mem_wipe(line, sizeof(line));
    return status;
}

static void print_account(void *arg, const struct account *account)
{
    char until[TEXT_TIME_MAX] = "never expires";

    (void)arg;
    if (account->expires_at_ms != ACCOUNT_NEVER_EXPIRES)
        text_format_time(account->expires_at_ms, until);
    (void)printf("%-24s %-8s %s%s%s\n", account->name, account->kind->name,
                 until, account->problem[0] ? "  problem: " : "",
                 account->problem);
}

static int say_none(const char *folder)
{
    (void)printf("There are no accounts in %s yet: add one with "
                 "`claude-relay account add NAME --api-key -`.\n",
                 folder);
    return 0;
}

static int list(const char *folder)
{
    struct accounts *accounts;
    struct err err;
    int status = 0;

    if (access(folder, F_OK) != 0)
        return say_none(folder);
    accounts = accounts_new(folder);
    if (!accounts_load(accounts, &err))
        status = fail(&err);
    else if (accounts_count(accounts) == 0)
        status = say_none(folder);
    else
        accounts_each(accounts, print_account, NULL);
    accounts_free(accounts);
    return status;
}

/* A key on the command line can be seen by everybody on the machine, and stays in
   the shell's history. */
static int run_add(int argc, char **argv, const char *folder)
{
    if (argc != 3 || strcmp(argv[1], "--api-key") != 0)
        return usage("account add wants a name and --api-key -");
    if (strcmp(argv[2], "-") != 0)
        return usage("a key is never taken from the command line: write "
                     "--api-key - and enter it when asked");
    return add(folder, str_of(argv[0]));
}

int account_commands_run(int argc, char **argv, const struct config *config)
{
    const char *folder = config->data_dir.at;

    if (argc == 1 && strcmp(argv[0], "list") == 0)
        return list(folder);
    if (argc >= 1 && strcmp(argv[0], "add") == 0)
        return run_add(argc - 1, argv + 1, folder);
    return usage("account wants add or list");
}
