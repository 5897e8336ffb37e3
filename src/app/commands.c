// SPDX-License-Identifier: MIT
/* The command line.  To add a subcommand: a row in `commands`. */
#include "app/commands.h"

#include <stdio.h>
#include <string.h>

#include "app/account_commands.h"
#include "app/app.h"

struct command {
    const char *name;
    const char *usage;
    int (*run)(int argc, char **argv, const struct config *config);
    bool needs_config;
};

static int usage_error(const char *text, const char *what);

/* ---- serve -------------------------------------------------------------- */

struct serve_flags {
    const char *port;
    const char *host;
    const char *data_dir;
};

/* "--port 0" or "--port=0"; moves `*i` over what it used. */
static const char *flag_value(const char *name, int argc, char **argv, int *i)
{
    size_t len = strlen(name);

    if (strncmp(argv[*i], name, len) != 0)
        return NULL;
    if (argv[*i][len] == '=')
        return argv[*i] + len + 1;
    if (argv[*i][len] != '\0' || *i + 1 >= argc)
        return NULL;
    return argv[++*i];
}

/* The first argument that is no flag of serve's; NULL if all are. */
static const char *parse_serve(int argc, char **argv, struct serve_flags *flags)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = { { "--port", &flags->port },
                  { "--host", &flags->host },
                  { "--data-dir", &flags->data_dir } };

    for (int i = 0; i < argc; i++) {
        const char *value = NULL;
        const char *argument = argv[i];

        for (size_t k = 0; !value && k < COUNT_OF(known); k++) {
            value = flag_value(known[k].name, argc, argv, &i);
            if (value)
                *known[k].value = value;
        }
        if (!value)
            return argument;
    }
    return NULL;
}

static int run_serve(int argc, char **argv, const struct config *config)
{
    struct serve_flags flags = { 0 };
    struct config ours = *config;
    uint64_t port = config->port;
    const char *bad;
    struct err err;

    bad = parse_serve(argc, argv, &flags);
    if (bad)
        return usage_error("unknown or incomplete argument", bad);
    if (flags.port && !str_to_u64(str_of(flags.port), 65535, &port))
        return usage_error("--port must be 0 to 65535, not", flags.port);
    if (flags.host)
        ours.host = str_of(flags.host);
    if (flags.data_dir)
        ours.data_dir = str_of(flags.data_dir);
    if (app_serve(&ours, (uint16_t)port, &err))
        return 0;
    (void)fprintf(stderr, "claude-relay: cannot start: %s\n", err.text);
    return 1;
}

/* ---- help, version ------------------------------------------------------ */

static int run_help(int argc, char **argv, const struct config *config);

static int run_version(int argc, char **argv, const struct config *config)
{
    (void)argc;
    (void)argv;
    (void)config;
    (void)printf("claude-relay %s\n", RELAY_VERSION);
    return 0;
}

static const struct command commands[] = {
    { "serve", "serve [--port N] [--host ADDRESS] [--data-dir FOLDER]",
      run_serve, true },
    { "account",
      "account add NAME --api-key -   (the key comes from the terminal or "
      "stdin)\n       claude-relay account list",
      account_commands_run, true },
    { "help", "help", run_help, false },
    { "version", "version", run_version, false },
};

static void print_usage(FILE *out)
{
    (void)fprintf(out, "usage: claude-relay [COMMAND]\n");
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        (void)fprintf(out, "       claude-relay %s\n", commands[i].usage);
}

static int usage_error(const char *text, const char *what)
{
    (void)fprintf(stderr, "claude-relay: %s \"%s\"\n", text, what);
    print_usage(stderr);
    return 2;
}

static int run_help(int argc, char **argv, const struct config *config)
{
    struct buf options;

    (void)argc;
    (void)argv;
    (void)config;
    buf_init(&options, 65536);
    config_describe(&options);
    print_usage(stdout);
    (void)printf("\nWithout a command it serves.  Options come from the "
                 "environment:\n" STR_FMT,
                 STR_ARG(buf_str(&options)));
    buf_done(&options);
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

static int run_configured(const struct command *command, int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct config config;
    struct err err;
    int status = 1;

    if (config_load(&config, arena, config_from_environment, NULL, &err)) {
        log_setup((enum log_level)config.log_level,
                  (enum log_format)config.log_format);
        status = command->run(argc, argv, &config);
    } else {
        (void)fprintf(stderr, "claude-relay: bad configuration: %s\n",
                      err.text);
    }
    arena_free(arena);
    return status;
}

int commands_run(int argc, char **argv)
{
    bool implied = argc < 2 || (argv[1][0] == '-' && !find(argv[1]));
    const struct command *command = implied ? &commands[0] : find(argv[1]);
    int skip = implied ? 1 : 2;

    if (!command)
        return usage_error("unknown command", argv[1]);
    if (!command->needs_config)
        return command->run(argc - skip, argv + skip, NULL);
    return run_configured(command, argc - skip, argv + skip);
}
