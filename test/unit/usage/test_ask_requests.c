// SPDX-License-Identifier: MIT
/* The last requests that match, in pages. */
#include "usage/ask_requests.h"

#include <stdio.h>

#include "ask_scene.h"
#include "http/request_id.h"

struct asking {
    struct ask_requests ask;
    struct ask_found found;
};

static bool run_ask(struct sql *sql, void *arg, struct err *err)
{
    struct asking *asking = arg;

    ask_found_done(&asking->found);
    return ask_requests_run(sql, &asking->ask, &asking->found, err);
}

static struct asking everything(size_t limit)
{
    return (struct asking){ .ask = { .filter = { .until_ms = ASK_NO_END },
                                     .limit = limit,
                                     .patience_ms = 60000 } };
}

/* The numbers of all that match, page by page: "5 4|3 2|1". */
static char *numbers_of(struct ask_scene *scene, struct asking *asking)
{
    struct buf out;
    char *text;

    buf_init(&out, 65536);
    for (;;) {
        if (!ask_scene_read(scene, run_ask, asking)) {
            buf_printf(&out, "%s", scene->err.text);
            break;
        }
        for (size_t i = 0; i < asking->found.count; i++)
            buf_printf(&out, "%s%lld", i ? " " : "",
                       (long long)asking->found.rows[i].number);
        if (!asking->found.more)
            break;
        buf_add(&out, STR("|"));
        asking->ask.goes_on = true;
        asking->ask.after = asking->found.next;
    }
    ask_found_done(&asking->found);
    text = mem_strndup(buf_str(&out).at, buf_str(&out).len);
    buf_done(&out);
    return text;
}

static void asserts(struct ask_scene *scene, struct asking asking,
                    const char *numbers)
{
    char *text = numbers_of(scene, &asking);

    assert_string_equal(text, numbers);
    mem_free(text);
}

/* In four hours, the second of them a year ago; the order of booking is not quite
   that of their ends. */
static const struct ask_booked few[] = {
    { .ended = "2025-11-05T07:10:00Z",
      .key_id = 1,
      .key = "alice",
      .model = "opus",
      .session = "s1",
      .duration_ms = 100,
      .tail = 0x123456789ab,
      .upstream_id = "req_up",
      .client_id = "mine" },
    { .ended = "2026-11-05T07:10:00Z",
      .key_id = 2,
      .key = "bob",
      .group_id = 4,
      .group = "staff",
      .model = "opus",
      .status = 429,
      .cost = 5 },
    { .ended = "2026-11-05T08:00:01Z",
      .key_id = 1,
      .key = "alice",
      .account = "other",
      .model = "haiku",
      .cost = 50 },
    { .ended = "2026-11-05T07:59:59Z",
      .key_id = 2,
      .key = "bob",
      .owner = "ben",
      .model = "opus",
      .ending = 4,
      .partial = true,
      .duration_ms = 7200000,
      .tail = 7,
      .failures = "[{\"status\":401}]" },
    { .ended = "2026-11-05T08:00:02Z",
      .key_id = 3,
      .key = "carol",
      .endpoint = "/v1/files",
      .duration_ms = 290402000,
      .tail = 9,
      .unpriced = true },
    { .ended = "2026-11-06T00:00:00Z",
      .account = "",
      .cost = 500,
      .status = 503 },
};

static void book_few(struct ask_scene *scene)
{
    ask_scene_book(scene, few, COUNT_OF(few));
}

static void the_newest_come_first_in_pages(void **state)
{
    struct ask_scene *scene = *state;

    book_few(scene);
    asserts(scene, everything(50), "6 5 3 4 2 1");
    asserts(scene, everything(1), "6|5|3|4|2|1|");
    asserts(scene, everything(4), "6 5 3 4|2 1");
}

