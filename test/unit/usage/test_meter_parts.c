// SPDX-License-Identifier: MIT
/* The calls of models that an answer took. */
#include "usage/meter.h"

#include "base/macros.h"
#include "told.h"
#include "unit.h"

#define KEY "cr_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
#define START                                                                  \
    "event: message_start\n"                                                   \
    "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":"   \
    "\"claude-x\",\"content\":[],\"usage\":{\"input_tokens\":10,"              \
    "\"cache_creation_input_tokens\":3,\"cache_read_input_tokens\":4,"         \
    "\"cache_creation\":{\"ephemeral_5m_input_tokens\":2,"                     \
    "\"ephemeral_1h_input_tokens\":1},\"output_tokens\":1,"                    \
    "\"service_tier\":\"standard\"}}}\n\n"
#define STARTED "in=10 out=1 cw=3 5m=2 1h=1 cr=4 model=claude-x tier=standard"
#define DELTA(usage)                                                           \
    "event: message_delta\n"                                                   \
    "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"            \
    "\"end_turn\"},\"usage\":{" usage "}}\n\n"

static const struct {
    const char *name;
    const char *text;
    const char *want;
} streams[] = {
    { "iterations are told by model",
      DELTA("\"output_tokens\":9,\"iterations\":["
            "{\"type\":\"compaction\",\"input_tokens\":180,"
            "\"output_tokens\":35},"
            "{\"type\":\"message\",\"model\":null,\"input_tokens\":1,"
            "\"cache_read_input_tokens\":2},"
            "{\"model\":\"claude\\u002dy\",\"type\":\"advisor_message\","
            "\"input_tokens\":8,\"output_tokens\":16},"
            "{\"model\":\"claude-y\",\"output_tokens\":4}]"),
      "out=60 [ in=181 out=35 cr=2] [claude-y in=8 out=20] final" },
    { "the latest iterations are all of them",
      DELTA("\"iterations\":[{\"output_tokens\":5}]")
          DELTA("\"iterations\":[{\"output_tokens\":5},{\"output_tokens\":2}"
                ",7,null,[{\"output_tokens\":1}]]"),
      "[ out=7] final" },
    { "no further iterations change nothing",
      DELTA("\"iterations\":[{\"output_tokens\":5}]")
          DELTA("\"iterations\":null") DELTA("\"output_tokens\":6")
              DELTA("\"iterations\":{\"output_tokens\":5}"),
      "out=6 [ out=5] final" },
    { "models that nobody can read, and further ones, are summed up",
      DELTA("\"iterations\":[{\"model\":7,\"output_tokens\":1},"
            "{\"model\":\"a\",\"output_tokens\":1},"
            "{\"model\":\"b\",\"output_tokens\":1},"
            "{\"model\":\"c\",\"output_tokens\":1},"
            "{\"model\":\"d\",\"output_tokens\":1},"
            "{\"model\":\"e\",\"output_tokens\":1},"
            "{\"model\":\"f\",\"output_tokens\":2},"
            "{\"model\":\"\\u00e9\",\"output_tokens\":4},"
            "{\"model\":\"a\",\"output_tokens\":8}]"),
      "[? out=5] [a out=9] [b out=1] [c out=1] [d out=1] [? out=3] final" },
    { "a key is no model",
      "data: {\"message\":{\"model\":\"" KEY "\",\"usage\":{\"iterations\":[{"
      "\"model\":\"c\\u0072_" KEY "\",\"output_tokens\":1}]}}}\n\n",
      "model=? [? out=1]" },
    { "iterations elsewhere are none",
      START "event: message_delta\ndata: {\"iterations\":[{\"output_tokens\":"
            "5}],\"delta\":{\"iterations\":[{\"output_tokens\":5}]}}\n\n",
      STARTED },
};

static void iterations_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(streams); i++)
        told_check(streams[i].name, METER_STREAM, str_of(streams[i].text),
                   streams[i].want);
}

