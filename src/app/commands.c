// SPDX-License-Identifier: MIT
/* The command line.  To add a subcommand: a row in `commands`. */
#include "app/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/account_commands.h"
#include "app/audit_command.h"
#include "app/backup_commands.h"
#include "app/check_command.h"
#include "app/explain_command.h"
#include "app/hardening.h"
#include "app/invocation.h"
#include "app/key_commands.h"
#include "app/log_command.h"
#include "app/login_command.h"
#include "app/name_argument.h"
#include "app/notify_command.h"
#include "app/prices_command.h"
#include "app/proxy_commands.h"
#include "app/requests_command.h"
#include "app/secret_commands.h"
#include "app/series_command.h"
#include "app/serve_command.h"
#include "app/sessions_command.h"
#include "app/settings_command.h"
#include "app/status_command.h"
#include "app/terminal.h"
#include "app/top_command.h"
#include "app/usage_command.h"
#include "base/shell.h"
#include "base/shown.h"
#include "base/text.h"
#include "config/values.h"
#include "upstream/proxy.h"

#define TEXT_MAX 65536
#define DATA_DIR_FLAG "--data-dir"
#define ENV_FILE ".env"

struct command {
    const char *name;
    const char *usage;
    int (*run)(int argc, char **argv, const struct config *config);
    bool configured;    /* it needs the configuration */
    const char *spared; /* a first argument that needs none */
};

static int run_help(int argc, char **argv, const struct config *config);
static int run_options(int argc, char **argv, const struct config *config);
static int run_version(int argc, char **argv, const struct config *config);

static const struct command commands[] = {
    { "serve", "serve [--port N] [--host ADDRESS]", serve_command_run, true,
      NULL },
    { "login", LOGIN_COMMAND_USAGE, login_command_run, true, NULL },
    { "account", ACCOUNT_COMMANDS_USAGE, account_commands_run, true, NULL },
    { "key", KEY_COMMANDS_USAGE, key_commands_run, true, NULL },
    { "secret", SECRET_COMMANDS_USAGE, secret_commands_run, true,
      SECRET_COMMANDS_NEW },
    { "proxy", PROXY_COMMANDS_USAGE, proxy_commands_run, true, NULL },
    { "explain", EXPLAIN_COMMAND_USAGE, explain_command_run, true, NULL },
    { "notify", NOTIFY_COMMAND_USAGE, notify_command_run, true, NULL },
    { "status", STATUS_COMMAND_USAGE, status_command_run, true, NULL },
    { "top", TOP_COMMAND_USAGE, top_command_run, true, NULL },
    { "settings", SETTINGS_COMMAND_USAGE, settings_command_run, true, NULL },
    { "sessions", SESSIONS_COMMAND_USAGE, sessions_command_run, true, NULL },
    { "log-level", LOG_COMMAND_USAGE, log_command_run, true, NULL },
    { "prices", PRICES_COMMAND_USAGE, prices_command_run, true, NULL },
    { "usage", USAGE_COMMAND_USAGE, usage_command_run, true, NULL },
    { "series", SERIES_COMMAND_USAGE, series_command_run, true, NULL },
    { "requests", REQUESTS_COMMAND_USAGE, requests_command_run, true, NULL },
    { "audit", AUDIT_COMMAND_USAGE, audit_command_run, true, NULL },
    { "backup", BACKUP_COMMAND_USAGE, backup_command_run, true, NULL },
    { "restore", RESTORE_COMMAND_USAGE, restore_command_run, true, NULL },
    { "check", "check", check_command_run, true, NULL },
    { "options", "options --markdown|--env", run_options, false, NULL },
    { "help", "help", run_help, false, NULL },
    { "version", "version", run_version, false, NULL },
};

static void print_usage(FILE *out)
{
    struct buf forms;

    buf_init(&forms, TEXT_MAX);
    buf_add(&forms, STR("[COMMAND]"));
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        buf_printf(&forms, "\n%s", commands[i].usage);
    invocation_print_usage(out, buf_str(&forms));
    buf_done(&forms);
    (void)fprintf(out, "Every command takes " DATA_DIR_FLAG
                       " FOLDER, which wins over DATA_DIR.\n");
}

static const struct command *find(const char *name);

/* Texts about the arguments of one command begin with its name: then the forms of that one
   are shown, among which what was wrong is not lost. */
static void print_usage_of(struct str text)
{
    char name[16];
    const struct command *command;

    text_copy(name, sizeof(name), str_sub(text, 0, str_index(text, ' ')));
    command = find(name);
    if (command)
        invocation_print_usage(stderr, str_of(command->usage));
    else
        print_usage(stderr);
}

