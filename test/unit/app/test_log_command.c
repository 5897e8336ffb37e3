// SPDX-License-Identifier: MIT
/* `claude-relay log-level` without a relay; with one: test/e2e/the-level-of-the-log-changes. */
#include "app/log_command.h"

#include "app/status_command.h"
#include "base/macros.h"
#include "run.h"

static const struct {
    const char *line;
    int status;
    const char *err;
} cases[] = {
    { "log-level tea", 2, "takes error, warn, info or debug, not \"tea\"" },
    { "log-level INFO", 2, "takes error, warn, info or debug, not \"INFO\"" },
    { "log-level sk-ant-api03-x", 2, "not \"(not shown)\"" },
    { "log-level info now", 2, "one level, not also \"now\"" },
    { "log-level", STATUS_COMMAND_NONE, "no relay runs on" },
    { "log-level debug", STATUS_COMMAND_NONE, "no relay runs on" },
};

static void it_takes_a_level_and_needs_a_relay(void **state)
{
    struct run *run = *state;

    run_begin_folder(run, "data");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        run_command(run, cases[i].line);
        if (run->status != cases[i].status)
            fail_msg("\"%s\" gave %d: %s", cases[i].line, run->status,
                     run->err);
        unit_assert_part(run->err, cases[i].err);
        assert_string_equal(run->out, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_takes_a_level_and_needs_a_relay,
                                        run_open, run_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
