// SPDX-License-Identifier: MIT
/* claude-relay audit: its arguments, and what is there on a folder. */
#include "app/audit_command.h"

#include <string.h>

#include "run.h"

static int open_run(void **state)
{
    int status = run_open(state);

    run_begin_folder(*state, "data");
    return status;
}

static void an_argument_that_is_wrong_is_named(void **state)
{
    static const struct {
        const char *line;
        const char *want;
    } rows[] = {
        { "audit --foo", "audit does not take --foo" },
        { "audit key", "audit does not take key" },
        { "audit --sincere 1d", "audit does not take --sincere" },
        { "audit --since", "a value is missing behind --since" },
        { "audit --target=", "a value is missing behind --target" },
        { "audit --limit 0", "or all, must be behind" },
        { "audit --limit x", "or all, must be behind" },
        { "audit --csv --json", "--json and --csv do not go together" },
    };
    struct run *run = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].line);
        run_command(run, rows[i].line);
        assert_int_equal(run->status, 2);
        unit_assert_part(run->err, rows[i].want);
        unit_assert_part(run->err, "usage: claude-relay audit [--since WHEN]");
    }
}

static void what_the_api_refuses_is_said(void **state)
{
    struct run *run = *state;

    run_command(run, "audit --since tomorrow");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "since must be a time like");
}

static void nothing_is_no_error(void **state)
{
    struct run *run = *state;

    run_command(run, "audit");
    assert_int_equal(run->status, 0);
    assert_string_equal(run->out, "The audit log has no such entry.\n");
    unit_assert_part(run->err, "itself: no relay runs on it");
    run_command(run, "audit --json");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "\"entries\": []");
    assert_string_equal(run->err, "");
    run_command(run, "audit --csv --target nobody");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "id,at,who,peer,action,target");
    assert_string_equal(run->err, "");
}

static void what_was_done_is_found(void **state)
{
    struct run *run = *state;

    run_command(run, "key create ci --note hello");
    assert_int_equal(run->status, 0);
    run_command(run, "key edit ci --note=hi");
    run_command(run, "key revoke nobody");
    run_command(run, "audit --action key");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "key.create ci");
    unit_assert_part(run->out, "note: hello -> hi");
    unit_assert_part(run->out, "REFUSED: there is no relay key nobody");
    run_command(run, "audit --action=key.change --since 1d --target ci");
    assert_null(strstr(run->out, "key.create"));
    unit_assert_part(run->out, "note: hello -> hi");
    run_command(run, "audit --limit 1");
    unit_assert_part(run->out, "nobody");
    assert_null(strstr(run->out, "key.change"));
    run_command(run, "audit --limit all --who command");
    unit_assert_part(run->out, "key.create");
    run_command(run, "audit --until 1d");
    unit_assert_part(run->out, "no such entry");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_run, run_close)
    const struct CMUnitTest tests[] = {
        TEST(an_argument_that_is_wrong_is_named),
        TEST(what_the_api_refuses_is_said),
        TEST(nothing_is_no_error),
        TEST(what_was_done_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
