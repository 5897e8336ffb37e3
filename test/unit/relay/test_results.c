// SPDX-License-Identifier: MIT
/* What is booked of a batch's results. */
#include "relay/results.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "fields.h"
#include "unit.h"
#include "wire.h"

#define LINE(name, model, in, out)                                             \
    "{\"custom_id\":\"" name "\",\"result\":{\"type\":\"succeeded\","          \
    "\"message\":{\"id\":\"msg_" name "\",\"model\":\"" model                  \
    "\",\"usage\":{\"input_tokens\":" #in ",\"output_tokens\":" #out "}}}}\n"

/* gzip of LINE("a", "claude-sonnet-5", 0, 1000000) */
#define PACKED                                                                 \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4d\x8b\xb1\x0a\xc3\x30"         \
    "\x0c\x44\xf7\x7e\x86\xe6\x04\xd2\xa1\x8b\x7f\xc6\x18\xeb\x08\xa5"         \
    "\xb6\x15\x2a\x69\x28\xa1\xff\x5e\x25\x43\xe8\x6d\x77\xef\xde\x4e"         \
    "\xd5\xd5\xa4\xe7\x27\x53\xa2\x42\x13\xbd\xa1\xde\x8c\xd2\x4e\xf6"         \
    "\xd9\x10\xa3\x7a\xad\x00\x83\x03\x76\xa8\x96\x15\x07\x3d\x85\xae"         \
    "\x6b\x3e\xa4\x2e\x8c\x16\xbd\xb6\xe2\x8c\x59\x65\x0c\xd8\xfc\x08"         \
    "\xe2\xd7\x7f\x6c\x6e\xd9\xe4\x85\xa1\x94\x96\x89\xc4\xed\x7f\xb9"         \
    "\x2f\x67\xbe\x91\xdb\x0f\x6d\x49\xf0\x8b\x96\x00\x00\x00"

#define NEW_YEAR_MS 1767225600000 /* 2026-01-01T00:00:00Z */

struct scene {
    struct record fetch;
    struct prices *prices;
    struct unpack_room room;
    struct fields fields;
    struct parser_head head;
    struct buf booked;
    uint8_t last[16];
    unsigned places; /* so many more before it is crowded */
    unsigned woken;
};

static bool crowded(void *arg)
{
    const struct scene *scene = arg;

    return scene->places == 0;
}

static void book(void *arg, const struct record *record)
{
    struct scene *scene = arg;

    if (scene->places > 0)
        scene->places--;
    assert_int_equal(record->batch_result, 1);
    assert_int_equal(record->end, RECORD_COMPLETE);
    assert_true(record->sent);
    assert_false(record->partial);
    assert_int_equal(record->attempt_count, 1);
    assert_int_equal(record->bytes_out, 0);
    assert_int_equal(record->key_id, 7);
    unit_assert_str(record->account, "main");
    unit_assert_str(record->id, "req_relay_x");
    unit_assert_str(record->service_tier, "batch");
    memcpy(scene->last, record->result_id, sizeof(scene->last));
    buf_printf(&scene->booked,
               STR_FMT " " STR_FMT " " STR_FMT " out=%llu $%llu%s;",
               STR_ARG(record->client_id), STR_ARG(record->upstream_id),
               STR_ARG(record->model),
               (unsigned long long)record->usage->counts[METER_OUTPUT],
               (unsigned long long)record->cost_microusd,
               record->cost_known ? "" : "?");
}

static int set_up(void **state)
{
    static struct scene scene;

    scene = (struct scene){
        .fetch = { .id = STR("req_relay_x"),
                   .began_ms = NEW_YEAR_MS,
                   .key_id = 7,
                   .account = STR("main"),
                   .status = 200,
                   .bytes_out = 1234,
                   .end = RECORD_CLIENT_LEFT },
        .prices = prices_default(),
        .room = { .max = 1u << 20 },
        .head = { .status = 200 },
        .places = 1000000,
    };
    buf_init(&scene.booked, 10000);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    prices_unref(scene->prices);
    buf_done(&scene->booked);
    assert_int_equal(scene->room.held, 0);
    return 0;
}

static struct results *start(struct scene *scene, const char *fields)
{
    scene->head.headers = *fields_read(&scene->fields, fields);
    return results_start(&(struct results_options){ .fetch = &scene->fetch,
                                                    .batch = STR("msgbatch_1"),
                                                    .prices = scene->prices,
                                                    .room = &scene->room,
                                                    .book = book,
                                                    .crowded = crowded,
                                                    .arg = scene },
                         &scene->head);
}