int commands_usage_error(const char *text, const char *argument)
{
    char value[SHOWN_MAX];

    (void)fprintf(stderr, "claude-relay: %s \"%s\"\n", text,
                  shown_argument(str_of(argument), value));
    print_usage_of(str_of(text));
    return 2;
}

/* ---- help, version, options --------------------------------------------- */

static void print_made(void (*make)(struct buf *out))
{
    struct buf text;

    buf_init(&text, TEXT_MAX);
    make(&text);
    (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
}

/* For the person who called the program. */
static void print_options(void)
{
    struct buf text;
    struct buf filled;

    buf_init(&text, TEXT_MAX);
    buf_init(&filled, 2 * TEXT_MAX);
    config_describe(&text);
    invocation_fill(&filled, buf_str(&text));
    (void)printf(STR_FMT, STR_ARG(buf_str(&filled)));
    buf_done(&filled);
    buf_done(&text);
}

static int run_help(int argc, char **argv, const struct config *config)
{
    (void)config;
    if (argc > 0)
        return commands_usage_error("unknown argument", argv[0]);
    print_usage(stdout);
    (void)printf("\nWithout a command it serves.  Options come from the "
                 "environment, or from a file .env in the working folder:\n");
    print_options();
    return 0;
}

static int run_version(int argc, char **argv, const struct config *config)
{
    (void)config;
    if (argc > 0)
        return commands_usage_error("unknown argument", argv[0]);
    (void)printf("claude-relay %s\n", RELAY_VERSION);
    return 0;
}

/* docs/config.md and .env.example are made with this. */
static int run_options(int argc, char **argv, const struct config *config)
{
    const char *form = argc == 1 ? argv[0] : "";

    (void)config;
    if (strcmp(form, "--markdown") == 0)
        print_made(config_describe_markdown);
    else if (strcmp(form, "--env") == 0)
        print_made(config_describe_env);
    else
        return commands_usage_error("options takes --markdown or --env, not",
                                    form);
    return 0;
}

/* ---- finding the command ------------------------------------------------ */

static const struct command *find(const char *name)
{
    static const struct {
        const char *flag;
        const char *command;
    } aliases[] = { { "--help", "help" },
                    { "-h", "help" },
                    { "--version", "version" },
                    { "-V", "version" } };

    for (size_t i = 0; i < COUNT_OF(aliases); i++) {
        if (strcmp(name, aliases[i].flag) == 0)
            name = aliases[i].command;
    }
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    }
    return NULL;
}

/* ---- the configuration -------------------------------------------------- */

static void warn_of_strangers(const struct dotenv *file)
{
    size_t next = 0;

    for (const struct dotenv_item *item = config_find_stranger(file, &next);
         item; item = config_find_stranger(file, &next))
        log_line(LOG_WARN,
                 "%s:%zu: %s is not an option; `claude-relay help` lists "
                 "those there are",
                 file->path, item->line, item->name);
}

static void warn_of_readers(const struct dotenv *file)
{
    const char *secret = config_find_secret(file);
    char word[SHELL_WORD_MAX];

    if (file->open_mode == 0 || !secret)
        return;
    shell_quote(str_of(file->path), word);
    log_line(LOG_WARN,
             "%s holds %s and can be read by other users (mode %03o): "
             "run `chmod 600 %s`",
             file->path, secret, file->open_mode, word);
}

/* What the layers above the configuration's own say of it. */
static void check_proxy(const struct config *config, struct dotenv *file,
                        struct problems *problems)
{
    struct config_value enabled =
        config_from_environment(file, "GLOBAL_PROXY_ENABLED");
    struct proxy *proxy = NULL;
    struct err err;

    if (!problems_name(problems, STR("GLOBAL_PROXY_")) &&
        !proxy_from_config(config, &proxy, &err)) {
        config_say_place(&enabled, &err);
        problems_add(problems, &err);
    }
    proxy_unref(proxy);
}

/* Where `.env` is, or would be. */
static void note_env_file(struct config *config, struct arena *arena)
{
    char folder[4096];

    if (getcwd(folder, sizeof(folder)))
        config->env_file = arena_printf(arena, "%s/" ENV_FILE,
                                        strcmp(folder, "/") == 0 ? "" : folder)
                               .at;
}

static bool load(struct config *config, struct arena *arena,
                 struct problems *problems)
{
    const struct invocation invocation = invocation_of_process();
    struct dotenv file;
    bool fine = true;

