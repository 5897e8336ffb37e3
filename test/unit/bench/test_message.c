// SPDX-License-Identifier: MIT
/* Is an answer in JSON what was asked for? */
#include "bench/message.h"

#include "base/macros.h"
#include "unit.h"

#define ANSWER(text, tokens)                                                   \
    "{\"content\":[{\"type\":\"text\",\"text\":\"" text                        \
    "\"}],\"usage\":{\"input_tokens\":" tokens ",\"output_tokens\":2}}"

static const struct {
    const char *body;
    bool want;
} cases[] = {
    { ANSWER("#0000001 um#0000002 um", "257"), true },
    { ANSWER("#0000001 um#0000002 um", "256"), false },
    { ANSWER("#0000001 um", "257"), false },
    { ANSWER("#0000001 um#0000002 um#0000003 um", "257"), false },
    { ANSWER("#0000002 um#0000001 um", "257"), false },
    { ANSWER("#0000001 um#0000002 uM", "257"), false },
    { ANSWER("", "257"), false },
    { "{\"usage\":{\"input_tokens\":257,\"x\":1}}", false },
    { "", false },
};

static void every_byte_of_its_text_counts(void **state)
{
    const struct events_plan plan = { .deltas = 2,
                                      .delta_bytes = 11,
                                      .input_tokens = 257 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (message_complete(str_of(cases[i].body), &plan) != cases[i].want)
            fail_msg("%s", cases[i].body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_its_text_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
