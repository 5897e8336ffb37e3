// SPDX-License-Identifier: MIT
/* Is a stream what was asked for?  A cut, a gap, a change is seen. */
#include "bench/events.h"

#include "base/macros.h"
#include "unit.h"

#define EVENT(name, rest)                                                      \
    "event: " name "\ndata: {\"type\":\"" name "\"" rest "}\n\n"
#define FIRST(tokens)                                                          \
    EVENT("message_start",                                                     \
          ",\"message\":{\"model\":\"claude-sonnet-4-5\",\"id\":"              \
          "\"msg_sim_0123456789abcdef\",\"type\":\"message\",\"role\":"        \
          "\"assistant\",\"content\":[],\"stop_reason\":null,"                 \
          "\"stop_sequence\":null,\"usage\":{\"input_tokens\":" tokens         \
          ",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,"  \
          "\"cache_creation\":{\"ephemeral_5m_input_tokens\":0,"               \
          "\"ephemeral_1h_input_tokens\":0},\"output_tokens\":1,"              \
          "\"service_tier\":\"standard\"}}")
#define BLOCK                                                                  \
    EVENT("content_block_start", ",\"index\":0,\"content_block\":"             \
                                 "{\"type\":\"text\",\"text\":\"\"}")
#define START(tokens) FIRST(tokens) BLOCK PING
#define TEXT(stamp, number, text)                                              \
    EVENT("content_block_delta",                                               \
          ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""        \
          "[t=" stamp "]#" number text "\"}")
#define DELTA(stamp, number) TEXT(stamp, number, " um do")
#define OTHER(stamp, number) TEXT(stamp, number, " um Do")
#define BLOCK_END EVENT("content_block_stop", ",\"index\":0")
#define SUMMARY(reason, input, output)                                         \
    EVENT("message_delta",                                                     \
          ",\"delta\":{\"stop_reason\":\"" reason "\","                        \
          "\"stop_sequence\":null},\"usage\":{\"input_tokens\":" input         \
          ",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,"  \
          "\"output_tokens\":" output "}")
#define USAGE SUMMARY("end_turn", "257", "2")
#define LAST EVENT("message_stop", "")
#define STOP BLOCK_END USAGE LAST
#define PING "event: ping\ndata: {\"type\": \"ping\"}\n\n"
#define AT_1000 "000000000000001000"
#define AT_3000 "000000000000003000"

/* Of 257 tokens in and 2 out. */
static struct events_plan plan = { .deltas = 2, .delta_bytes = 22 + 8 + 6 };

static const struct {
    const char *text;
    bool want;
} cases[] = {
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002") STOP,
      true },
    { START("256") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002") STOP,
      false }, /* part of the request was lost */
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002"), false },
    { START("257") DELTA(AT_1000, "0000001") STOP, false },
    { START("257") DELTA(AT_1000, "0000002") DELTA(AT_1000, "0000001") STOP,
      false },
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_1000, "0000001") STOP,
      false },
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_1000, "0000002 and more")
          STOP,
      false },
    { DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002") STOP, false },
    { "", false },
    { PING START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          STOP,
      false },
    { START("257") PING DELTA(AT_1000, "0000001") PING DELTA(AT_3000, "0000002")
          BLOCK_END PING USAGE LAST,
      false },
    { FIRST("257") BLOCK DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          STOP,
      false },
    /* a byte, an event too much or too few, another order */
    { START("257") OTHER(AT_1000, "0000001") DELTA(AT_3000, "0000002") STOP,
      false },
    { START("257") START("257") DELTA(AT_1000, "0000001")
          DELTA(AT_3000, "0000002") STOP,
      false },
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          STOP STOP,
      false },
    { DELTA(AT_1000, "0000001") START("257") DELTA(AT_3000, "0000002") STOP,
      false },
    { START("257") DELTA(AT_1000, "0000001") STOP DELTA(AT_3000, "0000002"),
      false },
    { FIRST("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002") STOP,
      false },
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          BLOCK_END LAST,
      false },
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          BLOCK_END USAGE USAGE LAST,
      false },
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          BLOCK_END USAGE
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n",
      false },
    { START("257") DELTA(AT_1000, "0000001") "event: no\ndata: {}\n\n" DELTA(
          AT_3000, "0000002") STOP,
      false },
    { START("257") DELTA(AT_1000, "0000001") "\n" DELTA(AT_3000, "0000002")
          STOP,
      false },
    { START("257") DELTA("!00000000000001000", "0000001")
          DELTA(AT_3000, "0000002") STOP,
      false },
    /* sent in a time to come */
    { START("257") DELTA(AT_1000, "0000001")
          DELTA("000000000000004001", "0000002") STOP,
      false },
    /* changed in front of the deltas, and behind them */
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          BLOCK_END SUMMARY("max_tokens", "257", "2") LAST,
      false },
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          BLOCK_END SUMMARY("end_turn", "257", "3") LAST,
      false },
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          BLOCK_END EVENT("message_delta", "") LAST,
      false },
    { START("257") DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002")
          BLOCK_END USAGE EVENT("message_stop", ",\"x\":1"),
      false },
    { EVENT("message_start", ",\"input_tokens\":257,")
          BLOCK DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002") STOP,
      false },
    { FIRST("257") EVENT("content_block_start", ",\"index\":0")
          PING DELTA(AT_1000, "0000001") DELTA(AT_3000, "0000002") STOP,
      false },
};

