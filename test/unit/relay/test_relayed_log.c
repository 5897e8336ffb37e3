// SPDX-License-Identifier: MIT
/* The line of a relayed request. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "relay/relayed.h"
#include "unit.h"

#define ID "req_relay_0123456789abcdef012345"
#define BEGIN "request id=" ID " peer=192.0.2.7 method=POST path=/v1/messages"
#define TIME_LEN 24 /* 2026-08-01T12:00:00.000Z */

static struct record plain(void)
{
    struct record record = { .id = STR(ID),
                             .method = STR("POST"),
                             .path = STR("/v1/messages"),
                             .end = RECORD_COMPLETE,
                             .status = 200,
                             .duration_us = 12900,
                             .bytes_out = 9 };
    struct err err;

    assert_true(addr_parse("192.0.2.7", 80, &record.peer, &err));
    return record;
}

/* All of the line behind its time.  Freed with mem_free(). */
static char *line_of(const struct record *record)
{
    struct unit_capture capture = unit_capture_begin(STDERR_FILENO);
    char *text;
    char *line;

    relayed_log(record);
    log_flush();
    text = unit_capture_end(&capture);
    line = mem_strdup(text[0] ? text + TIME_LEN : text);
    mem_free(text);
    return line;
}

static void check(const struct record *record, const char *want)
{
    char *line = line_of(record);

    assert_string_equal(line, want);
    mem_free(line);
}

static void what_is_not_known_is_left_out(void **state)
{
    struct record record = plain();

    (void)state;
    check(&record, " info  " BEGIN " status=200 end=complete ms=12 bytes=9\n");
}

static void all_that_is_known_is_said(void **state)
{
    struct record record = plain();

    (void)state;
    record.client_id = STR("c-1");
    record.upstream_id = STR("req_011");
    record.session = STR("s-1");
    record.key = STR("my key");
    record.owner = STR("Eve");
    record.account = STR("main");
    record.model_asked = STR("claude-x");
    record.attempt_count = 3;
    record.attempts[0].result = RECORD_STALE;
    record.attempts[1].result = RECORD_TOKEN_REFUSED;
    record.attempts[1].status = 401;
    record.unread = STR("no room");
    check(&record,
          " info  request id=" ID " peer=192.0.2.7 key=\"my key\" "
          "client_id=c-1 session=s-1 method=POST path=/v1/messages "
          "account=main upstream_id=req_011 status=200 end=complete ms=12 "
          "bytes=9 attempts=3 failures=\"stale,token_refused:401\" "
          "model=claude-x unread=\"no room\"\n");
}

static void one_attempt_is_told_too(void **state)
{
    struct record record = plain();

    (void)state;
    record.attempt_count = 1;
    check(&record, " info  " BEGIN
                   " status=200 end=complete ms=12 bytes=9 attempts=1\n");
}

static void the_last_one_may_have_failed_too(void **state)
{
    struct record record = plain();

    (void)state;
    record.end = RECORD_REFUSED;
    record.status = 502;
    record.attempt_count = 2;
    record.attempts[0].result = RECORD_LOST;
    record.attempts[1].result = RECORD_UNREACHABLE;
    check(&record, " warn  " BEGIN " status=502 end=refused ms=12 bytes=9 "
                   "attempts=2 failures=\"lost,unreachable\"\n");
}

static const struct {
    enum record_end end;
    unsigned status;
    const char *error;
    uint64_t retry_after_s;
    const char *reset;
    const char *want;
} ends[] = {
    { RECORD_REFUSED, 403, "no", 0, "",
      " info  " BEGIN " status=403 end=refused ms=12 bytes=9 error=no\n" },
    { RECORD_REFUSED, 502, "no", 0, "",
      " warn  " BEGIN " status=502 end=refused ms=12 bytes=9 error=no\n" },
    { RECORD_REFUSED, 429, "no", 7, "",
      " warn  " BEGIN " status=429 end=refused ms=12 bytes=9 retry_after=7 "
      "error=no\n" },
    { RECORD_COMPLETE, 429, "", 30, "2026-08-01T12:00:00Z",
      " warn  " BEGIN " status=429 end=complete ms=12 bytes=9 retry_after=30 "
      "reset=2026-08-01T12:00:00Z\n" },
    { RECORD_COMPLETE, 529, "", 0, "",
      " warn  " BEGIN " status=529 end=complete ms=12 bytes=9\n" },
    { RECORD_COMPLETE, 500, "", 0, "",
      " info  " BEGIN " status=500 end=complete ms=12 bytes=9\n" },
    { RECORD_CUT, 200, "gone", 0, "",
      " warn  " BEGIN " status=200 end=cut ms=12 bytes=9 error=gone\n" },
    { RECORD_IDLE, 200, "still", 0, "",
      " warn  " BEGIN " status=200 end=idle ms=12 bytes=9 error=still\n" },
    { RECORD_ERROR_EVENT, 200, "", 0, "",
      " warn  " BEGIN " status=200 end=error_event ms=12 bytes=9\n" },
    { RECORD_CLIENT_LEFT, 0, "", 0, "",
      " info  " BEGIN " end=client_left ms=12 bytes=9\n" },
    { RECORD_RELAY_STOPPED, 200, "", 0, "",
      " info  " BEGIN " status=200 end=relay_stopped ms=12 bytes=9\n" },
    { RECORD_CANCELLED, 200, "", 0, "",
      " info  " BEGIN " status=200 end=cancelled ms=12 bytes=9\n" },
};

