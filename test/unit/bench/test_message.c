// SPDX-License-Identifier: MIT
/* Is an answer in JSON what was asked for? */
#include "bench/message.h"

#include "base/macros.h"
#include "unit.h"

#define IDENTITY(model, id)                                                    \
    "{\"model\":\"" model "\",\"id\":\"" id                                    \
    "\",\"type\":\"message\",\"role\":\"assistant\",\"content\":"              \
    "[{\"type\":\"text\",\"text\":\""
#define FRONT IDENTITY("claude-sonnet-4-5", "msg_sim_0123456789abcdef")
#define BACK(reason, input, output)                                            \
    "\"}],\"stop_reason\":\"" reason "\",\"stop_sequence\":null,\"usage\":"    \
    "{\"input_tokens\":" input ",\"cache_creation_input_tokens\":0,"           \
    "\"cache_read_input_tokens\":0,\"cache_creation\":"                        \
    "{\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":0},"       \
    "\"output_tokens\":" output ",\"service_tier\":\"standard\"}}"
#define ANSWER(text, input) FRONT text BACK("end_turn", input, "2")
#define TEXT "#0000001 um#0000002 um"

static const struct {
    const char *body;
    bool want;
} cases[] = {
    { ANSWER(TEXT, "257"), true },
    { ANSWER(TEXT, "256"), false },
    { ANSWER("#0000001 um", "257"), false },
    { ANSWER("#0000001 um#0000002 um#0000003 um", "257"), false },
    { ANSWER("#0000002 um#0000001 um", "257"), false },
    { ANSWER("#0000001 um#0000002 uM", "257"), false },
    { ANSWER("", "257"), false },
    { "", false },
    /* around the text */
    { "x" ANSWER(TEXT, "257"), false },
    { ANSWER(TEXT, "257") "z", false },
    { FRONT TEXT BACK("max_tokens", "257", "2"), false },
    { FRONT TEXT BACK("end_turn", "257", "3"), false },
    { FRONT TEXT "\"}]}", false },
    { FRONT TEXT, false },
    { IDENTITY("claude-sonnet-4-6", "msg_sim_0123456789abcdef")
          TEXT BACK("end_turn", "257", "2"),
      false },
    { IDENTITY("claude-sonnet-4-5", "msg_sim_0123456789abcde")
          TEXT BACK("end_turn", "257", "2"),
      false },
    { IDENTITY("claude-sonnet-4-5", "msg_sim_0123456789abcdeF")
          TEXT BACK("end_turn", "257", "2"),
      false },
};

static void every_byte_counts(void **state)
{
    struct events_plan plan = { .deltas = 2, .delta_bytes = 11 };

    (void)state;
    forms_init(&plan.forms, 257, 2);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (message_complete(str_of(cases[i].body), &plan) != cases[i].want)
            fail_msg("%s", cases[i].body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
