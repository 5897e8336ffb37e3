// SPDX-License-Identifier: MIT
/* Commands that are printed can be pasted. */
#include "app/invocation.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "run.h"

/* A folder of a relay's in which no account is. */
static void begin(const struct run *run, const char *folder)
{
    char path[5000];

    (void)snprintf(path, sizeof(path), "%s/%s", run->folder, folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/%s/db", run->folder, folder);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void commands_are_printed_as_the_program_was_called(void **state)
{
    struct run *run = *state;

    begin(run, "data");
    run->program = "build/claude-relay";
    run_command(run, "account list");
    unit_assert_part(run->out, "add one with `build/claude-relay login main` "
                               "or `build/claude-relay account add main");
    run_command(run, "account show max");
    unit_assert_part(run->err, "`build/claude-relay account list` shows");
    run_command(run, "account");
    unit_assert_part(run->err, "usage: build/claude-relay account add NAME");
    unit_assert_part(run->err, "\n       build/claude-relay account list\n");
    run->program = "/opt/my relay/claude-relay";
    run_command(run, "account list");
    unit_assert_part(run->out, "`'/opt/my relay/claude-relay' login main`");
}

static void the_folder_of_the_environment_is_given_again(void **state)
{
    struct run *run = *state;

    begin(run, "my data");
    run->env[0] = "DATA_DIR=my data";
    run_command(run, "account list");
    unit_assert_part(run->out, "`DATA_DIR='my data' claude-relay login main`");
}

/* It is found again in the same folder. */
static void the_folder_of_the_env_file_is_not(void **state)
{
    struct run *run = *state;

    begin(run, "there");
    unit_write(run->folder, ".env", "DATA_DIR=there\n");
    run_command(run, "account list");
    unit_assert_part(run->out,
                     "in there yet: add one with `claude-relay login");
}

static void a_path_beyond_reason_is_not_repeated(void **state)
{
    struct run *run = *state;
    static char path[20000];

    begin(run, "data");
    memset(path, '\'', sizeof(path) - 1);
    run->program = path;
    run_command(run, "account list");
    unit_assert_part(run->out, "`claude-relay login main`");
}

static void the_log_names_commands_likewise(void **state)
{
    struct run *run = *state;

    unit_write(run->folder, ".env", "LOG_LEVLE=debug\n");
    run->program = "build/claude-relay";
    run_command(run, "account list");
    unit_assert_part(run->err, ".env:1: LOG_LEVLE is not an option; "
                               "`build/claude-relay help` lists");
}

static void keep(const struct run *run, const char *file, const char *text)
{
    char path[5000];

    (void)snprintf(path, sizeof(path), "%s/data", run->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    unit_write(path, file, text);
}

static void what_is_said_of_an_account_names_commands_likewise(void **state)
{
    static const char *const expired =
        "{\"access_token\":\"a\",\"expires_at\":\"2020-01-01T00:00:00Z\"}";
    struct run *run = *state;

    keep(run, "oauth_max.json", expired);
    run->program = "build/claude-relay";
    run_command(run, "account list");
    unit_assert_part(run->out, "`build/claude-relay login max`");
    run_command(run, "account show max");
    unit_assert_part(run->out, "`build/claude-relay login max`");
}

static void the_help_names_commands_likewise(void **state)
{
    struct run *run = *state;

    run->program = "build/claude-relay";
    run_command(run, "help");
    unit_assert_part(run->out, "as `build/claude-relay secret new` makes them");
}

static void what_is_broken_does_not_last_for_ever(void **state)
{
    struct run *run = *state;

    keep(run, "oauth_bad.json", "{");
    run_command(run, "account list");
    unit_assert_part(run->out, "unknown\naccount \"bad\" cannot be used: ");
}

/* Whatever others put into a text, and however long it is. */
static void nothing_but_ends_of_lines_moves_the_cursor(void **state)
{
    static char text[10000];
    struct unit_capture out = unit_capture_begin(STDOUT_FILENO);
    char *said;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    invocation_print(stdout, "a\x1b[2J\n%s\xc2\x9b\n", text);
    (void)fflush(stdout);
    said = unit_capture_end(&out);
    assert_int_equal(strlen(said), sizeof(text) - 1 + 8);
    assert_memory_equal(said, "a [2J\nxxx", 9);
    assert_string_equal(said + strlen(said) - 4, "xx \n");
    mem_free(said);
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, run_open, run_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(commands_are_printed_as_the_program_was_called),
        RUN(the_folder_of_the_environment_is_given_again),
        RUN(the_folder_of_the_env_file_is_not),
        RUN(what_is_said_of_an_account_names_commands_likewise),
        RUN(the_help_names_commands_likewise),
        RUN(what_is_broken_does_not_last_for_ever),
        RUN(a_path_beyond_reason_is_not_repeated),
        cmocka_unit_test(nothing_but_ends_of_lines_moves_the_cursor),
        RUN(the_log_names_commands_likewise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
