// SPDX-License-Identifier: MIT
/* The command line. */
#include "bench/options.h"

#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

static bool parse(const char *const *words, struct options *options)
{
    char *argv[8] = { NULL };
    int argc = 0;
    struct unit_capture capture = unit_capture_begin(2);
    bool ok;

    while (words[argc]) {
        argv[argc] = mem_strdup(words[argc]);
        argc++;
    }
    ok = options_parse(argc, argv, options);
    for (int i = 0; i < argc; i++)
        mem_free(argv[i]);
    mem_free(unit_capture_end(&capture));
    return ok;
}

static void what_is_not_said_has_a_standard(void **state)
{
    struct options options;

    (void)state;
    assert_true(parse((const char *[]){ "b", "--url", "x", "--rate", "3000",
                                        "--stream", NULL },
                      &options));
    assert_int_equal(options.rate, 3000);
    assert_true(options.stream);
    assert_false(options.once);
    assert_int_equal(options.connections, 1);
    assert_int_equal(options.body, 1024);
}

static void what_is_wrong_is_refused(void **state)
{
    static const char *const cases[][6] = {
        { "b", NULL },
        { "b", "--url", NULL },
        { "b", "--url", "x", "--odd", NULL },
        { "b", "--url", "x", "--rate", NULL },
        { "b", "--url", "x", "--rate", "many", NULL },
        { "b", "--url", "x", "--connections", "0", NULL },
        { "b", "--url", "x", "--leave-percent", "101", NULL },
    };
    struct options options;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_false(parse(cases[i], &options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_has_a_standard),
        cmocka_unit_test(what_is_wrong_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
