// SPDX-License-Identifier: MIT
/* The usage of an answer. */
#include "usage/meter.h"

#include <string.h>

#include "base/macros.h"
#include "told.h"
#include "unit.h"

#define START                                                                  \
    "event: message_start\n"                                                   \
    "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":"   \
    "\"claude-x\",\"content\":[],\"usage\":{\"input_tokens\":10,"              \
    "\"cache_creation_input_tokens\":3,\"cache_read_input_tokens\":4,"         \
    "\"cache_creation\":{\"ephemeral_5m_input_tokens\":2,"                     \
    "\"ephemeral_1h_input_tokens\":1},\"output_tokens\":1,"                    \
    "\"service_tier\":\"standard\"}}}\n\n"
#define STARTED "in=10 out=1 cw=3 5m=2 1h=1 cr=4 model=claude-x tier=standard"
#define TEXT(text)                                                             \
    "event: content_block_delta\n"                                             \
    "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":" \
    "\"text_delta\",\"text\":\"" text "\"}}\n\n"
#define DELTA(usage)                                                           \
    "event: message_delta\n"                                                   \
    "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"            \
    "\"end_turn\"},\"usage\":{" usage "}}\n\n"
#define STOP "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
#define PING "event: ping\ndata: {\"type\": \"ping\"}\n\n"

struct meter_case {
    const char *name;
    const char *text;
    const char *want;
};

