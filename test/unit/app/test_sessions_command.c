// SPDX-License-Identifier: MIT
/* `claude-relay sessions` without a relay; with one:
   test/e2e/the-page-is-signed-in-to. */
#include "app/sessions_command.h"

#include "app/status_command.h"
#include "base/macros.h"
#include "run.h"

static const struct {
    const char *line;
    int status;
    const char *err;
} cases[] = {
    { "sessions tea", 2, "takes end, not \"tea\"" },
    { "sessions end all", 2, "takes end, not \"all\"" },
    { "sessions --json end", 2, "takes end, not \"end\"" },
    { "sessions", STATUS_COMMAND_NONE, "no relay runs on" },
    { "sessions --json", STATUS_COMMAND_NONE, "no relay runs on" },
    { "sessions end", STATUS_COMMAND_NONE, "no relay runs on" },
};

static void it_needs_a_relay(void **state)
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
        cmocka_unit_test_setup_teardown(it_needs_a_relay, run_open, run_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