/* Sonnet 5 costs $10 a million of output, and half of it in a batch. */
static void each_is_booked_at_half_price(void **state)
{
    struct scene *scene = *state;
    struct results *results =
        start(scene, "content-type: application/x-jsonl\n");

    results_feed(results, STR(LINE("a", "claude-sonnet-5", 0, 1000000)));
    unit_assert_str(buf_str(&scene->booked),
                    "a msg_a claude-sonnet-5 out=1000000 $5000000;");
    results_feed(results, STR(LINE("b", "claude-sonnet-5", 0, 1)));
    results_end(results);
    unit_assert_str(buf_str(&scene->booked),
                    "a msg_a claude-sonnet-5 out=1000000 $5000000;"
                    "b msg_b claude-sonnet-5 out=1 $5;");
    assert_int_equal(results_count(results), 2);
    assert_int_equal(results_unread(results).len, 0);
    results_free(results);
}

/* As everywhere: by the prices of when they were fetched, each at its length, and with
   their version. */
static void each_is_priced_as_any_answer(void **state)
{
    struct scene *scene = *state;
    struct results *results;
    struct err err;

    prices_unref(scene->prices);
    scene->prices = prices_read(
        STR("{\"embedded\":false,\"models\":[{\"model\":\"a\",\"input\":1000000,"
            "\"output\":2000000,\"valid_from\":\"2026-01-01\","
            "\"long_context\":{\"above\":10,\"input\":\"1\",\"output\":\"5\"}},"
            "{\"model\":\"a\",\"input\":7000000,\"output\":7000000,"
            "\"valid_from\":\"2026-01-01T00:00:00.001Z\"}]}"),
        &err);
    results = start(scene, "content-type: application/x-jsonl\n");
    results_feed(results, STR(LINE("x", "a", 10, 1000)));
    results_feed(results, STR(LINE("y", "a", 11, 1000)));
    results_end(results);
    unit_assert_str(buf_str(&scene->booked),
                    "x msg_x a out=1000 $1005;y msg_y a out=1000 $5006;");
    results_free(results);
}

/* By which the ledger tells whether it has it. */
static void a_result_is_the_same_in_every_fetch(void **state)
{
    struct scene *scene = *state;
    uint8_t first[16];

    for (int i = 0; i < 2; i++) {
        struct results *results = start(scene, "");

        results_feed(results, STR(LINE("a", "claude-sonnet-5", 0, 1)));
        results_end(results);
        results_free(results);
        if (i == 0)
            memcpy(first, scene->last, sizeof(first));
    }
    assert_memory_equal(first, scene->last, sizeof(first));
}

/* Limits count it at the dearest price. */
static void without_a_price_the_cost_is_not_known(void **state)
{
    struct scene *scene = *state;
    struct results *results = start(scene, "");
    struct str booked;

    results_feed(results, STR(LINE("a", "gpt-1", 0, 1000000)));
    booked = buf_str(&scene->booked);
    assert_int_equal(booked.at[booked.len - 2], '?');
    assert_false(str_starts(booked, STR("a msg_a gpt-1 out=1000000 $0")));
    results_free(results);
}

static void results_may_be_compressed(void **state)
{
    struct scene *scene = *state;
    struct results *results = start(scene, "content-encoding: gzip\n");

    for (size_t i = 0; i < sizeof(PACKED) - 1; i++)
        results_feed(results, (struct str){ &PACKED[i], 1 });
    results_end(results);
    unit_assert_str(buf_str(&scene->booked),
                    "a msg_a claude-sonnet-5 out=1000000 $5000000;");
    assert_int_equal(results_unread(results).len, 0);
    results_free(results);
}

static const struct {
    const char *fields;
    struct str body;
    const char *why;
} unread[] = {
    { "content-encoding: zip\n",
      { "x", 1 },
      "its content-encoding is not one of" },
    { "content-encoding: gzip\n", { "xxx", 3 }, "damaged" },
    { "content-encoding: gzip\n", { "\x1f\x8b\x08", 3 }, "end early" },
    { "",
      { "x\ny\n{\"custom_id\":", 17 },
      "3 of its lines do not tell what was used" },
};

static void it_is_told_what_could_not_be_read(void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(unread); i++) {
        struct results *results = start(scene, unread[i].fields);

        results_feed(results, unread[i].body);
        results_end(results);
        unit_assert_part(results_unread(results).at, unread[i].why);
        results_free(results);
    }
    assert_int_equal(scene->booked.len, 0);
}