    dotenv_load(&file, arena, ENV_FILE, problems);
    if (!config_load(config, arena, config_from_environment, &file, problems))
        fine = false;
    note_env_file(config, arena);
    check_proxy(config, &file, problems);
    config_forget_secrets();
    if (!fine || problems->count > 0)
        return false;
    if (config->core_dumps)
        hardening_end();
    log_setup((enum log_level)config->log_level,
              (enum log_format)config->log_format);
    invocation_set(&invocation, NULL);
    warn_of_strangers(&file);
    warn_of_readers(&file);
    return true;
}

static void print_problems(const struct problems *problems)
{
    struct str rest = buf_str(&problems->lines);
    struct str line;

    while (problems_next(&rest, &line))
        invocation_print(stderr,
                         "claude-relay: bad configuration: " STR_FMT "\n",
                         STR_ARG(line));
}

/* `folder`: of the command line, or NULL. */
static int run_configured(const struct command *command, int argc, char **argv,
                          const char *folder)
{
    struct arena *arena = arena_new();
    struct problems problems;
    struct config config;
    int status = 1;

    problems_init(&problems);
    if (!load(&config, arena, &problems)) {
        /* Its flags are values of the configuration, too. */
        if (command->run == serve_command_run)
            serve_command_check(argc, argv, &problems);
        print_problems(&problems);
    } else {
        if (folder)
            config_set_argument(&config, CONFIG_AT_DATA_DIR, str_of(folder));
        status = command->run(argc, argv, &config);
    }
    problems_done(&problems);
    arena_free(arena);
    return status;
}

static bool needs_config(const struct command *command, int argc, char **argv)
{
    return command->configured && !(command->spared && argc > 0 &&
                                    strcmp(argv[0], command->spared) == 0);
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (name_argument_is_marked(argc, argv, i))
            i++;
        else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}

/* ---- --data-dir --------------------------------------------------------- */

/* The value of `--data-dir FOLDER` or `--data-dir=FOLDER`, which is taken out of the
   arguments; NULL if the next one is neither.  `bad`: it lacks its folder. */
static const char *take_data_dir(int *argc, char **argv, int i, bool *bad)
{
    const size_t len = sizeof(DATA_DIR_FLAG) - 1;
    const char *argument = argv[i];
    const char *value = argument + len + 1;
    int used = 1;

    if (strncmp(argument, DATA_DIR_FLAG, len) != 0 ||
        (argument[len] != '\0' && argument[len] != '='))
        return NULL;
    if (argument[len] == '\0') {
        value = i + 1 < *argc ? argv[i + 1] : "";
        used = 2;
    }
    *bad = !*value;
    if (*bad)
        return argument;
    for (int k = i; k + used <= *argc; k++)
        argv[k] = argv[k + used];
    *argc -= used;
    return value;
}

/* For every command, and in front of it too.  As DATA_DIR in the environment: texts
   that name commands say it then, too.  `*chosen` is NULL without it.  True, or the
   exit status. */
static bool choose_data_dir(int *argc, char **argv, const char **chosen,
                            int *status)
{
    const char *folder = NULL;
    bool bad = false;

    for (int i = 1; i < *argc && !bad;) {
        const char *value;

        if (name_argument_is_marked(*argc, argv, i)) {
            i += 2;
            continue;
        }
        value = take_data_dir(argc, argv, i, &bad);
        folder = value ? value : folder;
        i += !value;
    }
    *chosen = folder;
    if (!folder)
        return true;
    if (bad)
        *status =
            commands_usage_error("unknown or incomplete argument", folder);
    else if (!config_text_fits(CONFIG_PATH, str_of(folder)))
        *status = commands_usage_error(DATA_DIR_FLAG " must be a folder, not",
                                       folder);
    else if (setenv("DATA_DIR", folder, 1) == 0)
        return true;
    return false;
}

static int run(int argc, char **argv, const char *folder)
{
    bool implied = argc < 2 || (argv[1][0] == '-' && !find(argv[1]));
    const struct command *command = implied ? &commands[0] : find(argv[1]);
    int skip = implied ? 1 : 2;

    if (!command)
        return commands_usage_error("unknown command", argv[1]);
    argc -= skip;
    argv += skip;
    if (asks_for_help(argc, argv)) {
        invocation_print_usage(stdout, str_of(command->usage));
        return 0;
    }
    if (needs_config(command, argc, argv))
        return run_configured(command, argc, argv, folder);
    config_forget_secrets();
    return command->run(argc, argv, NULL);
}

int commands_run(int argc, char **argv)
{
    const char *folder;
    int status = 1;

    if (choose_data_dir(&argc, argv, &folder, &status))
        status = run(argc, argv, folder);
    return terminal_finish(status);
}
