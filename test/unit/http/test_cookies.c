// SPDX-License-Identifier: MIT
/* Cookies of a request. */
#include "http/cookies.h"

#include "base/buf.h"
#include "fields.h"

/* The values of the cookie "tea", with a '|' behind each. */
static const struct {
    const char *fields;
    const char *values;
} cases[] = {
    { "", "" },
    { "Cookie: \n", "" },
    { "Cookie: tea=green\n", "green|" },
    { "cookie: cup=1; tea=green; pot=2\n", "green|" },
    { "Cookie: tea=green\nX: tea=no\nCookie: tea=black\n", "green|black|" },
    { "Cookie: tea=green; tea=black;tea=white\n", "green|black|white|" },
    { "Cookie: tea=\n", "|" },
    { "Cookie: tea=; tea=a\n", "|a|" },
    { "Cookie: tea=a=b\n", "a=b|" },
    { "Cookie: tea=\"a\"\n", "\"a\"|" },
    { "Cookie: tea=a,b\n", "a,b|" },
    { "Cookie: ;;; tea=a ;\n", "a|" },
    /* others */
    { "Cookie: tea\n", "" },
    { "Cookie: Tea=green\n", "" },
    { "Cookie: teas=green\n", "" },
    { "Cookie: xtea=green\n", "" },
    { "Cookie: =tea=green\n", "" },
    { "Cookie: tea =green\n", "" },
    { "Cookie: cup=tea=green\n", "" },
    { "Cookie2: tea=green\n", "" },
};

static void the_values_of_a_name_come_in_order(void **state)
{
    static struct fields fields;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct headers *headers = fields_read(&fields, cases[i].fields);
        struct cookies at = { .field = 0 };
        struct str value;
        struct buf values;

        buf_init(&values, 1000);
        while (cookies_next(&at, headers, STR("tea"), &value)) {
            buf_add(&values, value);
            buf_add(&values, STR("|"));
        }
        if (!str_eq(buf_str(&values), str_of(cases[i].values)))
            fail_msg("%s: " STR_FMT, cases[i].fields,
                     STR_ARG(buf_str(&values)));
        assert_false(cookies_next(&at, headers, STR("tea"), &value));
        buf_done(&values);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_values_of_a_name_come_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