static void the_line_says_how_it_ended(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct record record = plain();

        record.end = ends[i].end;
        record.status = ends[i].status;
        record.error = str_of(ends[i].error);
        record.retry_after_s = ends[i].retry_after_s;
        record.reset = str_of(ends[i].reset);
        check(&record, ends[i].want);
    }
}

static void the_greatest_number_of_failures_fits(void **state)
{
    struct record record = plain();
    char *line;

    (void)state;
    record.attempt_count = RECORD_ATTEMPTS_MAX;
    for (size_t i = 0; i < RECORD_ATTEMPTS_MAX; i++)
        record.attempts[i] =
            (struct record_attempt){ .result = RECORD_TOKEN_REFUSED,
                                     .status = 999 };
    line = line_of(&record);
    unit_assert_part(line, "attempts=20 failures=\"token_refused:999,");
    mem_free(line);
}

static const struct {
    const char *body;
    const char *want;
} bodies[] = {
    { "", "" },
    { "{\"usage\":{}}", "" },
    { "{\"model\":\"m\",\"usage\":{}}", "model=m" },
    { "{\"model\":\"m\",\"usage\":{\"service_tier\":\"x\"}}", "model=m" },
    { "{\"usage\":{\"output_tokens\":0}}", "output_tokens=0 partial=no" },
    { "{\"usage\":{\"input_tokens\":7,", "input_tokens=7 partial=yes" },
    { "{\"model\":\"m\",\"usage\":{\"cache_read_input_tokens\":1,"
      "\"cache_creation_input_tokens\":2,\"output_tokens\":3,"
      "\"input_tokens\":4}}",
      "model=m input_tokens=4 output_tokens=3 cache_write_tokens=2 "
      "cache_read_tokens=1 partial=no" },
    /* every count; the rare ones if there were any */
    { "{\"usage\":{\"input_tokens\":1,\"cache_creation_input_tokens\":30,"
      "\"cache_creation\":{\"ephemeral_5m_input_tokens\":20,"
      "\"ephemeral_1h_input_tokens\":10},\"cache_read_input_tokens\":0,"
      "\"server_tool_use\":{\"web_search_requests\":2}}}",
      "input_tokens=1 cache_write_tokens=30 cache_write_5m_tokens=20 "
      "cache_write_1h_tokens=10 cache_read_tokens=0 web_search_requests=2 "
      "partial=no" },
    { "{\"model\":\"m\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2,"
      "\"cache_creation_input_tokens\":3,\"cache_read_input_tokens\":4,"
      "\"cache_creation\":{\"ephemeral_5m_input_tokens\":3,"
      "\"ephemeral_1h_input_tokens\":0},"
      "\"server_tool_use\":{\"web_search_requests\":0}}}",
      "model=m input_tokens=1 output_tokens=2 cache_write_tokens=3 "
      "cache_write_5m_tokens=3 cache_read_tokens=4 partial=no" },
    { "{\"model\":\"m\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2,"
      "\"cache_creation_input_tokens\":3,\"cache_read_input_tokens\":4,"
      "\"cache_creation\":{\"ephemeral_5m_input_tokens\":1,"
      "\"ephemeral_1h_input_tokens\":2},"
      "\"server_tool_use\":{\"web_search_requests\":5}}}",
      "model=m input_tokens=1 output_tokens=2 cache_write_tokens=3 "
      "cache_write_5m_tokens=1 cache_write_1h_tokens=2 cache_read_tokens=4 "
      "web_search_requests=5 partial=no" },
    /* all that was used, by whichever model */
    { "{\"model\":\"m\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2,"
      "\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":10,"
      "\"output_tokens\":20},{\"type\":\"message\",\"input_tokens\":1,"
      "\"output_tokens\":2}]}}",
      "model=m input_tokens=11 output_tokens=22 partial=no" },
};

static void what_the_answer_told_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct record record = plain();
        struct meter meter;
        char want[512];

        meter_init(&meter, METER_JSON);
        meter_feed(&meter, str_of(bodies[i].body));
        record.model = str_of(meter.usage.model);
        for (size_t j = 0; j < METER_COUNTS; j++) {
            if (meter.usage.known[j])
                record.usage = &meter.usage;
        }
        record.partial = record.usage && !meter.usage.whole;
        (void)snprintf(want, sizeof(want),
                       " info  " BEGIN
                       " status=200 end=complete ms=12 bytes=9%s%s\n",
                       bodies[i].want[0] ? " " : "", bodies[i].want);
        check(&record, want);
        meter_done(&meter);
    }
}

static void nothing_is_written_below_the_level(void **state)
{
    struct record record = plain();

    (void)state;
    log_setup(LOG_WARN, LOG_TEXT);
    check(&record, "");
    log_setup(LOG_INFO, LOG_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(all_that_is_known_is_said),
        cmocka_unit_test(one_attempt_is_told_too),
        cmocka_unit_test(the_last_one_may_have_failed_too),
        cmocka_unit_test(the_line_says_how_it_ended),
        cmocka_unit_test(the_greatest_number_of_failures_fits),
        cmocka_unit_test(what_the_answer_told_is_said),
        cmocka_unit_test(nothing_is_written_below_the_level),
    };

    log_setup(LOG_INFO, LOG_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
