// SPDX-License-Identifier: MIT
/* The table of options as text: help, docs/config.md, .env.example. */
#include "config/config.h"
#include "config/table.h"

void config_describe(struct buf *out)
{
    const struct config_option *option;

    for (option = config_options; option->name; option++) {
        buf_printf(out, "  %-22s %s\n", option->name, option->help);
        buf_printf(out, "  %22s   %s; default: %s\n", "", option->allowed,
                   *option->standard ? option->standard : "not set");
    }
}

void config_describe_markdown(struct buf *out)
{
    const struct config_option *option;

    buf_add(
        out,
        STR("<!-- Made by `claude-relay options --markdown` from "
            "src/config/options.def; do not edit. -->\n"
            "# Options\n\n"
            "Options are environment variables. A file `.env` in the "
            "working folder is read too; the environment wins, and an "
            "empty value counts as not set. The relay and its "
            "commands need the same settings, so keep them in `.env`. "
            "`claude-relay settings` shows those that the running relay has, "
            "and where each is from; `claude-relay settings WORKERS` what to do "
            "to change that one."
            "\n\n"
            "With a value that is not allowed the relay does not start; the "
            "message says which option, its value and what is allowed. "
            "Durations "
            "are written as in Go: `300ms`, `30s`, `5m`, `1h30m`.\n\n"
            "| option | what it is for | allowed | default |\n"
            "|---|---|---|---|\n"));
    for (option = config_options; option->name; option++) {
        bool set = *option->standard;

        buf_printf(out, "| `%s` | %s | %s | %s%s%s |\n", option->name,
                   option->help, option->allowed, set ? "`" : "",
                   set ? option->standard : "not set", set ? "`" : "");
    }
}

void config_describe_env(struct buf *out)
{
    const struct config_option *option;

    buf_add(out,
            STR("# Made by `claude-relay options --env` from "
                "src/config/options.def; do not edit.\n"
                "# Copy it to .env (chmod 600 .env), and uncomment what you "
                "change.\n"));
    for (option = config_options; option->name; option++)
        buf_printf(out, "\n# %s: %s\n#%s=%s\n", option->help, option->allowed,
                   option->name, option->standard);
}
