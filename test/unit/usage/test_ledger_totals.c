// SPDX-License-Identifier: MIT
/* Which hour and which day a booking counts for. */
#include "usage/ledger_totals.h"

#include "ledger_scene.h"

struct errand {
    struct ledger_totals totals;
    const struct ledger_row *rows;
    size_t count;
};

static bool run(struct sql *sql, void *arg, struct err *err)
{
    struct errand *errand = arg;

    ledger_totals_clear(&errand->totals);
    for (size_t i = 0; i < errand->count; i++)
        ledger_totals_add(&errand->totals, &errand->rows[i]);
    return ledger_totals_write(&errand->totals, sql, err);
}

static void write_rows(struct ledger_scene *scene, const struct zone *zone,
                       const struct ledger_row *rows, size_t count)
{
    struct errand errand = { .rows = rows, .count = count };

    ledger_totals_init(&errand.totals, zone);
    ledger_scene_do(scene, run, &errand);
    ledger_totals_done(&errand.totals);
}

#define H 3600000u
static const struct booking at_ten = { .ended_ms = 10 * H,
                                       .status = 200,
                                       .ending = RECORD_COMPLETE,
                                       .counts = { 1, 2, 3, 4, 5, 6 },
                                       .cost_microusd = 7,
                                       .flags = BOOKING_COST_KNOWN };
static const struct booking before_eleven = { .ended_ms = 11 * H - 1,
                                              .status = 529,
                                              .ending = RECORD_COMPLETE,
                                              .counts = { 10 } };
static const struct booking at_eleven = { .ended_ms = 11 * H,
                                          .status = 200,
                                          .ending = RECORD_CUT };

static void sums_are_of_the_hour_that_it_ended_in(void **state)
{
    const struct ledger_row rows[] = { { &at_ten, 1, 5, 8, 3, 4 },
                                       { &at_eleven, 2, 5, 0, 3, 0 },
                                       { &before_eleven, 3, 5, 8, 3, 4 } };

    write_rows(*state, zone_utc(), rows, COUNT_OF(rows));
    ledger_scene_expect(*state, "SELECT * FROM total ORDER BY hour_s",
                        "36000 5 3 4 2 1 1 11 2 3 4 5 6 7\n"
                        "39600 5 3 0 1 1 0 0 0 0 0 0 0 0\n");
    ledger_scene_expect(*state, "SELECT * FROM session_hour",
                        "36000 8 3 4 2 1 1 11 2 3 4 5 6 7\n");
    ledger_scene_expect(*state, "SELECT * FROM session_day",
                        "0 8 3 4 2 1 1 11 2 3 4 5 6 7\n");
    ledger_scene_expect(*state, "SELECT * FROM daily ORDER BY model",
                        "0 5 3 0 1 1 0 0 0 0 0 0 0 0\n"
                        "0 5 3 4 2 1 1 11 2 3 4 5 6 7\n");
    ledger_scene_expect(*state,
                        "SELECT hour_s, first_id, last_id FROM hour"
                        " ORDER BY hour_s",
                        "36000 1 3\n39600 2 2\n");
}

static void the_next_batch_adds_to_them(void **state)
{
    const struct ledger_row first[] = { { &at_ten, 5, 1, 1, 1, 1 } };
    const struct ledger_row second[] = { { &at_ten, 9, 1, 1, 1, 1 },
                                         { &at_ten, 4, 2, 1, 1, 1 } };

    write_rows(*state, zone_utc(), first, COUNT_OF(first));
    write_rows(*state, zone_utc(), second, COUNT_OF(second));
    ledger_scene_expect(*state,
                        "SELECT holder, requests, tokens_in, tokens_out,"
                        " cache_read, cache_write_5m, cache_write_1h, searches,"
                        " cost_microusd FROM total ORDER BY holder",
                        "1 2 2 4 6 8 10 12 14\n2 1 1 2 3 4 5 6 7\n");
    ledger_scene_expect(*state, "SELECT requests FROM session_hour", "3\n");
    ledger_scene_expect(*state, "SELECT hour_s, first_id, last_id FROM hour",
                        "36000 4 9\n");
}

static void days_are_those_of_the_zone(void **state)
{
    static const struct {
        const char *zone;
        uint64_t ended_ms;
        const char *want;
    } rows[] = {
        { "+00:00", 24 * H - 1, "0\n" },
        { "+00:00", 24 * H, "1\n" },
        { "+05:30", 24 * H - 1, "1\n" },
        { "+05:30", 18 * H + H / 2, "1\n" },
        { "+05:30", 18 * H + H / 2 - 1, "0\n" },
        { "-08:00", 32 * H - 1, "0\n" },
        { "-08:00", 32 * H, "1\n" },
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct booking booking = { .ended_ms = rows[i].ended_ms };
        const struct ledger_row row = { &booking, 1, (int64_t)i + 1, 0, 1, 1 };
        struct zone *zone = zone_fixed(str_of(rows[i].zone));
        char text[80];

        assert_non_null(zone);
        write_rows(*state, zone, &row, 1);
        (void)snprintf(text, sizeof(text),
                       "SELECT day FROM daily WHERE holder = %zu", i + 1);
        ledger_scene_expect(*state, text, rows[i].want);
        zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(sums_are_of_the_hour_that_it_ended_in),
        LEDGER_TEST(the_next_batch_adds_to_them),
        LEDGER_TEST(days_are_those_of_the_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