static const struct meter_case streams[] = {
    { "nothing", "", "" },
    { "a whole stream",
      START PING TEXT("tea") DELTA("\"output_tokens\":9") STOP,
      "in=10 out=9 cw=3 5m=2 1h=1 cr=4 model=claude-x tier=standard final "
      "stopped" },
    { "a byte order mark in front, without the event's name",
      "\xef\xbb\xbf"
      "data: {\"type\":\"message_start\",\"message\":{\"usage\":"
      "{\"input_tokens\":10}}}\n\n",
      "in=10" },
    { "one further in is a name like others",
      ":\n\xef\xbb\xbf"
      "data: {\"message\":{\"usage\":{\"input_tokens\":10}}}\n\n",
      "" },
    { "a delta replaces what it tells",
      START DELTA("\"input_tokens\":20,\"output_tokens\":9,"
                  "\"cache_read_input_tokens\":0,"
                  "\"server_tool_use\":{\"web_search_requests\":2}"),
      "in=20 out=9 cw=3 5m=2 1h=1 cr=0 web=2 model=claude-x tier=standard "
      "final" },
    { "deltas are totals",
      START DELTA("\"output_tokens\":5") DELTA("\"output_tokens\":9"),
      "in=10 out=9 cw=3 5m=2 1h=1 cr=4 model=claude-x tier=standard final" },
    { "null replaces nothing",
      START DELTA("\"input_tokens\":null,\"output_tokens\":9,"
                  "\"cache_creation\":null,\"service_tier\":null"),
      "in=10 out=9 cw=3 5m=2 1h=1 cr=4 model=claude-x tier=standard final" },
    { "the last of two members counts",
      START DELTA("\"output_tokens\":5,\"output_tokens\":9"),
      "in=10 out=9 cw=3 5m=2 1h=1 cr=4 model=claude-x tier=standard final" },
    { "counts of parts are not the whole",
      START DELTA("\"output_tokens\":9,\"output_tokens_details\":{"
                  "\"thinking_tokens\":7},\"iterations\":[{\"input_tokens\":"
                  "99,\"output_tokens\":98,\"cache_creation\":{"
                  "\"ephemeral_5m_input_tokens\":97}}]"),
      "in=99 out=98 cw=97 5m=97 1h=1 cr=4 model=claude-x tier=standard "
      "[ in=99 out=98 cw=97 5m=97] final" },
    { "no delta", START TEXT("tea"), STARTED },
    { "an error ends it",
      START "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
            "\"overloaded_error\"},\"usage\":{\"input_tokens\":99}}\n\n",
      STARTED " failed" },
    { "a delta without usage",
      START "event: message_delta\ndata: {\"delta\":{}}\n\n" STOP,
      STARTED " stopped" },
    { "no start", DELTA("\"output_tokens\":9") STOP, "out=9 final stopped" },
    { "usage in a text is text",
      START TEXT("\\\"usage\\\":{\\\"output_tokens\\\":99}"), STARTED },
    { "other events are not looked into",
      START "event: content_block_start\n"
            "data: {\"usage\":{\"output_tokens\":99}}\n\n"
            "event: message_delta2\n"
            "data: {\"usage\":{\"output_tokens\":99}}\n\n"
            "event: message_delt\n"
            "data: {\"usage\":{\"output_tokens\":99}}\n\n"
            "event:\ndata: {\"usage\":{\"output_tokens\":99}}\n\n"
            "event: a name that is longer than any that matters\n"
            "data: {\"usage\":{\"output_tokens\":99}}\n\n",
      STARTED },
    { "an event without a name",
      "data: {\"message\":{\"usage\":{\"input_tokens\":1}}}\n\n"
      "data: {\"usage\":{\"output_tokens\":2}}\n\n",
      "in=1 out=2 final" },
    { "the name behind the data",
      "data: {\"usage\":{\"output_tokens\":2}}\nevent: message_delta\n\n",
      "out=2 final" },
    { "the type where there is no name",
      "data: {\"type\":\"message_start\",\"message\":{\"usage\":"
      "{\"input_tokens\":1}}}\n\ndata: {\"type\":\"message_delta\",\"usage\":"
      "{\"output_tokens\":2}}\n\ndata: {\"type\":\"message_stop\"}\n\n",
      "in=1 out=2 final stopped" },
    { "an error without a name",
      "data: {\"type\":\"error\",\"error\":{\"type\":\"x\"}}\n\n", "failed" },
    { "an odd count, and a model that nobody can read",
      "data: {\"message\":{\"model\":\"a\\u0000b\",\"usage\":"
      "{\"input_tokens\":-1,\"output_tokens\":1}}}\n\n" STOP,
      "out=1 model=? stopped odd" },
    { "a name holds for one event",
      "event: ping\n\ndata: {\"usage\":{\"output_tokens\":2}}\n\n",
      "out=2 final" },
    { "no spaces",
      "event:message_delta\ndata:{\"usage\":{\"output_tokens\":2}}\n\n",
      "out=2 final" },
    { "a space before the line's end",
      "event: message_delta \ndata:  {\"usage\":{\"output_tokens\":2}} \n\n",
      "out=2 final" },
    { "CRLF",
      "event: message_delta\r\ndata: {\"usage\":{\"output_tokens\":2}}\r\n\r\n"
      "event: message_stop\r\ndata: {}\r\n\r\n",
      "out=2 final stopped" },
    { "CR",
      "event: message_delta\rdata: {\"usage\":{\"output_tokens\":2}}\r\r"
      "event: message_stop\rdata: {}\r\r",
      "out=2 final stopped" },
    { "all three",
      "event: ping\r\rdata: {\"usage\":\r\ndata: {\"output_tokens\":\n"
      "data: 2}}\r\n\nevent: ping\n\rdata: {\"usage\":{\"input_tokens\":3}}\r",
      "in=3 out=2 final" },
    { "CRLF ends one line, not an event",
      "event: ping\r\ndata: {\"usage\":{\"output_tokens\":99}}\r\n\r\n", "" },
    { "several lines of data",
      "event: message_delta\ndata: {\"usage\":\ndata\ndata:\nid: 7\n"
      "data: {\"output_tokens\"\ndata: :2\ndata: }}\n\n",
      "out=2 final" },
    { "a line's end ends a number",
      "data: {\"usage\":{\"output_tokens\":2\ndata:3}}\n\n", "out=2" },
    { "comments and other fields",
      ": a comment\n:\n:data: {\"usage\":{\"output_tokens\":99}}\nid: 1\n"
      "retry: 10\n data: {\"usage\":{\"output_tokens\":99}}\n"
      "Data: {\"usage\":{\"output_tokens\":99}}\n"
      "data2: {\"usage\":{\"output_tokens\":99}}\n"
      "dat: {\"usage\":{\"output_tokens\":99}}\n"
      "a name that is longer than any that matters: x\nevent\n\n",
      "" },
    { "an event that was left half is no part of the next",
      "data: {\"usage\":{\"x\":[{\"\n\ndata: {\"usage\":{\"output_tokens\":2}}"
      "\n\n",
      "out=2 final" },
    { "a byte order mark, and the last line without an end",
      "\xef\xbb\xbf"
      "event: message_start\ndata: {\"message\":{\"model\":\"m\","
      "\"usage\":{\"input_tokens\":1}}}\n\nevent: message_delta\n"
      "data: {\"usage\":{\"output_tokens\":2}}",
      "in=1 out=2 model=m final" },
    { "escapes and UTF-8",
      "event: message_start\ndata: {\"m\\u0065ssage\":{\"id\":\"\xe4\xbd\xa0"
      "\xf0\x9f\x98\x80\\ud83d\\ude00\\\"\",\"mod\\u0065l\":\"a\\/b\","
      "\"us\\u0061ge\":{\"input_tok\\u0065ns\":1}}}\n\n",
      "in=1 model=a/b" },
    { "garbage", "\x01\xff{\"usage\":[[[}}\n\n\"\r:\r\n\ndata: ]]\n\ndata: nul",
      "" },
};

