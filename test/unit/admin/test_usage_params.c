// SPDX-License-Identifier: MIT
/* Parameters of the URL, and what they ask. */
#include "admin/usage_params.h"

#include "unit.h"

#define NOW_MS 1795996800000u /* 2026-11-30, 08:00 in the zone */

struct parsing {
    struct arena *arena;
    struct zone *zone;
    struct usage_params params;
    struct err err;
};

static int begin(void **state)
{
    static struct parsing parsing;

    parsing = (struct parsing){ .arena = arena_new(),
                                .zone = zone_fixed(STR("+08:00")) };
    *state = &parsing;
    return 0;
}

static int end(void **state)
{
    struct parsing *parsing = *state;

    arena_free(parsing->arena);
    zone_free(parsing->zone);
    return 0;
}

static const struct usage_params *params_of(struct parsing *parsing,
                                            const char *query)
{
    parsing->params = (struct usage_params){ .arena = parsing->arena,
                                             .query = str_of(query),
                                             .zone = parsing->zone,
                                             .now_ms = NOW_MS };
    return &parsing->params;
}

static struct ask sums_of(struct parsing *parsing, const char *query)
{
    struct ask ask;

    if (!usage_params_sums(params_of(parsing, query), &ask, &parsing->err))
        fail_msg("%s: %s", query, parsing->err.text);
    return ask;
}

static struct ask_requests requests_of(struct parsing *parsing,
                                       const char *query)
{
    struct ask_requests ask;

    if (!usage_params_requests(params_of(parsing, query), &ask, &parsing->err))
        fail_msg("%s: %s", query, parsing->err.text);
    return ask;
}

static void without_parameters_it_is_everything(void **state)
{
    const struct ask ask = sums_of(*state, "");
    const struct ask_requests requests = requests_of(*state, "");

    assert_int_equal(ask.by, ASK_BY_KEY);
    assert_int_equal(ask.filter.since_ms, 0);
    assert_true(ask.filter.until_ms == ASK_NO_END);
    assert_false(ask_has(ask.filter.key) || ask_has(ask.filter.model));
    assert_int_equal(ask.limit, 0);
    assert_int_equal(requests.limit, 50);
    assert_int_equal(requests.patience_ms, ASK_REQUESTS_PATIENCE_MS);
    assert_int_equal(requests.end, RECORD_RUNNING);
    assert_false(requests.by_id || requests.goes_on);
}

static void times_are_those_of_the_zone(void **state)
{
    static const struct {
        const char *query;
        uint64_t since_ms;
        uint64_t until_ms;
    } cases[] = {
        { "since=2026-11-30", NOW_MS - 8 * 3600000, ASK_NO_END },
        { "until=2026-11-30", 0, NOW_MS + 16 * 3600000 },
        { "since=2026-11-30&until=2026-11-30", NOW_MS - 8 * 3600000,
          NOW_MS + 16 * 3600000 },
        { "since=24h", NOW_MS - 86400000, ASK_NO_END },
        { "since=7d&until=1d", NOW_MS - 7 * 86400000, NOW_MS - 86400000 },
        { "since=2026-11-30T00%3A00%3A00Z", NOW_MS, ASK_NO_END },
        { "since=2026-11-30T02:00:00%2B02:00", NOW_MS, ASK_NO_END },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct ask ask = sums_of(*state, cases[i].query);

        assert_true(ask.filter.since_ms == cases[i].since_ms);
        assert_true(ask.filter.until_ms == cases[i].until_ms);
    }
}

static void names_ids_and_nothing(void **state)
{
    struct ask ask = sums_of(*state, "by=model&key=alice%20b&group=7&owner=");

    assert_int_equal(ask.by, ASK_BY_MODEL);
    unit_assert_str(ask.filter.key, "alice b");
    assert_int_equal(ask.filter.key_id, 0);
    assert_int_equal(ask.filter.group_id, 7);
    assert_false(ask_has(ask.filter.group));
    assert_true(ask_has(ask.filter.owner));
    assert_int_equal(ask.filter.owner.len, 0);
    ask = sums_of(*state, "key=0");
    assert_int_equal(ask.filter.key_id, 0);
    unit_assert_str(ask.filter.key, "0");
}

static void requests_have_filters_of_their_own(void **state)
{
    struct ask_requests ask = requests_of(
        *state,
        "status=4xx&end=client_left&endpoint=%2Fv1%2Fmessages&limit=1000"
        "&min_cost_microusd=5&min_duration_ms=6&cursor=498888-17"
        "&upstream_id=u&client_id=c&id=req_relay_19a52d9d8dc123456789ab");

    assert_int_equal(ask.status_min, 400);
    assert_int_equal(ask.status_max, 499);
    assert_int_equal(ask.end, RECORD_CLIENT_LEFT);
    unit_assert_str(ask.endpoint, "/v1/messages");
    assert_int_equal(ask.limit, 1000);
    assert_int_equal(ask.cost_min_microusd, 5);
    assert_int_equal(ask.duration_min_ms, 6);
    assert_true(ask.goes_on && ask.by_id);
    assert_int_equal(ask.after.number, 17);
    assert_int_equal(ask.tail, 0x123456789ab);
    unit_assert_str(ask.upstream_id, "u");
    unit_assert_str(ask.client_id, "c");
    assert_int_equal(ask.partial, ASK_EITHER);
    assert_int_equal(ask.unpriced, ASK_EITHER);
    ask = requests_of(*state, "status=429&partial=true&unpriced=false");
    assert_int_equal(ask.partial, ASK_WITH);
    assert_int_equal(ask.unpriced, ASK_WITHOUT);
    assert_int_equal(ask.status_min, 429);
    assert_int_equal(ask.status_max, 429);
}

