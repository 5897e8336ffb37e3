// SPDX-License-Identifier: MIT
/* What a client presents as its credential. */
#include "team/presented.h"

#include "fields.h"

static const struct {
    const char *fields;
    const char *texts[3]; /* in their order */
} cases[] = {
    { "", { NULL } },
    { "Host: a\nProxy-Authorization: Bearer x\nX-Other: x\n", { NULL } },
    { "Authorization: Bearer x\n", { "x" } },
    { "aUTHORIZATION: bEARER   x y\n", { "x y" } },
    { "Authorization: Bearer\tx\n", { "x" } },
    { "Authorization: x\n", { "x" } },
    { "Authorization: Basic eA==\n", { "Basic eA==" } },
    { "Authorization: Bearerx\n", { "Bearerx" } },
    { "Authorization: \n", { NULL } },
    { "Authorization: Bearer\n", { NULL } },
    { "Authorization: Bearer \n", { NULL } },
    { "x-api-key: x\n", { "x" } },
    { "X-Api-Key: Bearer x\n", { "x" } },
    { "x-api-key: \nx-api-key: y\n", { "y" } },
    { "x-api-key: x\nHost: a\nAuthorization: Bearer y\n", { "x", "y" } },
    { "Authorization: x\nAuthorization: y\nx-api-key: z\n", { "x", "y", "z" } },
};

static void every_credential_is_found_without_its_scheme(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fields fields;
        const struct headers *headers = fields_read(&fields, cases[i].fields);
        struct str text;
        size_t at = 0;

        for (size_t k = 0; k < 3 && cases[i].texts[k]; k++) {
            assert_true(presented_next(headers, &at, &text));
            unit_assert_str(text, cases[i].texts[k]);
        }
        if (presented_next(headers, &at, &text))
            fail_msg("%s: " STR_FMT, cases[i].fields, STR_ARG(text));
    }
}

static const struct {
    const char *fields;
    bool is;
} others[] = {
    { "", true },
    { "x-api-key: x\n", true },
    { "Authorization: Basic eA==\n", true },
    { "aUTHORIZATION: Digest a=b, c=d\n", true },
    { "Authorization: Basic eA==\nAuthorization: Negotiate x\n", true },
    { "Authorization: Bearer x\n", false },
    { "Authorization: bEARER  x\n", false },
    { "Authorization: Bearer\n", false },
    { "Authorization: Basic eA==\nAuthorization: Bearer x\n", false },
    { "Authorization: x\n", false },
    { "Authorization: Basic \n", false },
    { "Authorization: \n", false },
};

static void what_a_proxy_passes_on_is_for_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        struct fields fields;

        if (presented_is_for_others(fields_read(&fields, others[i].fields)) !=
            others[i].is)
            fail_msg("%s", others[i].fields);
    }
}

static void a_key_is_known_by_its_first_letters(void **state)
{
    (void)state;
    assert_true(presented_is_key(STR("cr_abc")));
    assert_true(presented_is_key(STR("cr_")));
    assert_false(presented_is_key(STR("CR_abc")));
    assert_false(presented_is_key(STR("sk-ant-api03-cr_")));
    assert_false(presented_is_key(STR("cr")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_credential_is_found_without_its_scheme),
        cmocka_unit_test(what_a_proxy_passes_on_is_for_others),
        cmocka_unit_test(a_key_is_known_by_its_first_letters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