static const struct meter_case objects[] = {
    { "nothing", "", "" },
    { "a message",
      "{\"model\":\"claude-x\",\"id\":\"m\",\"content\":[{\"type\":\"text\","
      "\"text\":\"tea\"}],\"usage\":{\"input_tokens\":10,\"output_tokens\":9,"
      "\"cache_creation_input_tokens\":3,\"cache_read_input_tokens\":4,"
      "\"cache_creation\":{\"ephemeral_5m_input_tokens\":2,"
      "\"ephemeral_1h_input_tokens\":1},\"server_tool_use\":{"
      "\"web_search_requests\":5},\"service_tier\":\"priority\"}}",
      "in=10 out=9 cw=3 5m=2 1h=1 cr=4 web=5 model=claude-x tier=priority "
      "final" },
    { "usage in front",
      " {\n \"usage\" : { \"output_tokens\" : 9 } ,\n \"model\" : \"m\" }\n",
      "out=9 model=m final" },
    { "only the top level",
      "{\"content\":[{\"usage\":{\"output_tokens\":99}}],\"message\":{\"usage\":"
      "{\"output_tokens\":98},\"model\":\"x\"},\"usage\":{\"output_tokens\":9}}",
      "out=9 final" },
    { "the last of two members counts",
      "{\"model\":\"a\",\"usage\":{\"output_tokens\":1,\"input_tokens\":2},"
      "\"model\":\"b\",\"usage\":{\"output_tokens\":3}}",
      "in=2 out=3 model=b final" },
    { "cut in a number", "{\"usage\":{\"input_tokens\":12,\"output_tokens\":3",
      "in=12" },
    { "a model that nobody can read",
      "{\"model\":\"m\\u00e9\",\"usage\":{\"output_tokens\":9}}",
      "out=9 model=? final" },
    { "no model", "{\"model\":null,\"usage\":{\"output_tokens\":9}}",
      "out=9 final" },
    { "cut in front of the usage", "{\"model\":\"m\",\"content\":[",
      "model=m" },
    { "usage of another kind",
      "{\"usage\":[{\"output_tokens\":9}],\"model\":{}}", "model=?" },
    { "a byte order mark", "\xef\xbb\xbf{\"usage\":{\"output_tokens\":9}}",
      "out=9 final" },
    { "half of one", "\xef\xbb{\"usage\":{\"output_tokens\":9}}", "" },
    { "two of them",
      "\xef\xbb\xbf\xef\xbb\xbf{\"usage\":{\"output_tokens\":9}}", "" },
    { "counts in other words",
      "{\"usage\":{\"input_tokens\":7.0,\"output_tokens\":8e0}}",
      "in=7 out=8 final" },
    { "what is null is none",
      "{\"model\":null,\"usage\":{\"input_tokens\":null,\"output_tokens\":8}}",
      "out=8 final" },
    { "a negative count",
      "{\"usage\":{\"input_tokens\":-5,\"output_tokens\":8}}",
      "out=8 final odd" },
    { "half a token", "{\"usage\":{\"input_tokens\":1,\"output_tokens\":8.5}}",
      "in=1 final odd" },
    { "a huge count", "{\"usage\":{\"input_tokens\":99999999999999999999}}",
      "final odd" },
    { "more than anybody uses",
      "{\"usage\":{\"input_tokens\":1099511627777,\"output_tokens\":"
      "1099511627776}}",
      "out=1099511627776 final odd" },
    { "a count in quotes", "{\"usage\":{\"output_tokens\":\"8\"}}",
      "final odd" },
    { "an odd count of an iteration",
      "{\"usage\":{\"output_tokens\":8,\"iterations\":[{\"type\":"
      "\"message\",\"output_tokens\":true}]}}",
      "out=8 [] final odd" },
    { "one that is none, behind the usage",
      "{\"usage\":{\"output_tokens\":8},\"model\":7}", "out=8 model=? final" },
    { "a model of an empty name",
      "{\"model\":\"\",\"usage\":{\"output_tokens\":8}}",
      "out=8 model=? final" },
    { "an error", "{\"type\":\"error\",\"error\":{\"message\":\"x\"}}", "" },
    { "a stream is no object", START DELTA("\"output_tokens\":9"), "" },
};

