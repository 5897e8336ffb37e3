// SPDX-License-Identifier: MIT
/* The provider's limits of an account, learned from fields of its answers. */
#include "account/quotas.h"

#include <stdio.h>

#include "unit.h"

#define U "anthropic-ratelimit-unified-"
#define NOW_MS 1795900000000u
#define IN(s) (NOW_MS + 1000ull * (s))

struct field {
    const char *name;
    const char *value;
};

/* Fields up to one without a name. */
static bool learn(struct quotas *windows, const struct field *fields,
                  uint64_t now_ms)
{
    struct header at[16];
    struct headers headers;
    size_t count = 0;

    for (; fields[count].name; count++)
        at[count] = (struct header){ str_of(fields[count].name),
                                     str_of(fields[count].value) };
    headers = headers_of(at, count);
    return quotas_learn(windows, &headers, true, now_ms);
}

static const struct quota *get(const struct quotas *windows, const char *name)
{
    const struct quota *window = quotas_find(windows, str_of(name));

    assert_non_null(window);
    return window;
}

static void a_subscriptions_windows_are_told_by_name(void **state)
{
    static const struct field fields[] = {
        { U "status", "allowed" },
        { U "reset", "1795903600" },
        { U "representative-claim", "five_hour" },
        { U "5h-status", "allowed_warning" },
        { U "5h-reset", "1795903600" },
        { U "5h-utilization", "0.815" },
        { "Anthropic-Ratelimit-Unified-7d-Status", "rejected" },
        { U "7d-reset", "1796400000" },
        { U "7d-utilization", "1.02" },
        { U "7d_oi-utilization", "0.5" },
        { "x-other", "1" },
        { NULL, NULL },
    };
    struct quotas windows = { .count = 0 };

    (void)state;
    assert_true(learn(&windows, fields, NOW_MS));
    assert_int_equal(get(&windows, "5h")->status, QUOTA_WARNING);
    assert_int_equal(get(&windows, "5h")->used_ppm, 815000);
    assert_int_equal(get(&windows, "5h")->reset_ms, 1795903600000u);
    assert_int_equal(get(&windows, "7d")->status, QUOTA_REJECTED);
    assert_int_equal(get(&windows, "7d")->used_ppm, 1020000);
    assert_int_equal(get(&windows, "7d_oi")->status, QUOTA_UNKNOWN);
    assert_int_equal(get(&windows, "7d_oi")->reset_ms, 0);
    unit_assert_str(quota_family(get(&windows, "7d_oi")), "oi");
    unit_assert_str(quota_family(get(&windows, "7d")), "");
    assert_string_equal(windows.decisive, "five_hour");
}

/* The amount comes in two fields, in either order. */
static void an_api_keys_limits_are_amounts(void **state)
{
    static const struct field fields[] = {
        { "anthropic-ratelimit-requests-remaining", "40" },
        { "anthropic-ratelimit-requests-limit", "50" },
        { "anthropic-ratelimit-requests-reset", "2026-11-29T08:00:00Z" },
        { "anthropic-ratelimit-input-tokens-limit", "1000000" },
        { "anthropic-ratelimit-input-tokens-remaining", "0" },
        { "anthropic-ratelimit-tokens-limit", "7" },
        { NULL, NULL },
    };
    struct quotas windows = { .count = 0 };

    (void)state;
    assert_true(learn(&windows, fields, NOW_MS));
    assert_int_equal(get(&windows, "requests")->used_ppm, 200000);
    assert_true(get(&windows, "requests")->reset_ms > 0);
    assert_int_equal(get(&windows, "input-tokens")->used_ppm, QUOTA_PPM);
    assert_int_equal(get(&windows, "tokens")->used_ppm, -1);
}

/* Those of other endpoints are others, under the same names. */
static void amounts_are_those_of_messages(void **state)
{
    struct header at[] = {
        { STR("anthropic-ratelimit-requests-remaining"), STR("0") },
        { STR("anthropic-ratelimit-unified-5h-utilization"), STR("0.5") },
    };
    struct headers headers = headers_of(at, COUNT_OF(at));
    struct quotas windows = { .count = 0 };

    (void)state;
    assert_true(quotas_learn(&windows, &headers, false, NOW_MS));
    assert_null(quotas_find(&windows, STR("requests")));
    assert_int_equal(get(&windows, "5h")->used_ppm, 500000);
}

