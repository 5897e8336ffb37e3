// SPDX-License-Identifier: MIT
/* Days of another zone. */
#include "usage/ledger_calendar.h"

#include "ledger_changes.h"
#include "ledger_scene.h"

static void apply(struct ledger_scene *scene, const struct zone *zone)
{
    ledger_use_zone(scene->records, zone);
}

#define COLUMNS                                                                \
    "(hour_s, holder, account, model, requests, failed, unpriced, tokens_in,"  \
    " tokens_out, cache_read, cache_write_5m, cache_write_1h, searches,"       \
    " cost_microusd)"

/* Three hours around two midnights: of UTC, and of eight hours ahead. */
static char hours[] = "INSERT INTO total" COLUMNS " VALUES"
                      " (82800, 1, 2, 3, 1, 1, 0, 10, 0, 0, 0, 0, 0, 5),"
                      " (86400, 1, 2, 3, 2, 0, 1, 20, 1, 1, 1, 1, 1, 6),"
                      " (144000, 1, 2, 3, 4, 0, 0, 40, 0, 0, 0, 0, 0, 7),"
                      " (144000, 9, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)";

static void days_are_summed_up_again_for_another_zone(void **state)
{
    struct zone *shanghai = zone_fixed(STR("+08:00"));

    ledger_scene_change(*state, hours);
    apply(*state, zone_utc());
    ledger_scene_expect(*state, "SELECT * FROM daily ORDER BY day, holder",
                        "0 1 2 3 1 1 0 10 0 0 0 0 0 5\n"
                        "1 1 2 3 6 0 1 60 1 1 1 1 1 13\n"
                        "1 9 2 0 1 0 0 0 0 0 0 0 0 0\n");
    apply(*state, shanghai);
    ledger_scene_expect(*state, "SELECT * FROM daily ORDER BY day, holder",
                        "1 1 2 3 3 1 1 30 1 1 1 1 1 11\n"
                        "2 1 2 3 4 0 0 40 0 0 0 0 0 7\n"
                        "2 9 2 0 1 0 0 0 0 0 0 0 0 0\n");
    ledger_scene_expect(*state, "SELECT zone FROM calendar", "+08:00\n");
    zone_free(shanghai);
}

/* It takes a while with millions of bookings. */
static void the_same_zone_changes_nothing(void **state)
{
    static char mark[] = "UPDATE daily SET requests = 77";

    ledger_scene_change(*state, hours);
    apply(*state, zone_utc());
    ledger_scene_change(*state, mark);
    apply(*state, zone_utc());
    ledger_scene_expect(*state, "SELECT DISTINCT requests FROM daily", "77\n");
}

static void a_new_database_has_the_zone(void **state)
{
    apply(*state, zone_utc());
    ledger_scene_expect(*state, "SELECT zone FROM calendar", "UTC\n");
    ledger_scene_expect(*state, "SELECT count(*) FROM daily", "0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(days_are_summed_up_again_for_another_zone),
        LEDGER_TEST(the_same_zone_changes_nothing),
        LEDGER_TEST(a_new_database_has_the_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
