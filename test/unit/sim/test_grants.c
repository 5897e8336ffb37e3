// SPDX-License-Identifier: MIT
/* What the sim knows about tokens. */
#include "sim/grants.h"

#include <stdio.h>

#include "unit.h"

static void a_token_is_good_until_told_otherwise(void **state)
{
    struct grants grants;

    (void)state;
    grants_init(&grants);
    assert_int_equal(grants.expires_in, 28800);
    assert_int_equal(grants_state(&grants, STR("a")), GRANT_OK);
    grants_set(&grants, STR("a"), GRANT_SPENT);
    assert_int_equal(grants_state(&grants, STR("a")), GRANT_SPENT);
    assert_int_equal(grants_state(&grants, STR("b")), GRANT_OK);
    grants_set(&grants, STR("a"), GRANT_OK);
    assert_int_equal(grants_state(&grants, STR("a")), GRANT_OK);
    grants_done(&grants);
}

static void too_many_tokens_are_forgotten_not_piled_up(void **state)
{
    struct grants grants;
    char token[32];

    (void)state;
    grants_init(&grants);
    for (int i = 0; i < 250000; i++) {
        (void)snprintf(token, sizeof(token), "token-%d", i);
        grants_set(&grants, str_of(token), GRANT_SPENT);
        assert_int_equal(grants_state(&grants, str_of(token)), GRANT_SPENT);
    }
    assert_int_equal(grants_state(&grants, STR("token-0")), GRANT_OK);
    grants_done(&grants);
}

static void states_have_names(void **state)
{
    enum grant_state named;

    (void)state;
    assert_true(grants_state_named(STR("expired"), &named));
    assert_int_equal(named, GRANT_EXPIRED);
    assert_true(grants_state_named(STR("ok"), &named));
    assert_int_equal(named, GRANT_OK);
    assert_false(grants_state_named(STR("tired"), &named));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_good_until_told_otherwise),
        cmocka_unit_test(too_many_tokens_are_forgotten_not_piled_up),
        cmocka_unit_test(states_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
