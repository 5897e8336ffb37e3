// SPDX-License-Identifier: MIT
/* The command line as a person meets it. */
#include "app/commands.h"

#include <string.h>

#include "base/macros.h"
#include "run.h"

static const struct {
    const char *line;
    int status;
    const char *out; /* a part; "" : nothing is printed */
    const char *err;
} cases[] = {
    { "version", 0, "claude-relay " RELAY_VERSION "\n", "" },
    { "--version", 0, "claude-relay " RELAY_VERSION "\n", "" },
    { "-V", 0, "claude-relay " RELAY_VERSION "\n", "" },
    { "help", 0, "usage: claude-relay [COMMAND]", "" },
    { "--help", 0, "CLAUDE_API_URL", "" },
    { "-h", 0, "account add NAME --api-key -", "" },
    { "serve --help", 0, "usage: claude-relay serve [--port N]", "" },
    { "--port 0 -h", 0, "usage: claude-relay serve [--port N]", "" },
    { "login --help", 0, "usage: claude-relay login [NAME]", "" },
    { "login main -h", 0, "usage: claude-relay login [NAME]", "" },
    { "account --help", 0, "usage: claude-relay account add NAME", "" },
    { "account list --help", 0, "claude-relay account list\n", "" },
    { "account import --help", 0, "usage: claude-relay account add", "" },
    { "secret --help", 0, "usage: claude-relay secret new", "" },
    { "secret new --help", 0, "usage: claude-relay secret new", "" },
    { "proxy test --help", 0, "usage: claude-relay proxy test", "" },
    { "check --help", 0, "usage: claude-relay check\n", "" },
    { "options --help", 0, "usage: claude-relay options --markdown", "" },
    { "help --help", 0, "usage: claude-relay help\n", "" },
    { "version --help", 0, "usage: claude-relay version\n", "" },
    { "options --markdown", 0, "| `PORT` | ", "" },
    { "options --env", 0, "#PORT=3000\n", "" },
    { "options", 2, "", "--markdown or --env" },
    { "options --json", 2, "", "\"--json\"" },
    { "options --env --env", 2, "", "usage:" },
    { "version now", 2, "", "\"now\"" },
    { "help me", 2, "", "\"me\"" },
    { "brew", 2, "", "unknown command \"brew\"" },
    { "brew", 2, "", "usage: claude-relay [COMMAND]" },
    { "series week", 2, "", "usage: claude-relay series [hour" },
    { "settings a b", 2, "", "usage: claude-relay settings [NAME]" },
    { "serve now", 2, "", "\"now\"" },
    { "--prot 1", 2, "", "\"--prot\"" },
    { "serve --host http://u:canary@h", 2, "", "not \"(not shown)\"" },
    { "serve --host=http://u:canary@h", 2, "", "not \"(not shown)\"" },
    { "serve --prot=http://u:canary@h", 2, "", "\"--prot=...\"" },
    { "serve --data-dir http://u:canary@h", 2, "", "not \"(not shown)\"" },
    { "http://u:canary@h", 2, "", "unknown command \"(not shown)\"" },
    { "proxy test --url http://u:canary@h", 1, "", "needs a port" },
    { "account add sk-ant-api03-canary- --api-key", 2, "", "usage:" },
    { "account add sk-ant-api03-canary/ --api-key -", 1, "", "(not shown)" },
    { "account add sk-ant-api03-canary --api-key -", 1, "",
      "no key, and none of" },
    { "account show sk-ant-api03-canary", 1, "", "no account \"(not shown)\"" },
    { "account remove sk-ant-api03-canary", 1, "", "\"(not shown)\"" },
    { "account refresh sk-ant-api03-canary", 1, "", "\"(not shown)\"" },
    { "account import sk-ant-oat01-canary", 1, "", "look at (not shown): No" },
    { "account import {\"accessToken\":\"canary\"}", 1, "", "(not shown): No" },
    { "account import . sk-ant-oat01-canary", 1, "", "\"(not shown)\" is not" },
    { "login sk-ant-oat01-canary", 2, "", "not take \"(not shown)\"" },
    { "proxy test --account sk-ant-canary", 1, "", "\"(not shown)\"" },
    { "proxy test --account http://u:canary@h:1", 1, "", "\"(not shown)\"" },
    { "--data-dir", 2, "", "argument \"--data-dir\"" },
    { "account list --data-dir", 2, "", "argument \"--data-dir\"" },
    { "account list --data-dir=", 2, "", "argument \"--data-dir=...\"" },
    { "account list --data-dir d", 0, "no accounts in d yet", "on d itself" },
    { "account --data-dir=d list", 0, "no accounts in d yet", "on d itself" },
    { "--data-dir d account list", 0, "no accounts in d yet", "on d itself" },
    { "--data-dir a --data-dir d account list", 0, "accounts in d yet",
      "on d itself" },
    { "account list --data-dirs d", 2, "", "usage:" },
    { "version --data-dir d", 0, "claude-relay ", "" },
    { "account", 2, "", "account needs list" },
    { "account brew", 2, "", "usage: claude-relay account" },
    { "account list all", 2, "", "usage:" },
};

static void command_lines_do_what_they_say(void **state)
{
    struct run *run = *state;

    run_begin_folder(run, "data");
    run_begin_folder(run, "d");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        run_command(run, cases[i].line);
        if (run->status != cases[i].status)
            fail_msg("\"%s\" gave %d: %s", cases[i].line, run->status,
                     run->err);
        unit_assert_part(run->out, cases[i].out);
        unit_assert_part(run->err, cases[i].err);
        assert_null(strstr(run->err, "canary"));
        if (!*cases[i].out)
            assert_string_equal(run->out, "");
        if (!*cases[i].err)
            assert_string_equal(run->err, "");
    }
}

static void a_bad_option_stops_the_start_and_is_named(void **state)
{
    struct run *run = *state;

    run->env[0] = "PORT=0";
    run_command(run, "serve");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err,
                     "bad configuration: environment: PORT=\"0\": must be 1 to "
                     "65535\n");
    assert_string_equal(run->out, "");
}

static void help_comes_in_spite_of_a_bad_option(void **state)
{
    struct run *run = *state;

    run->env[0] = "PORT=0";
    run_command(run, "help");
    assert_int_equal(run->status, 0);
}

static void the_env_file_is_read_and_named_when_bad(void **state)
{
    struct run *run = *state;

    unit_write(run->folder, ".env", "PORT=99999\n");
    run_command(run, "serve");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, ".env:1: PORT=\"99999\"");
    unit_write(run->folder, ".env", "PORT\n");
    run_command(run, "serve");
    unit_assert_part(run->err, ".env:1: not a line of NAME=value");
    unit_write(run->folder, ".env", "PORT=99999\nDATA_DIR=./elsewhere\n");
    run->env[0] = "PORT=1";
    run_begin_folder(run, "elsewhere");
    run_command(run, "account list");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "./elsewhere");
}

static void a_slip_in_the_env_file_is_warned_of(void **state)
{
    struct run *run = *state;

    unit_write(run->folder, ".env", "LOG_LEVLE=debug\nCOMPOSE_FILE=x\n");
    run_begin_folder(run, "data");
    run_command(run, "account list");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->err, ".env:1: LOG_LEVLE is not an option");
    assert_null(strstr(run->err, "COMPOSE_FILE"));
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, run_open, run_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(command_lines_do_what_they_say),
        RUN(a_bad_option_stops_the_start_and_is_named),
        RUN(help_comes_in_spite_of_a_bad_option),
        RUN(the_env_file_is_read_and_named_when_bad),
        RUN(a_slip_in_the_env_file_is_warned_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
