// SPDX-License-Identifier: MIT
/* What `claude-relay account test` takes. */
#include "app/account_test_command.h"

#include "unit.h"

#define WORDS_MAX 6

static const struct {
    const char *words[WORDS_MAX];
    bool fine;
} rows[] = {
    { { "test", "a" }, true },
    { { "test", "a", "--model", "m" }, true },
    { { "test", "a", "--model=m", "--json" }, true },
    { { "test" }, false },
    { { "test", "a", "b" }, false },
    { { "test", "a", "--model" }, false },
    { { "test", "a", "--model=" }, false },
    { { "test", "a", "--key", "x" }, false },
};

static void arguments_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *argv[WORDS_MAX];
        const char *bad;
        int argc = 0;

        while (argc < WORDS_MAX && rows[i].words[argc]) {
            argv[argc] = (char *)(uintptr_t)rows[i].words[argc];
            argc++;
        }
        bad = account_test_command_check(argc, argv);
        assert_int_equal(!bad, rows[i].fine);
        if (bad)
            unit_assert_part(bad, "account test needs a name");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