static void read_in_steps(struct events *events, struct str text, size_t step,
                          struct tally *tally)
{
    events_begin(events, &plan);
    for (; text.len > 0; text = str_from(text, step))
        events_read(events, str_sub(text, 0, step), 4000, tally);
}

static void only_the_whole_stream_is_complete_at_any_split(void **state)
{
    struct tally tally = { 0 };
    struct events events;

    (void)state;
    events_init(&events);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str text = str_of(cases[i].text);

        for (size_t step = 1; step <= text.len + 1; step++) {
            read_in_steps(&events, text, step, &tally);
            assert_int_equal(events_complete(&events), cases[i].want);
        }
    }
    events_done(&events);
}

/* Those that were sent while the measurement ran, whenever they come. */
static void each_delta_tells_how_late_it_is(void **state)
{
    static const struct {
        struct tally tally;
        size_t count;
    } rows[] = {
        { { .running = true, .start_ns = 1000 }, 2 },
        { { .running = true, .start_ns = 1001 }, 1 },
        { { .start_ns = 1, .end_ns = 3000 }, 1 },
        { { .start_ns = 1, .end_ns = 3001 }, 2 },
        { { 0 }, 0 },
    };
    struct events events;

    (void)state;
    events_init(&events);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct tally tally = rows[i].tally;

        read_in_steps(&events, str_of(cases[0].text), 50, &tally);
        assert_int_equal(events.count, 8);
        assert_int_equal(tally.delay_ns.count, rows[i].count);
        for (size_t j = 0; j < rows[i].count; j++)
            assert_true(tally.delay_ns.at[j] == 3000 ||
                        tally.delay_ns.at[j] == 1000);
        tally_done(&tally);
    }
    events_done(&events);
}

static void what_comes_behind_the_end_breaks_the_stream(void **state)
{
    static const char *const more[] = {
        "event: error\ndata: {\"type\":\"error\"}\n\n", PING, "\n", "event"
    };
    struct tally tally = { 0 };
    struct events events;

    (void)state;
    events_init(&events);
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        read_in_steps(&events, str_of(cases[0].text), 50, &tally);
        assert_true(events_complete(&events));
        events_read(&events, str_of(more[i]), 0, &tally);
        assert_false(events_complete(&events));
    }
    events_done(&events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_whole_stream_is_complete_at_any_split),
        cmocka_unit_test(each_delta_tells_how_late_it_is),
        cmocka_unit_test(what_comes_behind_the_end_breaks_the_stream),
    };

    forms_init(&plan.forms, 257, 2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
