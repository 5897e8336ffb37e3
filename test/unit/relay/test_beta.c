// SPDX-License-Identifier: MIT
/* The anthropic-beta field. */
#include "relay/beta.h"

#include "fields.h"

#define OAUTH "oauth-2025-04-20"

static const struct {
    const char *fields;
    bool oauth;
    const char *added;
    const char *missing;
    size_t last; /* index of the field that takes them */
} cases[] = {
    { "", false, "", "", 0 },
    { "", true, "", OAUTH, 0 },
    { "", false, "a", "a", 0 },
    { "", true, "a,b", OAUTH ",a,b", 0 },
    { "X: y\n", true, "", OAUTH, 1 },
    /* the client has some of them */
    { "anthropic-beta: " OAUTH "\n", true, "", "", 0 },
    { "Anthropic-BETA: " OAUTH "\n", true, "", "", 0 },
    { "anthropic-beta: x," OAUTH ",y\n", true, "a", "a", 0 },
    { "anthropic-beta: x , " OAUTH "\t,y\n", true, "y,x", "", 0 },
    { "anthropic-beta: a\n", true, "a,b", OAUTH ",b", 0 },
    { "anthropic-beta: a\nX: y\nanthropic-beta: b\n", true, "b,a,c", OAUTH ",c",
      2 },
    { "anthropic-beta: \n", true, "", OAUTH, 0 },
    { "anthropic-beta: ,,\n", true, "", OAUTH, 0 },
    /* near misses are other flags */
    { "anthropic-beta: " OAUTH "x\n", true, "", OAUTH, 0 },
    { "anthropic-beta: x" OAUTH "\n", true, "", OAUTH, 0 },
    { "anthropic-beta: OAUTH-2025-04-20\n", true, "", OAUTH, 0 },
    { "anthropic-beta: oauth 2025-04-20\n", true, "", OAUTH, 0 },
    { "x-anthropic-beta: " OAUTH "\n", true, "", OAUTH, 1 },
    { "anthropic-betas: " OAUTH "\n", true, "", OAUTH, 1 },
    /* what is configured, tidied */
    { "", false, " a , b,,\tc ,a", "a,b,c", 0 },
    { "", false, ",", "", 0 },
    { "", true, OAUTH ",a", OAUTH ",a", 0 },
    { "", false, OAUTH, OAUTH, 0 },
};

static void missing_flags_are_told_in_order_and_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fields fields;
        const struct headers *headers = fields_read(&fields, cases[i].fields);
        struct buf flags;

        buf_init(&flags, 1000);
        beta_missing(headers, cases[i].oauth ? STR(OAUTH) : STR_EMPTY,
                     str_of(cases[i].added), &flags);
        unit_assert_str(buf_str(&flags), cases[i].missing);
        assert_int_equal(beta_last(headers), cases[i].last);
        buf_done(&flags);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_flags_are_told_in_order_and_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