/* The latest of those that are used up, as this answer says. */
static void what_is_used_up_is_there_again_at_its_reset(void **state)
{
    static const struct field fields[] = {
        { "anthropic-ratelimit-requests-remaining", "0" },
        { "anthropic-ratelimit-requests-reset", "2099-11-29T08:00:10Z" },
        { "anthropic-ratelimit-input-tokens-remaining", "0" },
        { "anthropic-ratelimit-input-tokens-reset", "2099-11-29T08:00:50Z" },
        { "anthropic-ratelimit-output-tokens-remaining", "1" },
        { "anthropic-ratelimit-output-tokens-reset", "2099-11-29T08:01:50Z" },
        { "anthropic-ratelimit-tokens-reset", "2099-11-29T08:01:50Z" },
        { NULL, NULL },
    };
    struct quotas windows = { .count = 0 };

    (void)state;
    (void)learn(&windows, fields, NOW_MS);
    assert_int_equal(quotas_rejection(&windows, NOW_MS, STR_EMPTY).spent_ms,
                     get(&windows, "input-tokens")->reset_ms);
    assert_int_equal(quotas_rejection(&windows, IN(1), STR_EMPTY).spent_ms, 0);
}

/* What is paid beside the plan is none of its windows. */
static void overage_is_no_window(void **state)
{
    static const struct field fields[] = {
        { U "5h-status", "rejected" },      { U "5h-reset", "1795903600" },
        { U "overage-status", "rejected" }, { U "overage-reset", "1796400000" },
        { U "overage-utilization", "1.0" }, { NULL, NULL },
    };
    struct quotas windows = { .count = 0 };

    (void)state;
    (void)learn(&windows, fields, NOW_MS);
    assert_null(quotas_find(&windows, STR("overage")));
    assert_int_equal(quotas_rejection(&windows, NOW_MS, STR_EMPTY).until_ms,
                     1795903600000u);
    assert_int_equal(quotas_spare_ppm(&windows, NOW_MS), QUOTA_PPM);
}

static void what_is_odd_is_not_known(void **state)
{
    static const struct field fields[] = {
        { U "5h-status", "sideways" },
        { U "5h-reset", "soon" },
        { U "5h-utilization", "a lot" },
        { U "-status", "allowed" },
        { NULL, NULL },
    };
    static const struct field nothing[] = { { "x", "y" }, { NULL, NULL } };
    struct quotas windows = { .count = 0 };

    (void)state;
    assert_false(learn(&windows, nothing, NOW_MS));
    assert_true(learn(&windows, fields, NOW_MS));
    assert_int_equal(windows.count, 1);
    assert_int_equal(get(&windows, "5h")->status, QUOTA_UNKNOWN);
    assert_int_equal(get(&windows, "5h")->reset_ms, 0);
    assert_int_equal(get(&windows, "5h")->used_ppm, -1);
}

static void quotas_are_bounded(void **state)
{
    struct quotas windows = { .count = 0 };

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        char name[64];
        const struct field fields[] = { { name, "allowed" }, { NULL, NULL } };

        (void)snprintf(name, sizeof(name), U "%ud-status", i);
        (void)learn(&windows, fields, NOW_MS);
    }
    assert_int_equal(windows.count, QUOTAS_MAX);
}

