// SPDX-License-Identifier: MIT
/* Bookings are priced again. */
#include "usage/reprice.h"

#include <string.h>

#include "base/text.h"
#include "ledger_scene.h"
#include "usage/ledger_store.h"

#define HOUR_MS 3600000ull
#define DAY_MS (24 * HOUR_MS)
#define MIDNIGHT (LEDGER_SCENE_MS / DAY_MS * DAY_MS + DAY_MS)

static struct prices *prices_of(const char *table)
{
    struct err err;
    struct prices *prices = prices_read(str_of(table), &err);

    if (!prices)
        fail_msg("%s", err.text);
    return prices;
}

/* $1 and $2 a million at first, three times that from the next midnight on. */
#define TABLE                                                                  \
    "{\"version\":\"v2\",\"embedded\":false,\"models\":["                      \
    "{\"model\":\"claude-a\",\"input\":1000000,\"output\":2000000},"           \
    "{\"model\":\"claude-a\",\"input\":3000000,\"output\":6000000,"            \
    "\"valid_from\":\"2026-03-02\"},"                                          \
    "{\"model\":\"claude-b\",\"input\":5000000,\"output\":0}]}"

/* ---- writing bookings ---------------------------------------------------- */

struct written {
    struct ledger_store *store;
    struct booking *booking;
};

static bool write_one(struct sql *sql, void *arg, struct err *err)
{
    struct written *written = arg;
    const struct booking *const bookings[] = { written->booking };

    return ledger_store_write(written->store, sql, bookings, 1, err);
}

static bool set_calendar(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    return sql_run(sql, "INSERT INTO calendar(one, zone) VALUES(1, 'UTC')",
                   SQL_NO_VALUES, err);
}

/* 10 tokens of input, 100 of output. */
static void book(struct ledger_scene *scene, struct record record)
{
    struct meter_usage usage = {
        .counts = { [METER_INPUT] = 10, [METER_OUTPUT] = 100 }
    };
    struct written written = { .store = ledger_store_new(zone_utc()) };

    if (!record.usage)
        record.usage = &usage;
    written.booking = ledger_scene_booking(&record);
    ledger_scene_do(scene, write_one, &written);
    ledger_store_free(written.store);
    mem_free(written.booking);
}

/* One of each kind, in the hours from LEDGER_SCENE_MS on. */
static void book_some(struct ledger_scene *scene)
{
    struct meter_usage nothing = { .told = 0 };
    struct record record = ledger_scene_record();

    ledger_scene_do(scene, set_calendar, NULL);
    book(scene, record); /* 1,234 -> 210 */
    record.began_ms += HOUR_MS;
    record.cost_known = false; /* -> 210 */
    book(scene, record);
    record.began_ms += HOUR_MS;
    record.usage = &nothing; /* stays nothing */
    book(scene, record);
    record.usage = NULL;
    record.session = STR_EMPTY;
    record.model = STR("claude-b"); /* -> 50 */
    book(scene, record);
    record.model = STR("claude-c"); /* nobody knows, */
    book(scene, record);
    record.cost_known = true;
    record.cost_microusd = 77; /* and this was known once */
    book(scene, record);
    record = ledger_scene_record();
    record.began_ms += DAY_MS;
    record.cost_microusd = 630; /* the same now */
    book(scene, record);
}

/* ---- pricing them again -------------------------------------------------- */

static struct reprice_page *page_of(const struct reprice_ask *ask)
{
    struct prices *prices = prices_of(TABLE);
    struct reprice_page *page = reprice_page_new(ask, prices);

    prices_unref(prices);
    return page;
}

static struct reprice_ask everything(bool writes)
{
    return (struct reprice_ask){ .until_ms = LEDGER_SCENE_MS + 100 * DAY_MS,
                                 .writes = writes,
                                 .zone = zone_utc() };
}

