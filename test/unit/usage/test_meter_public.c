// SPDX-License-Identifier: MIT
/* The usage reader on public streams and public JSON texts, where they are. */
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "public.h"
#include "told.h"
#include "unit.h"

/* ---- streams ------------------------------------------------------------ */

#define NO_CACHE "cw=0 cr=0"
#define ALL_ZERO "cw=0 5m=0 1h=0 cr=0"

static const struct {
    const char *name;
    const char *want;
} streams[] = {
    { "basic_response.txt",
      "in=11 out=6 model=claude-3-opus-latest final stopped" },
    { "compaction_response.txt",
      "in=30 out=8 model=claude-opus-4-7 final stopped" },
    { "fallback_credit_response.txt",
      "in=25 out=8 model=claude-sonnet-4-5 final stopped" },
    { "fallback_response.txt",
      "in=25 out=8 model=claude-opus-4-7 final stopped" },
    { "incomplete_partial_json_response.txt",
      "in=450 out=124 " NO_CACHE
      " model=claude-3-7-sonnet-20250219 tier=standard final stopped" },
    { "refusal_response.txt",
      "in=20 out=0 model=claude-opus-4-7 final stopped" },
    { "stream-a-refusal.sse",
      "in=28 out=106 " ALL_ZERO
      " model=claude-fable-5 tier=standard [ in=28 out=106] final stopped" },
    { "stream-a-toolrefusal.sse",
      "in=28 out=106 " ALL_ZERO
      " model=claude-fable-5 tier=standard [ in=28 out=106] final stopped" },
    { "stream-b-fallback.sse",
      "in=31 out=547 " ALL_ZERO
      " model=claude-opus-4-8 tier=standard [ in=31 out=547] final stopped" },
    { "tool_use_response.txt",
      "in=377 out=65 " NO_CACHE
      " model=claude-sonnet-4-20250514 tier=standard final stopped" },
};

static void check_stream(const char *name, struct str bytes)
{
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        if (strcmp(streams[i].name, name) == 0) {
            told_check(name, METER_STREAM, bytes, streams[i].want);
            return;
        }
    }
    fail_msg("%s is new", name);
}

static void public_streams_tell_their_usage(void **state)
{
    size_t count = public_visit("anthropic-sse", check_stream);

    (void)state;
    assert_true(count == 0 || count == COUNT_OF(streams));
}

/* ---- JSON --------------------------------------------------------------- */

#define SUITE_FILES 318
/* For the files of 100,000 brackets every cut would take minutes. */
#define EVERY_CUT_MAX 2000

#define TAIL ",\"model\":\"m\",\"usage\":{\"output_tokens\":7}}"

static void feed_with_tail(struct meter *meter, enum meter_kind kind,
                           struct str head, struct str bytes)
{
    meter_init(meter, kind);
    meter_feed(meter, head);
    meter_feed(meter, bytes);
    meter_feed(meter, STR(TAIL));
}

/* As a member's value: where it must parse, what follows it is found. */
static void check_as_value(const char *name, struct str bytes)
{
    struct meter meter;
    struct buf body;

    feed_with_tail(&meter, METER_JSON, STR("{\"a\":"), bytes);
    if (name[0] == 'y' &&
        strcmp(told_text(&meter.usage), "out=7 model=m final") != 0)
        fail_msg("%s: %s", name, told_text(&meter.usage));
    meter_done(&meter);
    if (name[0] != 'y' || bytes.len > EVERY_CUT_MAX)
        return;
    buf_init(&body, bytes.len + 100);
    buf_add(&body, STR("{\"a\":"));
    buf_add(&body, bytes);
    buf_add(&body, STR(TAIL));
    told_check(name, METER_JSON, buf_str(&body), "out=7 model=m final");
    buf_done(&body);
}

/* As data of an event: whatever it is, the next event is read. */
static void check_as_event(const char *name, struct str bytes)
{
    struct meter meter;

    feed_with_tail(&meter, METER_STREAM, STR("data: {\"a\":"), bytes);
    meter_feed(&meter, STR("\n\nevent: message_delta\n"
                           "data: {\"usage\":{\"output_tokens\":9}}\n\n"));
    if (strcmp(told_text(&meter.usage), "out=9 final") != 0)
        fail_msg("%s: %s", name, told_text(&meter.usage));
    meter_done(&meter);
}

static void check_json(const char *name, struct str bytes)
{
    struct meter meter;

    meter_init(&meter, METER_JSON);
    meter_feed(&meter, bytes);
    if (strcmp(told_text(&meter.usage), "") != 0)
        fail_msg("%s: %s", name, told_text(&meter.usage));
    meter_done(&meter);
    check_as_value(name, bytes);
    check_as_event(name, bytes);
}

static void public_texts_are_taken(void **state)
{
    size_t count = public_visit("json-test-suite", check_json);

    (void)state;
    assert_true(count == 0 || count == SUITE_FILES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_streams_tell_their_usage),
        cmocka_unit_test(public_texts_are_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