static void check_all(const struct meter_case *cases, size_t count,
                      enum meter_kind kind)
{
    for (size_t i = 0; i < count; i++)
        told_check(cases[i].name, kind, str_of(cases[i].text), cases[i].want);
}

static void a_stream_tells_its_usage(void **state)
{
    (void)state;
    check_all(streams, COUNT_OF(streams), METER_STREAM);
}

static void an_object_tells_its_usage(void **state)
{
    (void)state;
    check_all(objects, COUNT_OF(objects), METER_JSON);
}

/* A stream that was cut tells of each count one of its values, or nothing: never
   a part of a number. */
static void a_cut_makes_no_number_up(void **state)
{
    static const char text[] =
        START TEXT("tea") DELTA("\"input_tokens\":20,\"output_tokens\":987");
    struct meter meter;

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        struct meter_usage *usage = &meter.usage;

        meter_init(&meter, METER_STREAM);
        meter_feed(&meter, str_sub(STR(text), 0, len));
        if (usage->known[METER_INPUT] && usage->counts[METER_INPUT] != 10)
            assert_int_equal(usage->counts[METER_INPUT], 20);
        if (usage->known[METER_OUTPUT] && usage->counts[METER_OUTPUT] != 1)
            assert_int_equal(usage->counts[METER_OUTPUT], 987);
        if (usage->final)
            assert_int_equal(usage->counts[METER_OUTPUT], 987);
        assert_true(
            !usage->model[0] || strcmp(usage->model, "claude-x") == 0 ||
            (strcmp(usage->model, METER_MODEL_ODD) == 0 && usage->told == 0));
        meter_done(&meter);
    }
}

/* Every byte of a stream replaced by every other: it copes, and the events behind
   the damaged one are read. */
static void damage_stays_in_its_event(void **state)
{
    static const char damaged[] = START;
    static const char behind[] = "\n\n" DELTA("\"output_tokens\":9") STOP;
    char text[sizeof(damaged)];
    struct meter meter;

    (void)state;
    memcpy(text, damaged, sizeof(text));
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            text[i] = (char)byte;
            meter_init(&meter, METER_STREAM);
            meter_feed(&meter, (struct str){ text, sizeof(text) - 1 });
            meter_feed(&meter, STR(behind));
            assert_int_equal(meter.usage.counts[METER_OUTPUT], 9);
            assert_true(meter.usage.final && meter.usage.stopped);
            meter_done(&meter);
        }
        text[i] = damaged[i];
    }
}

/* ---- when all is known --------------------------------------------------- */

#define OBJECT "{\"model\":\"m\",\"usage\":{\"output_tokens\":1"

static const struct {
    enum meter_kind kind;
    const char *text;
    bool whole;
} ends[] = {
    { METER_STREAM, START DELTA("\"output_tokens\":9") STOP, true },
    { METER_STREAM, START DELTA("\"output_tokens\":9"), false },
    { METER_STREAM, START STOP, false },
    { METER_STREAM, START DELTA("\"output_tokens\":-9") STOP, false },
    { METER_STREAM,
      START DELTA("\"output_tokens\":9") "event: error\ndata: {}\n\n" STOP,
      false },
    { METER_JSON, OBJECT "}}", true },
    { METER_JSON, OBJECT "}", false },
    { METER_JSON, OBJECT ".5}}", false },
    { METER_JSON, OBJECT "}} x", false },
    { METER_JSON, "{}", false },
};

/* Between two deltas, and behind the usage of an object, it is not. */
static void what_came_to_its_end_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct meter meter;

        meter_init(&meter, ends[i].kind);
        meter_feed(&meter, str_of(ends[i].text));
        if (meter.usage.whole != ends[i].whole)
            fail_msg("%s", ends[i].text);
        meter_done(&meter);
    }
}

static const struct {
    enum meter_kind kind;
    const char *text;
    bool counted;
} counted[] = {
    { METER_JSON, "{\"usage\":{\"input_tokens\":0,\"output_tokens\":0}}",
      true },
    { METER_JSON, "{\"usage\":{}}", false },
    { METER_JSON, "{\"usage\":{\"input_tokens\":1}}", false },
    { METER_JSON, OBJECT "}}", false },
    { METER_STREAM, START DELTA("\"output_tokens\":9") STOP, true },
    { METER_STREAM, START DELTA("\"output_tokens\":9") DELTA("") STOP, true },
    { METER_STREAM, START DELTA("") STOP, false },
    { METER_STREAM, DELTA("\"output_tokens\":9") STOP, false },
    { METER_STREAM, DELTA("\"input_tokens\":1,\"output_tokens\":9") STOP,
      true },
    { METER_STREAM, START DELTA("\"output_tokens\":9") START, false },
};

