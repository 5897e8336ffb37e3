// SPDX-License-Identifier: MIT
/* Which answers are metered. */
#include "relay/metering.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "fields.h"
#include "unit.h"

static struct unpack_room room = { .max = 1024 * 1024 };

#define JSON "content-type: application/json\n"

static const struct {
    const char *method;
    const char *path;
    unsigned status;
    const char *fields;
    bool metered;
    enum meter_kind kind;
} answers[] = {
    { "POST", "/v1/messages", 200, JSON, true, METER_JSON },
    { "POST", "/v1/complete", 200, JSON, true, METER_JSON },
    { "POST", "/v1/messages", 200, "Content-Type: text/event-stream\n", true,
      METER_STREAM },
    { "POST", "/v1/messages", 200,
      "CONTENT-TYPE: Text/Event-Stream ; charset=utf-8\n", true, METER_STREAM },
    { "POST", "/v1/messages", 200, JSON "content-encoding: Identity\n", true,
      METER_JSON },
    { "POST", "/v1/messages", 200, JSON "content-encoding: \n", true,
      METER_JSON },
    /* another endpoint */
    { "POST", "/v1/messages/count_tokens", 200, JSON, false, 0 },
    { "GET", "/v1/messages/batches/x/results", 200, JSON, false, 0 },
    { "GET", "/v1/models", 200, JSON, false, 0 },
    /* another status */
    { "POST", "/v1/messages", 429, JSON, false, 0 },
    { "POST", "/v1/messages", 201, JSON, false, 0 },
    /* compressed */
    { "POST", "/v1/messages", 200, JSON "content-encoding: gzip\n", true,
      METER_JSON },
    { "POST", "/v1/messages", 200,
      "Content-Encoding: BR\nContent-Type: text/event-stream\n", true,
      METER_STREAM },
    { "POST", "/v1/messages", 200, JSON "content-encoding: gzip, identity\n",
      true, METER_JSON },
    { "POST", "/v1/messages", 200,
      JSON "content-encoding: identity\nContent-Encoding: , gzip\n", true,
      METER_JSON },
};

static void answers_that_tell_usage_are_metered(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct fields fields;
        struct parser_head head = {
            .status = answers[i].status,
            .headers = *fields_read(&fields, answers[i].fields),
        };
        struct meter *meter =
            metering_start(endpoints_find(str_of(answers[i].method),
                                          str_of(answers[i].path)),
                           &head, &room);

        if ((meter != NULL) != answers[i].metered ||
            (meter && meter->kind != answers[i].kind))
            fail_msg("%s, %u: %s", answers[i].path, answers[i].status,
                     answers[i].fields);
        assert_int_equal(metering_unread(meter).len, 0);
        metering_free(meter);
    }
}

static const struct {
    const char *fields;
    const char *why;
} unread[] = {
    { "content-type: text/html\n", "its content-type text/html is not "
                                   "application/json or text/event-stream" },
    { "content-type: application/jsonl\n",
      "its content-type application/jsonl is not application/json or "
      "text/event-stream" },
    { "", "its content-type (none) is not application/json or "
          "text/event-stream" },
    { JSON "content-encoding: zip\n",
      "its content-encoding zip is not one of gzip, deflate, br and zstd" },
    { JSON "content-encoding: gzip\ncontent-encoding: identity,gzip\n",
      "its content-encoding gzip, gzip is not one of gzip, deflate, br and "
      "zstd" },
    { JSON "content-encoding: gzip, br\n",
      "its content-encoding gzip, br is not one of gzip, deflate, br and "
      "zstd" },
};

static void it_is_told_why_usage_is_not_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(unread); i++) {
        struct fields fields;
        struct parser_head head = {
            .status = 200,
            .headers = *fields_read(&fields, unread[i].fields),
        };
        struct meter *meter =
            metering_start(endpoints_find(STR("POST"), STR("/v1/messages")),
                           &head, &room);

        unit_assert_str(metering_unread(meter), unread[i].why);
        metering_free(meter);
    }
    assert_int_equal(metering_unread(NULL).len, 0);
}

/* gzip: 1,000 times "a" */
#define PACKED                                                                 \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x4c\x1c\x05\xa3\x60\x14\x0c" \
    "\x77\x00\x00\x03\xda\x38\x9a\xe8\x03\x00\x00"

static struct meter *start(const char *coding)
{
    static struct fields fields;
    char text[128];
    struct parser_head head = { .status = 200 };

    (void)snprintf(text, sizeof(text), JSON "content-encoding: %s\n", coding);
    head.headers = *fields_read(&fields, text);
    return metering_start(endpoints_find(STR("POST"), STR("/v1/messages")),
                          &head, &room);
}

/* What an answer that breaks off came to goes by them. */
static void bytes_are_counted_unpacked(void **state)
{
    struct meter *meter = start("gzip");

    (void)state;
    metering_feed(meter, STR(PACKED));
    assert_int_equal(metering_bytes(meter), 1000);
    metering_free(meter);
    meter = start("identity");
    metering_feed(meter, STR(PACKED));
    metering_feed(meter, STR("ab"));
    assert_int_equal(metering_bytes(meter), sizeof(PACKED) - 1 + 2);
    metering_free(meter);
    assert_int_equal(metering_bytes(NULL), 0);
}