/* A range of them may begin and end inside of lines. */
static void a_part_of_them_is_booked(void **state)
{
    struct scene *scene = *state;
    struct results *results;

    scene->head.status = 206;
    results = start(scene, "content-range: bytes 20-400/9000\n");
    results_feed(results,
                 str_from(STR(LINE("a", "claude-sonnet-5", 0, 1)), 20));
    results_feed(results, STR(LINE("b", "claude-sonnet-5", 0, 1)));
    results_feed(results,
                 str_sub(STR(LINE("c", "claude-sonnet-5", 0, 1)), 0, 50));
    results_end(results);
    unit_assert_str(buf_str(&scene->booked),
                    "b msg_b claude-sonnet-5 out=1 $5;");
    unit_assert_str(results_unread(results),
                    "2 of its lines do not tell what was used");
    results_free(results);
}

/* Of a count that is none nobody knows what it costs; a model that nobody can read is
   no other. */
static void an_odd_one_is_not_made_up(void **state)
{
    struct scene *scene = *state;
    struct results *results = start(scene, "");

    results_feed(results, STR(LINE("a", "claude-sonnet-5", -1, 1)));
    results_feed(results, STR(LINE("b", "claude-\\u00e9", 0, 0)));
    results_end(results);
    assert_true(str_starts(buf_str(&scene->booked), STR("b msg_b ? out=0 $0")));
    unit_assert_str(results_unread(results),
                    "1 of its lines do not tell what was used");
    results_free(results);
}

static void a_refusal_has_no_results(void **state)
{
    struct scene *scene = *state;

    scene->head.status = 404;
    assert_null(start(scene, ""));
    results_end(NULL);
    results_free(NULL);
    assert_int_equal(results_count(NULL), 0);
    assert_int_equal(results_unread(NULL).len, 0);
}

/* Some 100 lines, which come as one. */
static struct str many_lines(struct buf *lines)
{
    buf_init(lines, 100000);
    for (unsigned i = 0; i < 100; i++)
        (void)buf_printf(
            lines,
            "{\"custom_id\":\"n%u\",\"result\":{\"type\":\"succeeded\",\"message\":"
            "{\"id\":\"msg_%u\",\"model\":\"claude-sonnet-5\",\"content\":[{\"type\":"
            "\"text\",\"text\":\"%0200u\"}],\"usage\":{\"input_tokens\":0,\"output_tokens\":1}}}}\n",
            i, i, i);
    return buf_str(lines);
}

static void count_wake(void *arg)
{
    struct scene *scene = arg;

    scene->woken++;
}

static bool was_woken(void *arg)
{
    const struct scene *scene = arg;

    return scene->woken > 0;
}

/* What was read already is held, and booked when there is room. */
static void they_are_no_faster_than_the_ledger(void **state)
{
    struct scene *scene = *state;
    struct loop *loop = loop_new();
    struct results *results = start(scene, "content-type: text/plain\n");
    struct buf lines;

    assert_false(results_wait(NULL, loop, count_wake, scene));
    assert_false(results_wait(results, loop, count_wake, scene));
    scene->places = 10;
    results_feed(results, many_lines(&lines));
    assert_in_range(results_count(results), 10, 30);
    assert_true(results_wait(results, loop, count_wake, scene));
    wire_until(loop, was_woken, scene);
    scene->places = 20;
    assert_true(results_wait(results, loop, count_wake, scene));
    assert_in_range(results_count(results), 30, 60);
    scene->places = 1000;
    assert_false(results_wait(results, loop, count_wake, scene));
    assert_int_equal(results_count(results), 100);
    results_end(results);
    unit_assert_str(results_unread(results), "");
    results_free(results);
    buf_done(&lines);
    loop_free(loop);
}

/* Its client has left. */
static void the_end_waits_for_no_room(void **state)
{
    struct scene *scene = *state;
    struct loop *loop = loop_new();
    struct results *results = start(scene, "content-type: text/plain\n");
    struct buf lines;

    scene->places = 0;
    results_feed(results, many_lines(&lines));
    assert_int_equal(results_count(results), 0);
    assert_true(results_wait(results, loop, count_wake, scene));
    results_end(results);
    assert_int_equal(results_count(results), 100);
    results_free(results);
    buf_done(&lines);
    loop_free(loop);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_is_booked_at_half_price),
        TEST(each_is_priced_as_any_answer),
        TEST(a_result_is_the_same_in_every_fetch),
        TEST(without_a_price_the_cost_is_not_known),
        TEST(results_may_be_compressed),
        TEST(it_is_told_what_could_not_be_read),
        TEST(a_part_of_them_is_booked),
        TEST(an_odd_one_is_not_made_up),
        TEST(a_refusal_has_no_results),
        TEST(they_are_no_faster_than_the_ledger),
        TEST(the_end_waits_for_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
