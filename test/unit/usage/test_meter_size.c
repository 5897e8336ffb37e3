// SPDX-License-Identifier: MIT
/* The usage reader: large, deep and many. */
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "told.h"
#include "unit.h"

#define PIECE 65536u
#define DEPTH 100000u

/* `head`, `unit` until `size` bytes went by, `tail`; in pieces, so that nothing
   but the meter could keep them. */
static void feed_long(struct meter *meter, const char *head, const char *unit,
                      size_t size, const char *tail)
{
    struct buf piece;

    meter_feed(meter, str_of(head));
    buf_init(&piece, PIECE + 1000);
    while (piece.len < PIECE)
        buf_add(&piece, str_of(unit));
    for (size_t fed = 0; fed < size; fed += piece.len)
        meter_feed(meter, buf_str(&piece));
    buf_done(&piece);
    meter_feed(meter, str_of(tail));
}

#define DATA "event: message_start\ndata: {\"message\":{"
#define STREAM_TAIL                                                            \
    ",\"usage\":{\"input_tokens\":3}}}\n\nevent: message_delta\n"              \
    "data: {\"usage\":{\"output_tokens\":9}}\n\n"
#define JSON_TAIL ",\"usage\":{\"input_tokens\":3,\"output_tokens\":9}}"
#define WANT "in=3 out=9 final"

/* 20 MB of it */
static const struct {
    const char *name;
    enum meter_kind kind;
    const char *head;
    const char *unit;
    const char *tail;
    const char *want;
} long_cases[] = {
    { "a text", METER_JSON, "{\"a\":\"", "tea \\\" \\\\ ", "\"" JSON_TAIL,
      WANT },
    { "a text in an event", METER_STREAM, DATA "\"a\":\"", "tea \\\" \\\\ ",
      "\"" STREAM_TAIL, WANT },
    { "a member's name", METER_JSON, "{\"", "usage", "\":1" JSON_TAIL, WANT },
    { "the model", METER_JSON, "{\"model\":\"", "\\u0061", "\"" JSON_TAIL,
      "in=3 out=9 model=? final" },
    { "a number", METER_JSON, "{\"a\":", "1234567890", JSON_TAIL, WANT },
    { "members", METER_JSON, "{", "\"input_tokens\":1,", "\"b\":0" JSON_TAIL,
      WANT },
    { "spaces", METER_JSON, "{", " \n\t", "\"b\":0" JSON_TAIL, WANT },
    { "an event that is skipped", METER_STREAM, "event: ping\ndata: ", "x\"{",
      "\n\n" DATA "\"b\":0" STREAM_TAIL, WANT },
    { "a field's name", METER_STREAM, "", "event",
      "\n\n" DATA "\"b\":0" STREAM_TAIL, WANT },
    { "an event's name", METER_STREAM, "event: ", "message_start",
      "\n\n" DATA "\"b\":0" STREAM_TAIL, WANT },
    { "a comment", METER_STREAM, ":",
      "event: ", "\n" DATA "\"b\":0" STREAM_TAIL, WANT },
    { "lines ended by CR", METER_STREAM, "", "\r", DATA "\"b\":0" STREAM_TAIL,
      WANT },
    { "iterations", METER_JSON, "{\"usage\":{\"iterations\":[",
      "{\"output_tokens\":0},",
      "{\"output_tokens\":7}],\"input_tokens\":3,\"output_tokens\":9}}",
      "in=3 out=9 [ out=7] final" },
    { "lines of data", METER_STREAM, DATA "\"b\":0\n", "data:\n",
      "data: " STREAM_TAIL, WANT },
};

static void length_costs_nothing(void **state)
{
    struct meter meter;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(long_cases); i++) {
        meter_init(&meter, long_cases[i].kind);
        feed_long(&meter, long_cases[i].head, long_cases[i].unit,
                  20u * 1000 * 1000, long_cases[i].tail);
        if (strcmp(told_text(&meter.usage), long_cases[i].want) != 0)
            fail_msg("%s: %s", long_cases[i].name, told_text(&meter.usage));
        meter_done(&meter);
    }
}

/* Brackets, and all of them closed again, in front of what is looked for. */
static void depth_costs_nothing(void **state)
{
    static const struct {
        const char *open;
        const char *close;
    } pairs[] = { { "[", "]" }, { "{\"usage\":", "}" }, { "[{\"a\":", "}]" } };
    struct meter meter;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        meter_init(&meter, METER_JSON);
        meter_feed(&meter, STR("{\"usage\":{\"a\":"));
        for (size_t depth = 0; depth < DEPTH; depth++)
            meter_feed(&meter, str_of(pairs[i].open));
        meter_feed(&meter, STR("1"));
        for (size_t depth = 0; depth < DEPTH; depth++)
            meter_feed(&meter, str_of(pairs[i].close));
        meter_feed(&meter, STR(",\"output_tokens\":9}}"));
        unit_assert_str(str_of(told_text(&meter.usage)), "out=9 final");
        meter_done(&meter);
    }
}

static void an_answer_costs_less_than_a_kilobyte(void **state)
{
    (void)state;
    assert_true(sizeof(struct meter) < 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(length_costs_nothing),
        cmocka_unit_test(depth_costs_nothing),
        cmocka_unit_test(an_answer_costs_less_than_a_kilobyte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