static void filters_pick_them(void **state)
{
    struct ask_scene *scene = *state;
    const struct {
        struct ask_requests ask;
        const char *numbers;
    } cases[] = {
        { { .filter = { .key_id = 1 } }, "3 1" },
        { { .filter = { .key = STR("bob") } }, "4 2" },
        { { .filter = { .key = STR("") } }, "6" },
        { { .filter = { .group = STR("staff") } }, "2" },
        { { .filter = { .owner = STR("ben") } }, "4" },
        { { .filter = { .account = STR("other") } }, "3" },
        { { .filter = { .account = STR("") } }, "6" },
        { { .filter = { .model = STR("opus") } }, "4 2 1" },
        { { .filter = { .model = STR("") } }, "6 5" },
        { { .filter = { .session = STR("s1") } }, "1" },
        { { .filter = { .session = STR("") } }, "6 5 3 4 2" },
        { { .upstream_id = STR("") }, "6 5 3 4 2" },
        { { .client_id = STR("") }, "6 5 3 4 2" },
        { { .endpoint = STR("") }, "" },
        { { .filter = { .key_id = 2, .model = STR("haiku") } }, "" },
        { { .filter = { .model = STR("none") } },
          "nothing has been booked of the model \"none\"" },
        { { .status_min = 400, .status_max = 499 }, "2" },
        { { .status_min = 429, .status_max = 599 }, "6 2" },
        { { .end = RECORD_CLIENT_LEFT }, "4" },
        { { .end_not = RECORD_CLIENT_LEFT }, "6 5 3 2 1" },
        { { .filter = { .others = { .key_id = 1 } } }, "6 5 4 2" },
        { { .filter = { .others = { .key = STR("bob") } } }, "6 5 3 1" },
        { { .filter = { .others = { .group = STR("staff") } } }, "6 5 3 4 1" },
        { { .filter = { .others = { .account = STR("") } } }, "5 3 4 2 1" },
        { { .filter = { .others = { .model = STR("opus") } } }, "6 5 3" },
        { { .filter = { .others = { .model = STR("") } } }, "3 4 2 1" },
        { { .endpoint = STR("/v1/files") }, "5" },
        { { .endpoint = STR("/v1/none") }, "" },
        { { .upstream_id = STR("req_up") }, "1" },
        { { .client_id = STR("mine") }, "1" },
        { { .cost_min_microusd = 50 }, "6 3" },
        { { .duration_min_ms = 101 }, "5 4" },
        { { .partial = ASK_WITH }, "4" },
        { { .partial = ASK_WITHOUT }, "6 5 3 2 1" },
        { { .unpriced = ASK_WITH }, "5" },
        { { .unpriced = ASK_WITHOUT }, "6 3 4 2 1" },
        { { .partial = ASK_WITH, .unpriced = ASK_WITH }, "" },
    };

    book_few(scene);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct asking asking = { .ask = cases[i].ask };

        asking.ask.filter.until_ms = ASK_NO_END;
        asking.ask.limit = 50;
        asking.ask.patience_ms = 60000;
        asserts(scene, asking, cases[i].numbers);
    }
}

static void time_is_bounded_to_the_millisecond(void **state)
{
    struct ask_scene *scene = *state;
    struct asking asking = everything(50);

    book_few(scene);
    asking.ask.filter.since_ms = ask_scene_ms("2026-11-05T07:59:59Z");
    asserts(scene, asking, "6 5 3 4");
    asking.ask.filter.until_ms = ask_scene_ms("2026-11-05T08:00:02Z");
    asserts(scene, asking, "3 4");
    asking.ask.filter.since_ms++;
    asserts(scene, asking, "3");
}

/* Number 4 began two hours before it ended. */
static void an_id_says_when_to_look(void **state)
{
    struct ask_scene *scene = *state;
    static const struct {
        const char *began;
        uint64_t tail;
        const char *numbers;
    } cases[] = {
        { "2025-11-05T07:09:59.900Z", 0x123456789ab, "1" },
        { "2026-11-05T05:59:59Z", 7, "4" },
        /* a request may take as long as it likes */
        { "2026-11-01T23:20:00Z", 9, "5" },
        { "2026-11-05T05:59:59Z", 8, "" },
        { "2026-11-05T05:59:58Z", 7, "" },
        { "2019-11-05T05:59:58Z", 7, "" },
    };

    book_few(scene);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct asking asking = everything(50);

        asking.ask.by_id = true;
        asking.ask.began_ms = ask_scene_ms(cases[i].began);
        asking.ask.tail = cases[i].tail;
        asserts(scene, asking, cases[i].numbers);
    }
}

#define RESULTS "/v1/messages/batches/:/results"

/* The provider's 529, although the client had got a 200 by then. */
static void an_error_inside_an_answer_is_a_529(void **state)
{
    static const struct ask_booked booked[] = {
        { .ended = "2026-11-05T07:10:00Z" },
        { .ended = "2026-11-05T07:10:01Z", .ending = RECORD_ERROR_EVENT },
        { .ended = "2026-11-05T07:10:02Z", .status = 529 },
        { .ended = "2026-11-05T07:10:03Z", .status = 503 },
    };
    static const struct {
        unsigned min;
        unsigned max;
        const char *numbers;
    } cases[] = { { 529, 529, "3 2" },
                  { 500, 599, "4 3 2" },
                  { 200, 200, "2 1" },
                  { 500, 528, "4" } };
    struct ask_scene *scene = *state;

    ask_scene_book(scene, booked, COUNT_OF(booked));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct asking asking = everything(50);

        asking.ask.status_min = cases[i].min;
        asking.ask.status_max = cases[i].max;
        asserts(scene, asking, cases[i].numbers);
    }
}

