// SPDX-License-Identifier: MIT
/* relay/shown_limit: our limits, as Anthropic tells its own. */
#include "relay/shown_limit.h"

#include "unit.h"

#define HOUR_MS (3600ull * 1000)
#define MONDAY 1764547200000ull /* 2025-12-01 00:00 UTC */
#define NOW (MONDAY + 10 * HOUR_MS)
#define P "anthropic-ratelimit-unified-"

static struct shown_limit of[2];

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        of[i] = (struct shown_limit){ .zone = NULL };
        for (size_t j = 0; j < LIMIT_COUNT; j++)
            of[i].view.at[j].limit = LIMIT_NONE;
    }
    return 0;
}

static void limit(size_t side, enum limit which, uint64_t used, uint64_t at)
{
    of[side].view.at[which].used = used;
    of[side].view.at[which].limit = at;
}

static void expect(const char *text)
{
    struct buf out;

    buf_init(&out, 4096);
    shown_limit_write(of, COUNT_OF(of), NOW, &out);
    unit_assert_str(buf_str(&out), text);
    buf_done(&out);
}

static void nothing_is_told_without_a_limit_of_money(void **state)
{
    (void)state;
    limit(0, LIMIT_RPM, 3, 10);
    expect("");
}

static void a_week_is_seven_days(void **state)
{
    (void)state;
    limit(0, LIMIT_COST_WEEK, 0, 10000000);
    expect(P "status: allowed\r\n" P "reset: 1765152000\r\n" P
             "representative-claim: seven_day\r\n" P "7d-status: allowed\r\n" P
             "7d-reset: 1765152000\r\n" P "7d-utilization: 0\r\n");
}

static void the_one_that_is_used_most_stands_for_all(void **state)
{
    (void)state;
    limit(0, LIMIT_COST_WEEK, 2500000, 10000000);
    limit(0, LIMIT_COST_5H, 810000, 1000000);
    of[0].view.at[LIMIT_COST_5H].opens_ms = NOW + HOUR_MS;
    expect(P "status: allowed_warning\r\n" P "reset: 1764586800\r\n" P
             "representative-claim: five_hour\r\n" P
             "5h-status: allowed_warning\r\n" P "5h-reset: 1764586800\r\n" P
             "5h-utilization: 0.81\r\n" P "5h-surpassed-threshold: 0.8\r\n" P
             "7d-status: allowed\r\n" P "7d-reset: 1765152000\r\n" P
             "7d-utilization: 0.25\r\n");
}

static void the_group_is_told_if_more_of_it_is_used(void **state)
{
    (void)state;
    limit(0, LIMIT_COST_5H, 100000, 1000000);
    limit(1, LIMIT_COST_5H, 9000000, 6000000);
    of[1].view.at[LIMIT_COST_5H].opens_ms = NOW + 2 * HOUR_MS;
    expect(P "status: allowed_warning\r\n" P "reset: 1764590400\r\n" P
             "representative-claim: five_hour\r\n" P
             "5h-status: allowed_warning\r\n" P "5h-reset: 1764590400\r\n" P
             "5h-utilization: 1\r\n" P "5h-surpassed-threshold: 0.8\r\n");
}

/* Clients know no window of a day. */
static void other_limits_have_a_status_and_a_reset(void **state)
{
    (void)state;
    limit(0, LIMIT_COST_DAY, 1, 10000000);
    expect(P "status: allowed\r\n" P "reset: 1764633600\r\n");
    limit(0, LIMIT_COST_MONTH, 5, 10);
    expect(P "status: allowed\r\n" P "reset: 1767225600\r\n");
    limit(1, LIMIT_COST_TOTAL, 0, 0);
    expect(P "status: allowed_warning\r\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_told_without_a_limit_of_money),
        TEST(a_week_is_seven_days),
        TEST(the_one_that_is_used_most_stands_for_all),
        TEST(the_group_is_told_if_more_of_it_is_used),
        TEST(other_limits_have_a_status_and_a_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
