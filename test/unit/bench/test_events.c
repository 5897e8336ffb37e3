// SPDX-License-Identifier: MIT
/* Is a stream what was asked for?  A cut, a gap, a change is seen. */
#include "bench/events.h"

#include "base/macros.h"
#include "unit.h"

#define START(tokens)                                                          \
    "event: message_start\ndata: {\"type\":\"message_start\",\"usage\":{"      \
    "\"input_tokens\":" tokens ",\"output_tokens\":1}}\n\n"
#define DELTA(stamp, number)                                                   \
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","     \
    "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""               \
    "[t=" stamp "]#" number " um do\"}}\n\n"
#define OTHER(stamp, number)                                                   \
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","     \
    "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""               \
    "[t=" stamp "]#" number " um Do\"}}\n\n"
#define STOP "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
#define AT_1000 "000000000000001000"
#define AT_3000 "000000000000003000"

static const struct events_plan plan = { .deltas = 2,
                                         .delta_bytes = 22 + 8 + 6,
                                         .input_tokens = 257 };

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
    /* a byte, an event too much, another order */
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
};

static void read_in_steps(struct events *events, struct str text, size_t step,
                          struct samples *delays_ns)
{
    events_begin(events, &plan);
    for (; text.len > 0; text = str_from(text, step))
        events_read(events, str_sub(text, 0, step), 4000, delays_ns);
}

static void only_the_whole_stream_is_complete_at_any_split(void **state)
{
    struct events events;

    (void)state;
    events_init(&events);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str text = str_of(cases[i].text);

        for (size_t step = 1; step <= text.len + 1; step++) {
            read_in_steps(&events, text, step, NULL);
            assert_int_equal(events_complete(&events), cases[i].want);
        }
    }
    events_done(&events);
}

static void each_delta_tells_how_late_it_is(void **state)
{
    struct samples delays_ns = { 0 };
    struct events events;

    (void)state;
    events_init(&events);
    read_in_steps(&events, str_of(cases[0].text), 50, &delays_ns);
    assert_int_equal(events.count, 4);
    assert_int_equal(delays_ns.count, 2);
    assert_int_equal(delays_ns.at[0], 3000);
    assert_int_equal(delays_ns.at[1], 1000);
    samples_done(&delays_ns);
    events_done(&events);
}

static void an_event_of_error_breaks_the_stream(void **state)
{
    struct events events;

    (void)state;
    events_init(&events);
    read_in_steps(&events, str_of(cases[0].text), 50, NULL);
    events_read(&events, STR("data: {\"type\":\"error\"}\n"), 0, NULL);
    assert_false(events_complete(&events));
    events_done(&events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_whole_stream_is_complete_at_any_split),
        cmocka_unit_test(each_delta_tells_how_late_it_is),
        cmocka_unit_test(an_event_of_error_breaks_the_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