/* The output of a message_start is that of a beginning. */
static void what_tells_input_and_output_is_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(counted); i++) {
        struct meter meter;

        meter_init(&meter, counted[i].kind);
        meter_feed(&meter, str_of(counted[i].text));
        if (meter_is_counted(&meter.usage) != counted[i].counted)
            fail_msg("%s", counted[i].text);
        meter_done(&meter);
    }
}

/* ---- when more is known -------------------------------------------------- */

/* The start's counts are complete with the last byte of its message, whatever the
   cuts; nothing but a usage is noticed. */
static void a_usage_is_noticed_when_it_is_complete(void **state)
{
    const struct str start = STR(START);
    const struct str rest = STR(PING TEXT("usage") TEXT("tea") PING);
    struct meter meter;

    (void)state;
    meter_init(&meter, METER_STREAM);
    for (size_t i = 0; i < start.len; i++) {
        meter_feed(&meter, str_sub(start, i, 1));
        assert_int_equal(meter.usage.told, i + 4 >= start.len);
        if (meter.usage.told)
            unit_assert_str(str_of(told_text(&meter.usage)), STARTED);
    }
    meter_feed(&meter, rest);
    assert_int_equal(meter.usage.told, 1);
    meter_feed(&meter, STR(DELTA("\"output_tokens\":5")));
    assert_int_equal(meter.usage.told, 2);
    meter_feed(&meter, STR(DELTA("\"output_tokens\":9") STOP));
    assert_int_equal(meter.usage.told, 3);
    meter_init(&meter, METER_JSON);
    meter_feed(&meter, STR("{\"model\":\"m\",\"usage\":{\"input_tokens\":1"));
    assert_int_equal(meter.usage.told, 0);
    meter_feed(&meter, STR("}}"));
    assert_int_equal(meter.usage.told, 1);
}

static const struct {
    const char *usage;
    uint64_t written;
    uint64_t rated;
} rated_cases[] = {
    { "", 0, 0 },
    { "\"input_tokens\":7,\"output_tokens\":9,\"cache_read_input_tokens\":100",
      0, 7 },
    { "\"input_tokens\":7,\"cache_creation_input_tokens\":5", 5, 12 },
    { "\"cache_creation_input_tokens\":5,\"cache_creation\":"
      "{\"ephemeral_5m_input_tokens\":2,\"ephemeral_1h_input_tokens\":3}",
      5, 5 },
    /* the two do not agree: what is more counts */
    { "\"cache_creation_input_tokens\":9,\"cache_creation\":"
      "{\"ephemeral_1h_input_tokens\":3}",
      9, 9 },
    { "\"cache_creation_input_tokens\":1,\"cache_creation\":"
      "{\"ephemeral_5m_input_tokens\":2,\"ephemeral_1h_input_tokens\":3}",
      5, 5 },
    { "\"input_tokens\":1099511627776,\"cache_creation\":"
      "{\"ephemeral_5m_input_tokens\":1099511627776,"
      "\"ephemeral_1h_input_tokens\":1099511627776}",
      2 * METER_COUNT_MAX, 3 * METER_COUNT_MAX },
};

static void cached_input_is_not_rated(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rated_cases); i++) {
        struct meter meter;

        meter_init(&meter, METER_JSON);
        meter_feed(&meter, STR("{\"usage\":{"));
        meter_feed(&meter, str_of(rated_cases[i].usage));
        meter_feed(&meter, STR("}}"));
        assert_int_equal(meter_cache_writes(meter.usage.counts),
                         rated_cases[i].written);
        assert_int_equal(meter_rated_input(&meter.usage), rated_cases[i].rated);
        meter_done(&meter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_tells_its_usage),
        cmocka_unit_test(an_object_tells_its_usage),
        cmocka_unit_test(a_cut_makes_no_number_up),
        cmocka_unit_test(damage_stays_in_its_event),
        cmocka_unit_test(what_came_to_its_end_is_whole),
        cmocka_unit_test(what_tells_input_and_output_is_counted),
        cmocka_unit_test(a_usage_is_noticed_when_it_is_complete),
        cmocka_unit_test(cached_input_is_not_rated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
