// SPDX-License-Identifier: MIT
/* An upstream that is the relay itself. */
#include "app/self_call.h"

#include "unit.h"

static const struct {
    const char *api;
    uint16_t api_port;
    const char *token;
    uint16_t token_port;
    const char *notices; /* port 3000; NULL: not set */
    const char *refusal; /* NULL: fine */
} cases[] = {
    { "api.example", 443, "token.example", 443, NULL, NULL },
    { "localhost", 3000, "token.example", 443, NULL,
      "CLAUDE_API_URL leads to host localhost port 3000, which is this relay "
      "itself (HOST is 0.0.0.0): set it" },
    { "localhost", 3001, "127.0.0.1", 3000, NULL,
      "OAUTH_TOKEN_URL leads to host 127.0.0.1 port 3000" },
    { "localhost", 3001, "127.0.0.1", 3001, NULL, NULL },
    { "192.0.2.1", 3000, "192.0.2.1", 3000, "192.0.2.1", NULL },
    { "a", 3001, "b", 3001, "localhost",
      "NOTIFY_URL leads to host localhost port 3000" },
};

static void only_what_leads_back_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct config config = {
            .host = STR("0.0.0.0"),
            .api = { .host = str_of(cases[i].api), .port = cases[i].api_port },
            .token_url = { .host = str_of(cases[i].token),
                           .port = cases[i].token_port },
            .notify = { .url = { .host = str_of(cases[i].notices),
                                 .port = 3000 } },
        };
        struct err err = { .text = "" };

        assert_int_equal(self_call_check(&config, 3000, &err),
                         !cases[i].refusal);
        if (cases[i].refusal)
            unit_assert_part(err.text, cases[i].refusal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_leads_back_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