#define EVENTS "content-type: text/event-stream\n"
#define USAGE "\"usage\":{\"input_tokens\":7,\"output_tokens\":8}"
#define DELTA "event: message_delta\ndata: {" USAGE "}\n\n"
#define START "event: message_start\ndata: {\"message\":{" USAGE "}}\n\n"
#define STOP "event: message_stop\ndata: {}\n\n"

/* `why`: of one that came to its end; `cut`: of one that broke off there. */
static const struct {
    const char *fields;
    struct str body;
    const char *why;
    const char *cut;
} ends[] = {
#define ROW(fields, body, why, cut)                                            \
    {                                                                          \
        fields, { body, sizeof(body) - 1 }, why, cut                           \
    }
    ROW(JSON, "{" USAGE "}", "", ""),
    ROW(JSON, "\xef\xbb\xbf{" USAGE "}\n", "", ""),
    ROW(JSON, "{" USAGE, "it is not one JSON object", ""),
    ROW(JSON, "[{" USAGE "}]", "it is not one JSON object", ""),
    ROW(JSON, "", "it is not one JSON object", ""),
    ROW(JSON, "{}", "it does not tell what was used", ""),
    ROW(JSON, "{\"usage\":{\"input_tokens\":-7,\"output_tokens\":8}}",
        "one of its counts is no number of tokens",
        "one of its counts is no number of tokens"),
    ROW(JSON, "{\"usage\":{}}", "it does not tell what was used",
        "it does not tell what was used"),
    ROW(JSON, "{\"usage\":{\"input_tokens\":7}}",
        "its usage has no final output_tokens",
        "its usage has no final output_tokens"),
    ROW(JSON, "{\"usage\":{\"output_tokens\":8}}",
        "its usage has no input_tokens", "its usage has no input_tokens"),
    ROW(EVENTS, START "event: message_delta\ndata: {\"usage\":{}}\n\n" STOP,
        "its usage has no final output_tokens",
        "its usage has no final output_tokens"),
    ROW(EVENTS,
        START "event: message_delta\ndata: {\"usage\":{\"output_tokens\":9}}"
              "\n\n" STOP,
        "", ""),
    ROW(EVENTS, DELTA STOP, "", ""),
    ROW(EVENTS, DELTA, "its stream ends without a message_stop", ""),
    ROW(EVENTS, STOP, "it does not tell what was used", ""),
    ROW(EVENTS, "event: error\ndata: {}\n\n", "", ""),
    ROW(JSON "content-encoding: gzip\n", "\x1f\x8b\x08",
        "its compressed bytes end early", ""),
    /* what stands behind a whole answer is no part of it */
    ROW(JSON "content-encoding: gzip\n",
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x2a\x2d\x4e\x4c"
        "\x4f\x55\xb2\xaa\x56\xca\xcc\x2b\x28\x2d\x89\x2f\xc9\xcf\x4e\xcd"
        "\x2b\x56\xb2\x32\xd7\x51\xca\x2f\x2d\x41\x16\xb1\xa8\xad\x05\x00"
        "\x4f\x52\xc8\xde\x2e\x00\x00\x00\x00\x00",
        "", ""),
    ROW(JSON "content-encoding: zip\n", "{}",
        "its content-encoding zip is not one of gzip, deflate, br and zstd",
        "its content-encoding zip is not one of gzip, deflate, br and zstd"),
};

static void what_an_answer_lacks_is_told_at_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(ends); i++) {
        bool complete = i % 2;
        struct fields fields;
        struct parser_head head = {
            .status = 200,
            .headers = *fields_read(&fields, ends[i / 2].fields),
        };
        struct meter *meter =
            metering_start(endpoints_find(STR("POST"), STR("/v1/messages")),
                           &head, &room);

        metering_feed(meter, ends[i / 2].body);
        metering_end(meter, complete);
        unit_assert_str(metering_unread(meter),
                        complete ? ends[i / 2].why : ends[i / 2].cut);
        metering_free(meter);
    }
    metering_end(NULL, true);
}

/* What comes after the damage is not free. */
static void bytes_of_what_is_damaged_are_counted_as_they_come(void **state)
{
    struct meter *meter = start("gzip");

    (void)state;
    metering_feed(meter, STR("no gzip at all"));
    assert_int_equal(metering_bytes(meter), 14);
    metering_feed(meter, STR(PACKED));
    assert_int_equal(metering_bytes(meter), 14 + sizeof(PACKED) - 1);
    unit_assert_str(metering_unread(meter), "its compressed bytes are damaged");
    metering_free(meter);
}

/* What it would tell may not be what it seems; its size is known. */
static void what_nobody_can_read_is_not_looked_at(void **state)
{
    struct meter *meter = start("zip");

    (void)state;
    metering_feed(meter, STR("{\"usage\":{\"input_tokens\":7}}"));
    assert_int_equal(meter->usage.told, 0);
    assert_int_equal(metering_bytes(meter), 28);
    metering_free(meter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_that_tell_usage_are_metered),
        cmocka_unit_test(it_is_told_why_usage_is_not_read),
        cmocka_unit_test(bytes_are_counted_unpacked),
        cmocka_unit_test(what_an_answer_lacks_is_told_at_its_end),
        cmocka_unit_test(bytes_of_what_is_damaged_are_counted_as_they_come),
        cmocka_unit_test(what_nobody_can_read_is_not_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
