// SPDX-License-Identifier: MIT
/* Which ids of clients are repeated. */
#include "relay/client_id.h"

#include "base/macros.h"
#include "unit.h"

#define UUID "0198b1f2-7c3e-7d44-9b1e-0242ac120002"
#define TEN "0123456789"
#define KEY "cr_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

static const struct {
    const char *name;
    const char *value;
    const char *also; /* the value of `request-id`; or NULL */
    const char *id;
} cases[] = {
    { "x-request-id", UUID, NULL, UUID },
    { "X-Request-Id", "a/b:c", NULL, "a/b:c" },
    { "request-id", UUID, NULL, UUID },
    { "x-client-request-id", UUID, NULL, UUID },
    { "x-request-id", "one", "two", "one" },
    { "x-client-request-id", "one", "two", "two" },
    { "x-request-id", "", "two", "two" },
    { "x-requested-with", UUID, NULL, "" },
    { "x-request-id", "a b", NULL, "" },
    { "x-request-id", "a\xff", NULL, "" },
    { "x-request-id", "a\"b", NULL, "" },
    { "x-request-id", KEY, NULL, "" },
    { "x-request-id", "sk-ant-api03-x", NULL, "" },
    { "x-request-id",
      TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "01234567", NULL,
      TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "01234567" },
    { "x-request-id",
      TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "012345678", NULL, "" },
};

static void an_id_is_a_plain_word_and_no_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct header fields[] = {
            { str_of(cases[i].name), str_of(cases[i].value) },
            { STR("request-id"), str_of(cases[i].also) },
        };
        struct headers headers = headers_of(fields, cases[i].also ? 2 : 1);

        unit_assert_str(client_id_of(&headers), cases[i].id);
    }
}

static void who_sends_none_has_none(void **state)
{
    struct headers headers = { .count = 0 };

    (void)state;
    unit_assert_str(client_id_of(&headers), "");
}

static const struct {
    const char *value;
    const char *id;
} answers[] = {
    { "req_011CV", "req_011CV" },
    { "", "" },
    { "a b", "" },
    { KEY, "" },
};

/* Of another's there is nothing to show. */
static void the_id_of_an_answer_is_its_request_id(void **state)
{
    struct headers none = { .count = 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct header fields[] = {
            { STR("x-request-id"), STR("other") },
            { STR("Request-Id"), str_of(answers[i].value) },
        };
        struct headers headers = headers_of(fields, 2);

        unit_assert_str(client_id_of_answer(&headers), answers[i].id);
    }
    unit_assert_str(client_id_of_answer(&none), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_a_plain_word_and_no_key),
        cmocka_unit_test(the_id_of_an_answer_is_its_request_id),
        cmocka_unit_test(who_sends_none_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