static void expect_tally(const struct reprice_tally *tally, const char *want)
{
    struct buf text;

    buf_init(&text, 10000);
    for (size_t i = 0; i < tally->count; i++) {
        const struct reprice_sum *sum = &tally->at[i];

        (void)buf_printf(&text,
                         "%s %" PRIu64 " changed %" PRIu64 " unpriced %" PRIu64
                         " $%" PRIu64 " -> $%" PRIu64 "\n",
                         sum->model, sum->requests, sum->changed, sum->unpriced,
                         sum->before_microusd, sum->after_microusd);
    }
    unit_assert_str(buf_str(&text), want);
    buf_done(&text);
}

static void reprice(struct ledger_scene *scene, const struct reprice_ask *ask,
                    const char *want)
{
    struct reprice_page *page = page_of(ask);

    ledger_scene_do(scene, reprice_page_run, page);
    assert_true(page->done);
    expect_tally(&page->tally, want);
    reprice_page_free(page);
}

#define COSTS "SELECT id, cost_microusd FROM booking ORDER BY id"
#define BEFORE "1 1234\n2 -\n3 -\n4 -\n5 -\n6 77\n7 630\n"
#define AFTER "1 210\n2 210\n3 -\n4 50\n5 -\n6 77\n7 630\n"

#define CHANGES                                                                \
    "claude-a-20260101 3 changed 2 unpriced 0 $1864 -> $1050\n"                \
    "claude-b 1 changed 1 unpriced 0 $0 -> $50\n"                              \
    "claude-c 2 changed 0 unpriced 1 $77 -> $77\n"

/* Four tables of sums, and the rows they are of. */
static void expect_sums_of_rows(struct ledger_scene *scene)
{
    static const char *const differences[] = {
        "SELECT (SELECT sum(cost_microusd) FROM total) -"
        " (SELECT sum(cost_microusd) FROM booking),"
        " (SELECT sum(unpriced) FROM total) - (SELECT count(*) FROM booking"
        " WHERE cost_microusd IS NULL AND tokens_in IS NOT NULL)",
        "SELECT sum(a), sum(b) FROM (SELECT t.cost_microusd -"
        " COALESCE(sum(b.cost_microusd), 0) AS a, t.unpriced - sum(CASE WHEN"
        " b.cost_microusd IS NULL AND b.tokens_in IS NOT NULL THEN 1 ELSE 0"
        " END) AS b FROM daily t JOIN booking b ON b.ended_ms / 86400000 ="
        " t.day AND b.holder = t.holder AND b.model = t.model GROUP BY t.day,"
        " t.holder, t.account, t.model, t.cost_microusd, t.unpriced)",
        "SELECT (SELECT sum(cost_microusd) FROM session_hour) -"
        " (SELECT sum(cost_microusd) FROM booking WHERE session IS NOT NULL),"
        " (SELECT sum(unpriced) FROM session_hour) - (SELECT count(*) FROM"
        " booking WHERE cost_microusd IS NULL AND tokens_in IS NOT NULL AND"
        " session IS NOT NULL)",
        "SELECT (SELECT sum(cost_microusd) FROM session_day) -"
        " (SELECT sum(cost_microusd) FROM session_hour),"
        " (SELECT sum(unpriced) FROM session_day) -"
        " (SELECT sum(unpriced) FROM session_hour)",
    };

    for (size_t i = 0; i < COUNT_OF(differences); i++)
        ledger_scene_expect(scene, differences[i], "0 0\n");
}

static void what_would_change_is_shown_first(void **state)
{
    const struct reprice_ask ask = everything(false);

    book_some(*state);
    reprice(*state, &ask, CHANGES);
    ledger_scene_expect(*state, COSTS, BEFORE);
    expect_sums_of_rows(*state);
}

/* A late one may have a number among those that are kept; its sums are told apart by
   days no more. */