static void what_is_wrong_is_said_and_what_is_allowed(void **state)
{
    struct parsing *parsing = *state;
    static const struct {
        const char *query;
        const char *want;
        bool sums;
    } cases[] = {
        { "by=month",
          "by must be key, group, owner, account, model, day, hour "
          "or session, not \"month\"",
          true },
        { "by=", "not \"\"", true },
        { "since=yesterday", "since must be a time like", true },
        { "since=2026-01-01T05:00Z", "not \"2026-01-01T05:00Z\"", true },
        { "since=sk-ant-a", "not \"(not shown)\"", true },
        { "until=2026-02-30", "how long ago, like 36h or 7d", true },
        { "since=1d&until=2d", "since must be before until", true },
        { "since=1d&until=1d", "since must be before until", true },
        { "session=&by=day", "not by group, owner or day", true },
        { "session=x&by=owner", "not by group, owner or day", true },
        { "by=session&group=x", "not by group, owner or day", true },
        { "limit=1000001", "limit must be a whole number of at most 1000000",
          true },
        { "offset=-1", "offset must be", true },
        { "last=5&limit=5", "last does not go with limit and offset", true },
        { "status=99", "such as 429", false },
        { "status=1000", "such as 429", false },
        { "status=0xx", "such as 4xx", false },
        { "end=running", "end must be complete, refused", false },
        { "end=", "end must be", false },
        { "id=req_relay_123", "22 hex digits", false },
        { "id=req_011C", "there is upstream_id", false },
        { "cursor=5", "cursor must be next_cursor", false },
        { "limit=0", "limit must be from 1 to 1000", false },
        { "limit=0&format=csv", "limit must be from 1", false },
        { "limit=1001", "at most 1000", false },
        { "partial=", "partial must be true or false", false },
        { "unpriced=1", "unpriced must be true or false", false },
        { "min_cost_microusd=x", "min_cost_microusd must be", false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct usage_params *params = params_of(parsing, cases[i].query);
        struct ask ask;
        struct ask_requests requests;
        bool fine =
            cases[i].sums
                ? usage_params_sums(params, &ask, &parsing->err)
                : usage_params_requests(params, &requests, &parsing->err);

        if (fine)
            fail_msg("%s is fine", cases[i].query);
        assert_int_equal(parsing->err.code, ERR_BAD_REQUEST);
        unit_assert_part(parsing->err.text, cases[i].want);
    }
}

/* Whoever sealed it reads it. */
static void a_cursor_may_be_the_callers_matter(void **state)
{
    struct parsing *parsing = *state;
    struct usage_params params = *params_of(parsing, "cursor=sealed&limit=5");
    struct ask_requests requests;

    params.own_cursor = true;
    assert_true(usage_params_requests(&params, &requests, &parsing->err));
    assert_false(requests.goes_on);
    assert_int_equal(requests.limit, 5);
}

static void an_answer_is_json_or_csv(void **state)
{
    struct parsing *parsing = *state;
    bool csv;

    assert_true(usage_params_csv(params_of(parsing, ""), &csv, &parsing->err));
    assert_false(csv);
    assert_true(usage_params_csv(params_of(parsing, "format=csv"), &csv,
                                 &parsing->err));
    assert_true(csv);
    assert_false(usage_params_csv(params_of(parsing, "format=xml"), &csv,
                                  &parsing->err));
}

/* A page of JSON; of CSV as many pages as it takes. */
static void rows_may_be_more_than_a_page(void **state)
{
    static const struct {
        const char *query;
        uint64_t rows;
        size_t page;
    } cases[] = {
        { "", 50, 50 },
        { "limit=1000", 1000, 1000 },
        { "format=csv", UINT64_MAX, 1000 },
        { "format=csv&limit=7", 7, 7 },
        { "format=csv&limit=1001", 1001, 1000 },
    };
    struct parsing *parsing = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t rows;

        assert_true(usage_params_rows(params_of(parsing, cases[i].query), &rows,
                                      &parsing->err));
        assert_true(rows == cases[i].rows);
        assert_int_equal(requests_of(parsing, cases[i].query).limit,
                         cases[i].page);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_parameters_it_is_everything),
        TEST(times_are_those_of_the_zone),
        TEST(names_ids_and_nothing),
        TEST(requests_have_filters_of_their_own),
        TEST(what_is_wrong_is_said_and_what_is_allowed),
        TEST(a_cursor_may_be_the_callers_matter),
        TEST(an_answer_is_json_or_csv),
        TEST(rows_may_be_more_than_a_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
