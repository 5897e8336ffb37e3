// SPDX-License-Identifier: MIT
/* Bookings that come late, when those of their hour were removed already: of a clock that
   was put back, say.  Sums stay exact in any zone. */
#include "ledger_changes.h"
#include "ledger_scene.h"
#include "usage/ledger_totals.h"

/* A day of +05:30 begins in the middle of hour 18. */
#define HOUR_MS 3600000u
#define MINUTE_MS 60000u
#define AT(hour, minute) ((hour)*HOUR_MS + (minute)*MINUTE_MS)

struct errand {
    const struct zone *zone;
    struct booking booking;
    int64_t id;
};

static bool run_booking(struct sql *sql, void *arg, struct err *err)
{
    struct errand *errand = arg;
    const struct ledger_row row = { &errand->booking, errand->id, 1, 5, 1, 1 };
    struct ledger_totals totals;
    bool fine;

    ledger_totals_init(&totals, errand->zone);
    ledger_totals_add(&totals, &row);
    fine =
        sql_run(sql,
                "INSERT INTO booking(id, ended_ms, duration_ms, holder,"
                " account, model, status, ending, endpoint, session,"
                " tokens_in, cost_microusd, attempts, tail)"
                " VALUES($1, $2, 1, 1, 1, 1, 200, 1, 1, 5, $3, $4, 1, 1)",
                SQL_VALUES(sql_number(errand->id),
                           sql_number((int64_t)errand->booking.ended_ms),
                           sql_number((int64_t)errand->booking.counts[0]),
                           sql_number((int64_t)errand->booking.cost_microusd)),
                err) &&
        ledger_totals_write(&totals, sql, err);
    ledger_totals_done(&totals);
    return fine;
}

/* Costs differ, so that no other sum is the same. */
static void book(struct ledger_scene *scene, const struct zone *zone,
                 int64_t id, uint64_t ended_ms)
{
    struct errand errand = { .zone = zone,
                             .id = id,
                             .booking = { .ended_ms = ended_ms,
                                          .status = 200,
                                          .ending = RECORD_COMPLETE,
                                          .counts = { 1 },
                                          .cost_microusd = 1u << id,
                                          .flags = BOOKING_COST_KNOWN } };

    ledger_scene_do(scene, run_booking, &errand);
}

static void remove_before(struct ledger_scene *scene, const struct zone *zone,
                          uint64_t before_ms)
{
    ledger_remove_before(scene->records, zone, before_ms);
}

static void use_zone(struct ledger_scene *scene, const struct zone *zone)
{
    ledger_use_zone(scene->records, zone);
}

#define DAYS "SELECT day, requests, cost_microusd FROM daily ORDER BY day"

static void they_count_for_the_day_they_ended_in(void **state)
{
    struct zone *india = zone_fixed(STR("+05:30"));

    use_zone(*state, india);
    book(*state, india, 1, AT(18, 10));
    book(*state, india, 2, AT(18, 40));
    book(*state, india, 3, AT(60, 0)); /* the newest */
    remove_before(*state, india, AT(40, 0));
    ledger_scene_expect(*state, "SELECT id FROM booking", "3\n");
    book(*state, india, 4, AT(18, 50));
    book(*state, india, 5, AT(18, 20));
    book(*state, india, 6, AT(18, 45));
    ledger_scene_expect(*state, "SELECT at_ms, cost_microusd FROM day_head",
                        "66600000 84\n");
    ledger_scene_expect(*state, DAYS, "0 2 34\n1 3 84\n2 1 8\n");
    use_zone(*state, zone_utc());
    ledger_scene_expect(*state, DAYS, "0 5 118\n2 1 8\n");
    use_zone(*state, india);
    ledger_scene_expect(*state, DAYS, "0 2 34\n1 3 84\n2 1 8\n");
    book(*state, india, 7, AT(61, 0));
    remove_before(*state, india, AT(40, 0));
    ledger_scene_expect(*state, "SELECT id FROM booking", "3\n7\n");
    ledger_scene_expect(*state, "SELECT at_ms, cost_microusd FROM day_head",
                        "66600000 84\n");
    zone_free(india);
}

/* What is left of its bookings is not all of it. */
static void their_hour_stays_one_that_was_removed(void **state)
{
    book(*state, zone_utc(), 1, AT(10, 1));
    book(*state, zone_utc(), 2, AT(60, 0));
    remove_before(*state, zone_utc(), AT(40, 0));
    book(*state, zone_utc(), 3, AT(10, 2));
    book(*state, zone_utc(), 4, AT(11, 0)); /* nothing was removed there */
    ledger_scene_expect(*state, "SELECT hour_s, removing FROM hour",
                        "36000 1\n39600 -\n216000 -\n");
    book(*state, zone_utc(), 5, AT(61, 0));
    remove_before(*state, zone_utc(), AT(40, 0));
    ledger_scene_expect(*state, "SELECT id FROM booking", "2\n5\n");
    ledger_scene_expect(*state, "SELECT hour_s, requests FROM total",
                        "36000 2\n39600 1\n216000 1\n219600 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(they_count_for_the_day_they_ended_in),
        LEDGER_TEST(their_hour_stays_one_that_was_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
