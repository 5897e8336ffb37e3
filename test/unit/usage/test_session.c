// SPDX-License-Identifier: MIT
/* The session in metadata.user_id. */
#include "usage/session.h"

#include "base/macros.h"
#include "unit.h"

#define ID "0b6e4a5c-7d1f-4f0e-9a53-6a2b1c3d4e5f"
#define LONG16 "0123456789abcdef"
#define LONG64 LONG16 LONG16 LONG16 LONG16

static const struct {
    const char *user;
    const char *want;
} cases[] = {
    { "user_" LONG64 "_account_" ID "_session_" ID, ID },
    { "user_" LONG64 "_account__session_" ID, ID },
    { "{\"device_id\":\"" LONG64 "\",\"account_uuid\":\"\",\"session_id\":\"" ID
      "\"}",
      ID },
    { "{\"session_id\" : \"" ID "\" , \"x\":1}", ID },
    /* the end alone */
    { "_session_" ID, ID },
    { "\"session_id\":\"" ID "\"}", ID },
    /* the last one */
    { "user_session_1_session_2", "2" },
    { "_session_" LONG64, LONG64 },
    /* none */
    { "", "" },
    { "user_" LONG64, "" },
    { "_session_", "" },
    { "{\"session_id\":null}", "" },
    { "{\"session_id\"", "" },
    { "{\"session_id\"x\"y\"}", "" },
    { "{\"session_id\":\"\"}", "" },
    { "_session_\xc3\xa9", "" },
    { "_session_" LONG64 "x", "" },
};

static void it_is_found_in_either_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str id = session_of_user(str_of(cases[i].user));

        if (!str_eq(id, str_of(cases[i].want)))
            fail_msg("%s: " STR_FMT, cases[i].user, STR_ARG(id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_found_in_either_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
