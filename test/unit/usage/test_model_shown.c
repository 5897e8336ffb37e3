// SPDX-License-Identifier: MIT
/* The names of models, for people. */
#include "usage/model_shown.h"

#include "base/macros.h"
#include "unit.h"
#include "usage/meter.h"

static void every_model_has_a_name(void **state)
{
    static const struct {
        const char *model;
        const char *shown;
    } cases[] = {
        { "claude-sonnet-9[1m]", "claude-sonnet-9[1m]" },
        { "claude\x1b[31m", "claude?[31m" },
        { METER_MODEL_ODD, "(a name that cannot be shown)" },
        { "", "(unknown)" },
        { "sk-ant-a", "(not shown)" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[SHOWN_MAX];

        assert_string_equal(model_shown(str_of(cases[i].model), out),
                            cases[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