/* They were fetched in two hours by one request, whose id they have. */
static void an_id_may_be_that_of_a_whole_batch(void **state)
{
    struct ask_scene *scene = *state;
    const struct ask_booked batch[] = {
        { .ended = "2026-11-05T07:59:58Z", .duration_ms = 1000, .batch = true },
        { .ended = "2026-11-05T07:59:59Z", .duration_ms = 2000, .batch = true },
        { .ended = "2026-11-05T07:59:59Z", .duration_ms = 1000 },
        { .ended = "2026-11-05T08:00:01Z", .duration_ms = 4000, .batch = true },
        { .ended = "2026-11-05T08:00:02Z", .duration_ms = 5000 },
    };
    struct asking asking = everything(50);
    struct ask_booked booked[COUNT_OF(batch)];

    for (size_t i = 0; i < COUNT_OF(batch); i++) {
        booked[i] = batch[i];
        booked[i].endpoint = RESULTS;
        booked[i].tail = i == 2 ? 8 : 7;
    }
    ask_scene_book(scene, booked, COUNT_OF(booked));
    asking.ask.by_id = true;
    asking.ask.began_ms = ask_scene_ms("2026-11-05T07:59:57Z");
    asking.ask.tail = 7;
    asserts(scene, asking, "5 4 2 1");
    asking.ask.limit = 1;
    asserts(scene, asking, "2|1|5|4|");
    asking.ask.limit = 3;
    asserts(scene, asking, "5 2 1|4");
    asking.ask.limit = 50;
    asking.ask.patience_ms = 0;
    asserts(scene, asking, "2 1|5 4|");
}

/* However many hours there are in which it could have ended. */
static void an_id_that_is_found_ends_the_search(void **state)
{
    struct ask_scene *scene = *state;
    struct asking asking = everything(1);

    book_few(scene);
    asking.ask.by_id = true;
    asking.ask.began_ms = ask_scene_ms("2026-11-05T05:59:59Z");
    asking.ask.tail = 7;
    asserts(scene, asking, "4");
    asking.ask.limit = 50;
    asking.ask.patience_ms = 0;
    asserts(scene, asking, "4");
}

static void a_row_is_all_that_was_booked(void **state)
{
    struct ask_scene *scene = *state;
    struct asking asking = everything(50);
    const struct ask_booking *row;
    char id[REQUEST_ID_SIZE];

    book_few(scene);
    asking.ask.upstream_id = STR("req_up");
    assert_true(ask_scene_read(scene, run_ask, &asking));
    assert_int_equal(asking.found.count, 1);
    row = &asking.found.rows[0];
    unit_assert_str(row->at[ASK_COLUMN_key].bytes, "alice");
    unit_assert_str(row->at[ASK_COLUMN_account].bytes, "main");
    unit_assert_str(row->at[ASK_COLUMN_session].bytes, "s1");
    unit_assert_str(row->at[ASK_COLUMN_model_asked].bytes, "opus");
    assert_int_equal(row->at[ASK_COLUMN_group].type, SQL_NULL);
    assert_int_equal(row->at[ASK_COLUMN_cost_microusd].number, 0);
    assert_int_equal(row->at[ASK_COLUMN_bytes_out].number, 77);
    request_id_write((uint64_t)row->at[ASK_COLUMN_began_at].number,
                     (uint64_t)row->at[ASK_COLUMN_id].number, id);
    assert_string_equal(id, "req_relay_19a52d9d8dc123456789ab");
    ask_found_done(&asking.found);
}

#define MANY 1500

static void book_many(struct ask_scene *scene)
{
    static char times[MANY][TEXT_TIME_MAX];
    static struct ask_booked many[MANY];

    for (size_t i = 0; i < MANY; i++) {
        /* 20 s apart, each third a quarter of an hour late. */
        text_format_time(1795996800000u + i * 20000 - (i % 3 ? 0 : 900000),
                         times[i]);
        many[i] = (struct ask_booked){ .ended = times[i],
                                       .key_id = i % 100 ? 1 : 2,
                                       .key = i % 100 ? "alice" : "bob",
                                       .cost = (unsigned)(i % 7) };
    }
    ask_scene_book(scene, many, MANY);
}