/* The documents' examples: nothing is counted twice, and nothing left out. */
static const struct {
    const char *usage;
    uint64_t rated;
    uint64_t output;
    uint64_t reads;
} totals[] = {
    { "\"input_tokens\":7,\"output_tokens\":9,\"iterations\":null", 7, 9, 0 },
    { "\"input_tokens\":7,\"output_tokens\":9,\"iterations\":[]", 7, 9, 0 },
    { "\"input_tokens\":7,\"output_tokens\":9,\"iterations\":[{\"type\":"
      "\"message\",\"input_tokens\":7,\"output_tokens\":9}]",
      7, 9, 0 },
    /* compaction is not in the counts on top */
    { "\"input_tokens\":23000,\"output_tokens\":1000,\"iterations\":["
      "{\"type\":\"compaction\",\"input_tokens\":180000,"
      "\"output_tokens\":3500},{\"type\":\"message\","
      "\"input_tokens\":23000,\"output_tokens\":1000}]",
      203000, 4500, 0 },
    /* nor is what the advisor used; older answers tell the first input only */
    { "\"input_tokens\":412,\"output_tokens\":531,\"iterations\":["
      "{\"type\":\"message\",\"input_tokens\":412,\"output_tokens\":89},"
      "{\"type\":\"advisor_message\",\"model\":\"claude-opus-5\","
      "\"input_tokens\":823,\"output_tokens\":1612},"
      "{\"type\":\"message\",\"input_tokens\":1348,"
      "\"cache_read_input_tokens\":412,\"output_tokens\":442}]",
      412 + 823 + 1348, 531 + 1612, 412 },
    { "\"input_tokens\":1760,\"cache_read_input_tokens\":412,"
      "\"output_tokens\":531,\"iterations\":["
      "{\"type\":\"message\",\"input_tokens\":412,\"output_tokens\":89},"
      "{\"type\":\"advisor_message\",\"model\":\"claude-opus-5\","
      "\"input_tokens\":823,\"output_tokens\":1612},"
      "{\"type\":\"message\",\"input_tokens\":1348,"
      "\"cache_read_input_tokens\":412,\"output_tokens\":442}]",
      412 + 823 + 1348, 531 + 1612, 412 },
    /* a model that declined, and one that answered */
    { "\"input_tokens\":20,\"output_tokens\":100,\"iterations\":["
      "{\"type\":\"message\",\"model\":\"a\",\"input_tokens\":20,"
      "\"output_tokens\":3},{\"type\":\"fallback_message\",\"model\":\"b\","
      "\"input_tokens\":20,\"output_tokens\":100}]",
      40, 103, 0 },
    /* a type that nobody knows is billed beside the rest */
    { "\"input_tokens\":5,\"output_tokens\":5,\"iterations\":[{\"type\":"
      "\"oracle\",\"input_tokens\":2,\"output_tokens\":3}]",
      7, 8, 0 },
    /* the top tells more, or in other words */
    { "\"input_tokens\":5,\"output_tokens\":9,\"cache_creation_input_tokens\""
      ":4,\"iterations\":[{\"type\":\"message\",\"input_tokens\":5,"
      "\"output_tokens\":1,\"cache_creation\":{\"ephemeral_1h_input_tokens\""
      ":4}}]",
      9, 9, 0 },
    { "\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":"
      "1099511627776},{\"type\":\"compaction\",\"input_tokens\":"
      "1099511627776},{\"type\":\"compaction\",\"input_tokens\":9}]",
      2 * METER_COUNT_MAX + 9, 0, 0 },
};

static void every_call_of_a_model_is_counted_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(totals); i++) {
        struct meter meter;

        meter_init(&meter, METER_JSON);
        meter_feed(&meter, STR("{\"usage\":{"));
        meter_feed(&meter, str_of(totals[i].usage));
        meter_feed(&meter, STR("}}"));
        assert_int_equal(meter_rated_input(&meter.usage), totals[i].rated);
        assert_int_equal(meter.usage.counts[METER_OUTPUT], totals[i].output);
        assert_int_equal(meter.usage.counts[METER_CACHE_READ], totals[i].reads);
        meter_done(&meter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iterations_are_told),
        cmocka_unit_test(every_call_of_a_model_is_counted_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