static void what_is_being_removed_stays_as_it_is(void **state)
{
    const struct reprice_ask ask = everything(true);

    book_some(*state);
    ledger_scene_change(*state, "UPDATE hour SET removing = 1 WHERE hour_s ="
                                " (SELECT min(hour_s) + 3600 FROM hour)");
    reprice(*state, &ask,
            "claude-a-20260101 2 changed 1 unpriced 0 $1864 -> $840\n"
            "claude-b 1 changed 1 unpriced 0 $0 -> $50\n"
            "claude-c 2 changed 0 unpriced 1 $77 -> $77\n");
    ledger_scene_expect(*state, COSTS,
                        "1 210\n2 -\n3 -\n4 50\n5 -\n6 77\n7 630\n");
}

static void rows_and_sums_change_together(void **state)
{
    const struct reprice_ask ask = everything(true);

    book_some(*state);
    reprice(*state, &ask, CHANGES);
    ledger_scene_expect(*state, COSTS, AFTER);
    expect_sums_of_rows(*state);
    ledger_scene_expect(*state,
                        "SELECT b.id, w.text FROM booking b JOIN word w"
                        " ON w.id = b.prices ORDER BY b.id",
                        "1 v2:de3045\n2 v2:de3045\n3 v1\n4 v2:de3045\n"
                        "5 v1\n6 v1\n7 v1\n");
}

static void again_changes_nothing(void **state)
{
    const struct reprice_ask ask = everything(true);

    book_some(*state);
    reprice(*state, &ask, CHANGES);
    reprice(*state, &ask,
            "claude-a-20260101 3 changed 0 unpriced 0 $1050 -> $1050\n"
            "claude-b 1 changed 0 unpriced 0 $50 -> $50\n"
            "claude-c 2 changed 0 unpriced 1 $77 -> $77\n");
    ledger_scene_expect(*state, COSTS, AFTER);
}

static void only_what_is_asked_for(void **state)
{
    struct reprice_ask ask = everything(true);

    book_some(*state);
    text_copy(ask.model, sizeof(ask.model), STR("*-b"));
    reprice(*state, &ask, "claude-b 1 changed 1 unpriced 0 $0 -> $50\n");
    ask.model[0] = '\0';
    ask.since_ms = LEDGER_SCENE_MS + HOUR_MS;
    ask.until_ms = LEDGER_SCENE_MS + 2 * HOUR_MS;
    reprice(*state, &ask,
            "claude-a-20260101 1 changed 1 unpriced 0 $0 -> $210\n");
    ask.since_ms = LEDGER_SCENE_MS + 2000;
    ask.until_ms = LEDGER_SCENE_MS + 2001;
    reprice(*state, &ask, "");
    expect_sums_of_rows(*state);
}

/* At its prices when it came, however its duration is rounded. */
static void book_at(struct ledger_scene *scene, uint64_t came_ms,
                    uint64_t duration_us)
{
    struct meter_usage usage = { .came_ms = came_ms };
    struct record record = ledger_scene_record();
    struct prices *prices = prices_of(TABLE);

    usage.counts[METER_INPUT] = 10;
    record.began_ms = came_ms;
    record.duration_us = duration_us;
    record.first_byte_us = duration_us * 3 / 4;
    record.usage = &usage;
    record.cost_known =
        prices_cost(prices, record.model, record.usage, &record.cost_microusd);
    assert_true(record.cost_known);
    assert_int_equal(record.cost_microusd, came_ms < MIDNIGHT ? 10 : 30);
    book(scene, record);
    prices_unref(prices);
}

static void at_midnight_nothing_changes_by_the_same_prices(void **state)
{
    static const uint64_t durations_us[] = { 0,    1,    999,    1000,
                                             1001, 1999, 700999, 90000000 };
    const struct reprice_ask ask = everything(false);

    ledger_scene_do(*state, set_calendar, NULL);
    for (size_t i = 0; i < COUNT_OF(durations_us); i++) {
        for (uint64_t ms = MIDNIGHT - 2; ms < MIDNIGHT + 2; ms++)
            book_at(*state, ms, durations_us[i]);
    }
    reprice(*state, &ask,
            "claude-a-20260101 32 changed 0 unpriced 0 $640 -> $640\n");
}