/* The latest of the rejected ones, and no allowed one. */
static void a_rejection_lasts_as_long_as_the_latest(void **state)
{
    static const struct {
        const char *five;
        const char *seven;
        const char *family;
        const char *whole;
        uint64_t until_s;
        bool of_family;
    } rows[] = {
        /* extra usage is paid: it is another limit that refused */
        { "rejected", "allowed", "allowed", "allowed", 0, false },
        { "rejected", "allowed", "allowed", "rejected", 3600, false },
        { "rejected", "rejected", "allowed", "rejected", 345600, false },
        { "rejected", "allowed", "rejected", "rejected", 3600, false },
        { "allowed", "allowed_warning", "allowed", "allowed", 0, false },
        { "allowed", "allowed", "rejected", "rejected", 86400, true },
        { "allowed", "allowed", "allowed", "rejected", 7200, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct field fields[] = {
            { U "status", rows[i].whole },
            { U "reset", "1795907200" },
            { U "5h-status", rows[i].five },
            { U "5h-reset", "1795903600" },
            { U "7d-status", rows[i].seven },
            { U "7d-reset", "1796245600" },
            { U "7d_oi-status", rows[i].family },
            { U "7d_oi-reset", "1795986400" },
            { NULL, NULL },
        };
        struct quotas windows = { .count = 0 };
        struct quota_rejection found;

        (void)learn(&windows, fields, NOW_MS);
        found = quotas_rejection(&windows, NOW_MS, STR("opus"));
        assert_int_equal(found.until_ms,
                         rows[i].until_s ? IN(rows[i].until_s) : 0);
        assert_int_equal(found.of_family, rows[i].of_family);
        /* Another answer, which says nothing of them. */
        found = quotas_rejection(&windows, IN(1), STR("opus"));
        assert_int_equal(found.until_ms, 0);
    }
}

/* It is said of that answer alone, even by one that comes at once. */
static void what_is_said_of_all_together_ends_with_the_answer(void **state)
{
    static const struct field rejected[] = { { U "status", "rejected" },
                                             { U "reset", "1795907200" },
                                             { NULL, NULL } };
    static const struct field other[] = { { U "5h-utilization", "0.1" },
                                          { NULL, NULL } };
    struct quotas windows = { .count = 0 };

    (void)state;
    (void)learn(&windows, rejected, NOW_MS);
    assert_true(quotas_rejection(&windows, NOW_MS, STR_EMPTY).until_ms > 0);
    (void)learn(&windows, other, NOW_MS);
    assert_int_equal(quotas_rejection(&windows, NOW_MS, STR_EMPTY).until_ms, 0);
}

static void use(struct quotas *windows, const char *used, const char *reset,
                uint64_t at_ms)
{
    const struct field fields[] = { { U "5h-utilization", used },
                                    { U "5h-reset", reset },
                                    { NULL, NULL } };

    (void)learn(windows, fields, at_ms);
}

static void the_forecast_is_of_the_present_rate(void **state)
{
    struct quotas windows = { .count = 0 };

    (void)state;
    use(&windows, "0.1", "1795918000", NOW_MS);
    assert_int_equal(quota_runs_out_ms(get(&windows, "5h"), NOW_MS), 0);
    use(&windows, "0.2", "1795918000", IN(1200));
    /* A tenth in 20 minutes: 8 tenths more in 160. */
    assert_int_equal(quota_runs_out_ms(get(&windows, "5h"), IN(1200)),
                     IN(1200 + 9600));
    /* Nothing was heard for more than a tenth of the window. */
    assert_true(quota_runs_out_ms(get(&windows, "5h"), IN(1200 + 1800)) > 0);
    assert_int_equal(quota_runs_out_ms(get(&windows, "5h"), IN(1200 + 1801)),
                     0);
    /* It begins anew before that. */
    use(&windows, "0.21", "1795918000", IN(4800));
    assert_int_equal(quota_runs_out_ms(get(&windows, "5h"), IN(4800)), 0);
    /* Another window: nothing is known of its rate. */
    use(&windows, "0.01", "1795936000", IN(18600));
    assert_int_equal(get(&windows, "5h")->sample_count, 1);
    assert_int_equal(quota_runs_out_ms(get(&windows, "5h"), IN(18600)), 0);
}

/* 2 % are left, for 4 minutes at this rate. */
static void a_forecast_is_never_in_the_past(void **state)
{
    struct quotas windows = { .count = 0 };

    (void)state;
    use(&windows, "0.38", "1795918000", NOW_MS);
    use(&windows, "0.98", "1795918000", IN(7200));
    assert_int_equal(quota_runs_out_ms(get(&windows, "5h"), IN(7439)),
                     IN(7440));
    assert_int_equal(quota_runs_out_ms(get(&windows, "5h"), IN(7440)), 0);
    /* The clock went back. */
    assert_int_equal(quota_runs_out_ms(get(&windows, "5h"), IN(7000)), 0);
}

/* A tenth of it is 17 hours. */
static void a_week_is_known_for_longer(void **state)
{
    static const struct field first[] = { { U "7d_oi-utilization", "0.1" },
                                          { U "7d_oi-reset", "1796500000" },
                                          { NULL, NULL } };
    static const struct field then[] = { { U "7d_oi-utilization", "0.2" },
                                         { U "7d_oi-reset", "1796500000" },
                                         { NULL, NULL } };
    struct quotas windows = { .count = 0 };

    (void)state;
    (void)learn(&windows, first, NOW_MS);
    (void)learn(&windows, then, IN(36000));
    assert_true(quota_runs_out_ms(get(&windows, "7d_oi"), IN(90000)) > 0);
    assert_int_equal(quota_runs_out_ms(get(&windows, "7d_oi"), IN(97000)), 0);
}

static void samples_are_some_time_apart(void **state)
{
    struct quotas windows = { .count = 0 };
    const struct quota *window;

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        use(&windows, "0.5", "1796900000", IN(i * 10));
    window = get(&windows, "5h");
    assert_int_equal(window->sample_count, QUOTA_SAMPLES);
    for (size_t i = 1; i + 1 < window->sample_count; i++)
        assert_true(window->samples[i].at_ms >=
                    window->samples[i - 1].at_ms + 290000);
    assert_int_equal(window->samples[window->sample_count - 1].at_ms, IN(9990));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subscriptions_windows_are_told_by_name),
        cmocka_unit_test(an_api_keys_limits_are_amounts),
        cmocka_unit_test(what_is_odd_is_not_known),
        cmocka_unit_test(quotas_are_bounded),
        cmocka_unit_test(a_rejection_lasts_as_long_as_the_latest),
        cmocka_unit_test(the_forecast_is_of_the_present_rate),
        cmocka_unit_test(what_is_said_of_all_together_ends_with_the_answer),
        cmocka_unit_test(amounts_are_those_of_messages),
        cmocka_unit_test(what_is_used_up_is_there_again_at_its_reset),
        cmocka_unit_test(overage_is_no_window),
        cmocka_unit_test(a_forecast_is_never_in_the_past),
        cmocka_unit_test(a_week_is_known_for_longer),
        cmocka_unit_test(samples_are_some_time_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
