// SPDX-License-Identifier: MIT
/* `claude-relay serve`: its flags win over the configuration. */
#include "app/serve_command.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/commands.h"
#include "app/stop_signals.h"
#include "base/shown.h"
#include "base/text.h"
#include "base/url.h"
#include "config/values.h"

struct flags {
    const char *port;
    const char *host;
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

/* The first argument that is no flag of ours, or lacks its value; NULL if all are
   fine. */
static const char *parse_flags(int argc, char **argv, struct flags *flags)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = { { "--port", &flags->port }, { "--host", &flags->host } };

    for (int i = 0; i < argc; i++) {
        const char *value = NULL;
        const char *argument = argv[i];

        for (size_t k = 0; !value && k < COUNT_OF(known); k++) {
            value = flag_value(known[k].name, argc, argv, &i);
            if (value)
                *known[k].value = value;
        }
        if (!value || !*value)
            return argument;
    }
    return NULL;
}

#define UNKNOWN "unknown or incomplete argument"
#define BAD_PORT "--port must be 0 to 65535, not"
#define BAD_HOST "--host must be an IPv4 or IPv6 address, or localhost, not"
#define ADDRESS_MAX 80

static bool take_port(const char *port, uint64_t *out)
{
    return str_to_u64(str_of(port), 65535, out);
}

/* Into `out`, without brackets. */
static bool take_address(const char *host, char out[ADDRESS_MAX])
{
    if (!config_text_fits(CONFIG_ADDRESS, str_of(host)))
        return false;
    text_copy(out, ADDRESS_MAX, url_without_brackets(str_of(host)));
    return true;
}

static void add_problem(struct problems *problems, const char *text,
                        const char *argument)
{
    char value[SHOWN_MAX];
    struct err err;

    err_set(&err, ERR_CONFIG, "%s \"%s\"", text,
            shown_argument(str_of(argument), value));
    problems_add(problems, &err);
}

void serve_command_check(int argc, char **argv, struct problems *problems)
{
    struct flags flags = { 0 };
    const char *bad = parse_flags(argc, argv, &flags);
    char host[ADDRESS_MAX];
    uint64_t port;

    if (bad)
        add_problem(problems, UNKNOWN, bad);
    if (flags.port && *flags.port && !take_port(flags.port, &port))
        add_problem(problems, BAD_PORT, flags.port);
    if (flags.host && *flags.host && !take_address(flags.host, host))
        add_problem(problems, BAD_HOST, flags.host);
}

static int serve(const struct config *config, uint64_t port)
{
    struct invocation invocation = invocation_of_process();
    char folder[4096];
    struct app_end end;
    struct err err;

    invocation_set(&invocation, getcwd(folder, sizeof(folder)));
    if (!app_serve(config, &invocation, (uint16_t)port, &end, &err)) {
        invocation_print(stderr, "claude-relay: cannot start: %s\n", err.text);
        return 1;
    }
    if (end.lost == 0 && end.signal == SIGINT)
        stop_signals_die(SIGINT);
    return end.lost == 0 ? 0 : 1;
}

int serve_command_run(int argc, char **argv, const struct config *config)
{
    struct flags flags = { 0 };
    struct config ours = *config;
    uint64_t port = config->port;
    char host[ADDRESS_MAX];
    const char *bad = parse_flags(argc, argv, &flags);

    if (bad)
        return commands_usage_error(UNKNOWN, bad);
    if (flags.port && !take_port(flags.port, &port))
        return commands_usage_error(BAD_PORT, flags.port);
    if (flags.host && !take_address(flags.host, host))
        return commands_usage_error(BAD_HOST, flags.host);
    if (flags.port) {
        ours.port = port;
        config_set_argument(&ours, CONFIG_AT_PORT, str_of(flags.port));
    }
    if (flags.host) {
        ours.host = str_of(host);
        config_set_argument(&ours, CONFIG_AT_HOST, ours.host);
    }
    return serve(&ours, port);
}
