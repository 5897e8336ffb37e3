// SPDX-License-Identifier: MIT
/* What is used of limits, as documents. */
#include "admin/use_doc.h"

#include "base/mem.h"
#include "team/admission.h"
#include "unit.h"

#define MONDAY 1795996800000ull

static void only_limits_that_there_are_are_shown(void **state)
{
    struct counters *counters = counters_new(NULL, SUBJECT_OF_KEY(1));
    struct limits limits;
    const struct use_doc_of of = { .counters = counters,
                                   .limits = &limits,
                                   .zone = zone_utc(),
                                   .now = { 1000, MONDAY } };

    (void)state;
    limits_init(&limits);
    unit_assert_doc(use_doc_limits(&of), "{}");
    unit_assert_doc(use_doc_total(&of), "{\"requests\":0,\"input_tokens\":0,"
                                        "\"output_tokens\":0,\"cost\":0}");
    limits.at[LIMIT_RPM] = 0;
    limits.at[LIMIT_COST_TOTAL] = 3100000;
    unit_assert_doc(use_doc_limits(&of),
                    "{\"rpm\":{\"limit\":0,\"used\":0,\"reserved\":0,"
                    "\"resets_at\":null},\"cost_total\":{\"limit\":3.1,"
                    "\"used\":0,\"reserved\":0,\"resets_at\":null}}");
    counters_unref(counters);
}

static void what_is_used_and_held_is_shown(void **state)
{
    struct counters *counters = counters_new(NULL, SUBJECT_OF_KEY(1));
    struct limits limits;
    const struct counters_now now = { 1000, MONDAY };
    struct admission settled = { 0 };
    struct admission held = { 0 };
    struct limit_refusal why;
    const struct use_doc_of of = {
        .counters = counters, .limits = &limits, .zone = zone_utc(), .now = now
    };
    struct admission_ask ask = {
        .of = { { .counters = counters,
                  .limits = &limits,
                  .zone = zone_utc() } },
        .counted = true,
        .cost_microusd = 200000,
    };

    (void)state;
    limits_init(&limits);
    limits.at[LIMIT_COST_DAY] = 5000000;
    assert_int_equal(admission_reserve(&settled, &ask, now, &why),
                     ADMISSION_GRANTED);
    admission_settle(&settled,
                     &(struct admission_truth){ .tokens_in = 7,
                                                .cost_microusd = 100001,
                                                .sent = true },
                     now);
    assert_int_equal(admission_reserve(&held, &ask, now, &why),
                     ADMISSION_GRANTED);
    unit_assert_doc(use_doc_limits(&of),
                    "{\"cost_day\":{\"limit\":5,\"used\":0.100001,"
                    "\"reserved\":0.2,"
                    "\"resets_at\":\"2026-12-01T00:00:00.000Z\"}}");
    unit_assert_doc(use_doc_total(&of),
                    "{\"requests\":1,\"input_tokens\":7,"
                    "\"output_tokens\":0,\"cost\":0.100001}");
    admission_settle(&held, &(struct admission_truth){ .sent = false }, now);
    counters_unref(counters);
}

/* Quarter hours of the day of the zone, of 30 days, and all. */
static void what_was_used_lately_is_shown_beside_all(void **state)
{
    static const struct {
        uint64_t days;
        uint64_t microusd;
    } used[] = {
        { 0, 1000000 }, { 1, 2000000 }, { 29, 4000000 }, { 31, 8000000 }
    };
    struct counters *counters = counters_new(NULL, SUBJECT_OF_KEY(1));
    struct json_doc *doc = json_doc_new_object();
    struct limits limits;
    const struct use_doc_of of = { .counters = counters,
                                   .limits = &limits,
                                   .zone = zone_utc(),
                                   .now = { 1000, MONDAY } };

    (void)state;
    limits_init(&limits);
    for (size_t i = 0; i < COUNT_OF(used); i++)
        counters_add_saved(counters,
                           &(struct use_quarter){
                               .start_s = MONDAY / 1000 - used[i].days * 86400,
                               .use = { .requests = 1,
                                        .cost_microusd = used[i].microusd } });
    use_doc_set(doc, &of);
#define SUMS(requests, cost)                                                   \
    "{\"requests\":" requests ",\"input_tokens\":0,\"output_tokens\":0,"       \
    "\"cost\":" cost "}"
    unit_assert_doc(
        doc, "{\"used\":{},\"total\":" SUMS("4", "15") ",\"today\":" SUMS(
                 "1", "1") ",\"last_30d\":" SUMS("3", "7") "}");
    counters_unref(counters);
}

/* A calendar window ends whether something was used in it or not. */
static void calendar_windows_say_when_they_end(void **state)
{
    struct counters *counters = counters_new(NULL, SUBJECT_OF_KEY(1));
    struct limits limits;
    const struct use_doc_of of = { .counters = counters,
                                   .limits = &limits,
                                   .zone = zone_utc(),
                                   .now = { 1000, MONDAY } };
    static const struct {
        enum limit limit;
        const char *resets_at;
    } rows[] = {
        { LIMIT_RPM, NULL },
        { LIMIT_RPD, "2026-12-01T00:00:00.000Z" },
        { LIMIT_CONCURRENCY, NULL },
        { LIMIT_COST_5H, NULL },
        { LIMIT_COST_DAY, "2026-12-01T00:00:00.000Z" },
        { LIMIT_COST_WEEK, "2026-12-07T00:00:00.000Z" },
        { LIMIT_COST_MONTH, "2026-12-01T00:00:00.000Z" },
        { LIMIT_COST_TOTAL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        limits.at[i] = 1;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_doc *doc = use_doc_limits(&of);
        const char *name = limit_kinds[rows[i].limit].name;
        struct str text = STR_EMPTY;

        (void)json_doc_get_str(json_doc_get(doc, name), "resets_at", &text);
        assert_true(
            str_eq(text, str_of(rows[i].resets_at ? rows[i].resets_at : "")));
        json_doc_free(doc);
    }
    counters_unref(counters);
}

/* A limit that is added has its row in both tables. */
static void the_tables_name_every_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        assert_string_equal(use_doc_limits_members[i].name,
                            limit_kinds[i].name);
        assert_string_equal(use_doc_set_members[i].name, limit_kinds[i].name);
        assert_string_equal(use_doc_shown_members[i].name, limit_kinds[i].name);
    }
    assert_null(use_doc_limits_members[LIMIT_COUNT].text);
    assert_null(use_doc_set_members[LIMIT_COUNT].text);
    assert_null(use_doc_shown_members[LIMIT_COUNT].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_limits_that_there_are_are_shown),
        cmocka_unit_test(what_is_used_and_held_is_shown),
        cmocka_unit_test(what_was_used_lately_is_shown_beside_all),
        cmocka_unit_test(calendar_windows_say_when_they_end),
        cmocka_unit_test(the_tables_name_every_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