/* 1,000 in a transaction that writes. */
static void many_are_priced_page_by_page(void **state)
{
    struct reprice_ask ask = everything(true);
    struct reprice_tally tally = { .count = 0 };
    struct record record = ledger_scene_record();
    size_t pages = 0;
    bool done = false;

    book_some(*state);
    for (size_t i = 0; i < 1500; i++) {
        record.began_ms++;
        book(*state, record);
    }
    while (!done) {
        struct reprice_page *page = page_of(&ask);

        ledger_scene_do(*state, reprice_page_run, page);
        expect_sums_of_rows(*state);
        reprice_tally_merge(&tally, &page->tally);
        ask.after = page->next;
        done = page->done;
        pages++;
        reprice_page_free(page);
    }
    assert_int_equal(pages, 2);
    expect_tally(&tally, "claude-a-20260101 1503 changed 1502 unpriced 0"
                         " $1852864 -> $316050\n"
                         "claude-b 1 changed 1 unpriced 0 $0 -> $50\n"
                         "claude-c 2 changed 0 unpriced 1 $77 -> $77\n");
    reprice_tally_done(&tally);
}

/* At any statement: nothing is changed, and the same again is right. */
static void a_page_that_fails_changes_nothing(void **state)
{
    struct ledger_scene *scene = *state;
    const struct reprice_ask ask = everything(true);
    struct reprice_page *page = page_of(&ask);

    book_some(scene);
    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, 2);
    ledger_scene_do(scene, reprice_page_run, page);
    expect_tally(&page->tally, CHANGES);
    ledger_scene_expect(scene, COSTS, AFTER);
    expect_sums_of_rows(scene);
    reprice_page_free(page);
}

static void days_of_another_zone_are_left_alone(void **state)
{
    struct ledger_scene *scene = *state;
    struct reprice_ask ask = everything(true);
    struct zone *zone = zone_fixed(STR("+08:00"));
    struct reprice_page *page;
    struct err err = { 0 };

    book_some(scene);
    ask.zone = zone;
    page = page_of(&ask);
    assert_false(records_do(scene->records,
                            &(struct records_work){ .run = reprice_page_run,
                                                    .arg = page },
                            &err));
    unit_assert_part(err.text, "another time zone than +08:00");
    ledger_scene_expect(scene, COSTS, BEFORE);
    reprice_page_free(page);
    zone_free(zone);
}

static void it_knows_from_when_on_bookings_are_kept(void **state)
{
    struct reprice_look look = { .rows_from_ms = 5 };

    ledger_scene_do(*state, reprice_look_run, &look);
    assert_string_equal(look.zone, "");
    assert_int_equal(look.rows_from_ms, 0);
    assert_int_equal(look.sums_from_ms, 0);
    book_some(*state);
    ledger_scene_do(*state, reprice_look_run, &look);
    assert_string_equal(look.zone, "UTC");
    assert_int_equal(look.rows_from_ms, LEDGER_SCENE_MS);
    assert_int_equal(look.sums_from_ms, LEDGER_SCENE_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(what_would_change_is_shown_first),
        LEDGER_TEST(what_is_being_removed_stays_as_it_is),
        LEDGER_TEST(rows_and_sums_change_together),
        LEDGER_TEST(again_changes_nothing),
        LEDGER_TEST(only_what_is_asked_for),
        LEDGER_TEST(at_midnight_nothing_changes_by_the_same_prices),
        LEDGER_TEST(many_are_priced_page_by_page),
        LEDGER_TEST(a_page_that_fails_changes_nothing),
        LEDGER_TEST(days_of_another_zone_are_left_alone),
        LEDGER_TEST(it_knows_from_when_on_bookings_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