/* However little time it has: it goes on, and nothing is missing or comes twice. */
static size_t count_all(struct ask_scene *scene, struct asking *asking,
                        size_t *steps)
{
    static bool seen[MANY + 1];
    uint64_t back_ms = INT64_MAX;
    size_t count = 0;

    memset(seen, 0, sizeof(seen));
    *steps = 0;
    do {
        assert_true(ask_scene_read(scene, run_ask, asking));
        for (size_t i = 0; i < asking->found.count; i++, count++) {
            assert_false(seen[asking->found.rows[i].number]);
            seen[asking->found.rows[i].number] = true;
        }
        if (asking->found.more)
            assert_true(asking->found.searched_back_ms <= back_ms + 1800000);
        back_ms = asking->found.searched_back_ms;
        asking->ask.goes_on = true;
        asking->ask.after = asking->found.next;
        (*steps)++;
    } while (asking->found.more);
    ask_found_done(&asking->found);
    return count;
}

/* The same, upwards in time. */
static size_t count_up(struct ask_scene *scene, struct asking *asking,
                       size_t *steps)
{
    int64_t hour_s = 0;
    size_t count = 0;

    *steps = 0;
    do {
        assert_true(ask_scene_read(scene, run_ask, asking));
        count += asking->found.count;
        assert_true(asking->found.next.hour_s >= hour_s || !asking->found.more);
        hour_s = asking->found.next.hour_s;
        asking->ask.goes_on = true;
        asking->ask.after = asking->found.next;
        (*steps)++;
    } while (asking->found.more);
    ask_found_done(&asking->found);
    return count;
}

static void without_time_it_goes_on_step_by_step(void **state)
{
    struct ask_scene *scene = *state;
    struct asking asking = everything(50);
    size_t steps;

    book_many(scene);
    asking.ask.patience_ms = 0;
    assert_int_equal(count_all(scene, &asking, &steps), MANY);
    asking = everything(7);
    assert_int_equal(count_all(scene, &asking, &steps), MANY);
    asking = everything(50);
    asking.ask.patience_ms = 0;
    asking.ask.filter.key_id = 2;
    assert_int_equal(count_all(scene, &asking, &steps), MANY / 100);
    asking = everything(50);
    asking.ask.patience_ms = 0;
    asking.ask.client_id = STR("nobody's");
    assert_int_equal(count_all(scene, &asking, &steps), 0);
    assert_true(steps > 1);
}

static void an_id_is_looked_for_step_by_step(void **state)
{
    struct ask_scene *scene = *state;
    struct asking asking = everything(50);
    size_t steps;

    book_many(scene);
    book_few(scene);
    asking.ask.by_id = true;
    asking.ask.patience_ms = 0;
    asking.ask.began_ms = ask_scene_ms("2025-11-05T07:09:59.900Z");
    asking.ask.tail = 0x123456789ac;
    assert_int_equal(count_up(scene, &asking, &steps), 0);
    assert_true(steps > 5);
    asking.ask.goes_on = false;
    asking.ask.tail = 0x123456789ab;
    assert_int_equal(count_up(scene, &asking, &steps), 1);
    assert_int_equal(steps, 1);
}

static void new_ones_do_not_shift_pages(void **state)
{
    struct ask_scene *scene = *state;
    struct asking asking = everything(3);

    book_few(scene);
    assert_true(ask_scene_read(scene, run_ask, &asking));
    book_few(scene);
    asking.ask.goes_on = true;
    asking.ask.after = asking.found.next;
    asserts(scene, asking, "10 4 8|2 7 1|");
}

static void cursors_are_read_as_written(void **state)
{
    const struct ask_cursor cursor = { 1795996800, 4711 };
    static const char *const bad[] = {
        "",    "-",   "5",     "5-",   "-5",
        "a-5", "5-b", "5-5-5", "5 -5", "9999999999999999999-1"
    };
    char text[ASK_CURSOR_MAX];
    struct ask_cursor got;

    (void)state;
    ask_cursor_write(&cursor, text);
    assert_true(ask_cursor_read(str_of(text), &got));
    assert_int_equal(got.hour_s, cursor.hour_s);
    assert_int_equal(got.number, cursor.number);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(ask_cursor_read(str_of(bad[i]), &got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(the_newest_come_first_in_pages),
        ASK_TEST(filters_pick_them),
        ASK_TEST(an_error_inside_an_answer_is_a_529),
        ASK_TEST(time_is_bounded_to_the_millisecond),
        ASK_TEST(an_id_says_when_to_look),
        ASK_TEST(an_id_may_be_that_of_a_whole_batch),
        ASK_TEST(an_id_that_is_found_ends_the_search),
        ASK_TEST(a_row_is_all_that_was_booked),
        ASK_TEST(without_time_it_goes_on_step_by_step),
        ASK_TEST(an_id_is_looked_for_step_by_step),
        ASK_TEST(new_ones_do_not_shift_pages),
        cmocka_unit_test(cursors_are_read_as_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
