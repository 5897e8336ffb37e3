// SPDX-License-Identifier: MIT
/* How things are, as events. */
#include "notify/look.h"

#include <stdio.h>
#include <string.h>

#include "account/kinds.h"
#include "account/vitals.h"
#include "notify/watch.h"
#include "team.h"
#include "team/admission.h"

#define NOW_MS 1795900000000u
#define HOUR_MS 3600000u

struct seen {
    char text[2048]; /* "window:main:5h=830000 " */
    struct event last;
};

static void see(void *arg, const struct event *event)
{
    struct seen *seen = arg;
    size_t len = strlen(seen->text);
    char id[EVENT_ID_MAX];

    event_id(event, id);
    (void)snprintf(seen->text + len, sizeof(seen->text) - len, "%s", id);
    len = strlen(seen->text);
    if (event_rows[event->kind].begins_ppm > 0)
        (void)snprintf(seen->text + len, sizeof(seen->text) - len, "=%lld",
                       (long long)event->used_ppm);
    (void)strncat(seen->text, event->goes_on ? "... " : " ", 5);
    seen->last = *event;
}

static struct look look_of(struct seen *seen)
{
    *seen = (struct seen){ .text = "" };
    return (struct look){ .see = see, .arg = seen, .now = { 1000, NOW_MS } };
}

/* ---- accounts ------------------------------------------------------------ */

static struct account *named(const char *name, const char *doc)
{
    struct err err;
    struct json_doc *parsed = json_doc_parse(str_of(doc), &err);
    struct account *account =
        account_from_doc(&account_kind_oauth, str_of(name), parsed);

    json_doc_free(parsed);
    account->vitals = vitals_new();
    return account;
}

static struct account *account_of(const char *doc)
{
    return named("main", doc);
}

#define FILE_OF(more)                                                           \
    "{\"access_token\":\"sk-ant-oat01-a\",\"refresh_token\":\"sk-ant-ort01-a\"" \
    ",\"expires_at\":\"2099-01-01T00:00:00Z\"" more "}"
#define POOLED ",\"pool\":true"

static void learn(struct account *account, unsigned status, const char *error,
                  const char *const *fields)
{
    struct header at[12] = { { .name = STR_EMPTY } };
    struct headers headers;
    size_t count = 0;

    for (; fields && fields[2 * count]; count++)
        at[count] = (struct header){ str_of(fields[2 * count]),
                                     str_of(fields[2 * count + 1]) };
    headers = headers_of(at, count);
    (void)vitals_learn(account->vitals,
                       &(struct vitals_answer){ .status = status,
                                                .headers = &headers,
                                                .error = str_of(error),
                                                .now_ms = NOW_MS });
}

/* What is seen of this one alone. */
static void check_one(struct account *account, const char *want)
{
    struct account *at[] = { account };
    struct account_list *list = account_list_new(at, 1);
    struct seen seen;
    struct look look = look_of(&seen);

    look_accounts(&look, list);
    assert_string_equal(seen.text, want);
    account_list_unref(list);
}

static const char *const used[] = {
    "anthropic-ratelimit-unified-5h-status",
    "allowed_warning",
    "anthropic-ratelimit-unified-5h-reset",
    "1795903600",
    "anthropic-ratelimit-unified-5h-utilization",
    "0.83",
    "anthropic-ratelimit-unified-7d-status",
    "rejected",
    "anthropic-ratelimit-unified-7d-reset",
    "1795903700",
    NULL
};
static const char *const past[] = {
    "anthropic-ratelimit-unified-5h-status",
    "allowed_warning",
    "anthropic-ratelimit-unified-5h-reset",
    "1795900000",
    "anthropic-ratelimit-unified-5h-utilization",
    "0.83",
    NULL
};
static const char *const no_reset[] = {
    "anthropic-ratelimit-unified-7d-utilization", "0.9", NULL
};
static const char *const rates[] = { "anthropic-ratelimit-requests-limit",
                                     "100",
                                     "anthropic-ratelimit-requests-remaining",
                                     "1",
                                     "anthropic-ratelimit-requests-reset",
                                     "2099-01-01T00:00:00Z",
                                     NULL };

static const struct {
    const char *doc;
    unsigned status; /* 0: nothing is learned */
    const char *error;
    const char *const *fields;
    const char *want;
} accounts[] = {
    { FILE_OF(""), 0, "", NULL, "" },
    { FILE_OF(""), 200, "", used,
      "window:main:5h=830000 window:main:7d=1000000 " },
    { FILE_OF(""), 200, "", past, "" },
    { FILE_OF(""), 200, "", no_reset, "window:main:7d=900000 " },
    { FILE_OF(""), 200, "", rates, "" },
    { FILE_OF(",\"enabled\":false"), 200, "", used, "" },
    { FILE_OF(""), 401, "authentication_error: Invalid bearer token", NULL,
      "account_login_required:main accounts_paused:all " },
    { FILE_OF(""), 400, "invalid_request_error: Your credit balance is too low",
      NULL, "account_blocked:main accounts_paused:all " },
    { FILE_OF(""), 429, "", used,
      "window:main:5h=830000 window:main:7d=1000000 accounts_paused:all " },
    /* A soft pause gives way if there is no other. */
    { FILE_OF(""), 429, "", NULL, "" },
    { "{}", 0, "", NULL, "account_unusable:main accounts_paused:all " },
    { "{\"access_token\":\"sk-ant-oat01-a\",\"expires_at\":"
      "\"2020-01-01T00:00:00Z\"}",
      0, "", NULL, "account_login_required:main accounts_paused:all " },
};

static void each_account_is_seen_as_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(accounts); i++) {
        struct account *account = account_of(accounts[i].doc);

        if (accounts[i].status > 0)
            learn(account, accounts[i].status, accounts[i].error,
                  accounts[i].fields);
        check_one(account, accounts[i].want);
    }
}

/* Nobody said when it ends, but it is over when it has lasted as long as it can. */
static void a_window_without_an_end_ends_all_the_same(void **state)
{
    static const struct {
        uint64_t later_ms;
        const char *want;
    } rows[] = {
        { 0, "window:main:7d=900000 " },
        { 7 * 24 * HOUR_MS - 1, "window:main:7d=900000 " },
        { 7 * 24 * HOUR_MS, "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct account *account = account_of(FILE_OF(""));
        struct account_list *list = account_list_new(&account, 1);
        struct seen seen;
        struct look look = look_of(&seen);

        learn(account, 200, "", no_reset);
        look.now.wall_ms += rows[i].later_ms;
        look_accounts(&look, list);
        assert_string_equal(seen.text, rows[i].want);
        assert_int_equal(seen.last.until_ms, 0);
        account_list_unref(list);
    }
}

static void a_grant_that_was_refused_and_tokens_that_are_not_saved(void **state)
{
    struct account *refused = account_of(FILE_OF(""));
    struct account *unsaved = account_of(FILE_OF(""));

    (void)state;
    refused->login_required = true;
    check_one(refused, "account_login_required:main accounts_paused:all ");
    (void)snprintf(unsaved->unsaved, sizeof(unsaved->unsaved), "disk full");
    check_one(unsaved, "token_unsaved:main ");
}

/* What others wrote is told as text that can be sent. */
static void reasons_are_visible_text(void **state)
{
    struct account *account = account_of(FILE_OF(""));
    struct account_list *list = account_list_new(&account, 1);
    struct seen seen;
    struct look look = look_of(&seen);

    (void)state;
    (void)snprintf(account->unsaved, sizeof(account->unsaved), "a\nb\xff");
    look_accounts(&look, list);
    assert_string_equal(seen.last.why, "a?b?");
    account_list_unref(list);
}

/* The pool is told of if others still serve. */
static void the_pool_may_be_alone_in_it(void **state)
{
    struct account *at[] = { named("a", FILE_OF(POOLED)),
                             named("b", FILE_OF("")) };
    struct account_list *list = account_list_new(at, 2);
    struct seen seen;
    struct look look = look_of(&seen);

    (void)state;
    vitals_hold(at[0]->vitals, NOW_MS + HOUR_MS, STR("x"), NOW_MS);
    look_accounts(&look, list);
    assert_string_equal(seen.text, "accounts_paused:pool ");
    assert_int_equal(seen.last.until_ms, NOW_MS + HOUR_MS);
    vitals_hold(at[1]->vitals, NOW_MS + HOUR_MS / 2, STR("x"), NOW_MS);
    look = look_of(&seen);
    look_accounts(&look, list);
    assert_string_equal(seen.text,
                        "accounts_paused:all accounts_paused:pool... ");
    assert_int_equal(seen.last.until_ms, NOW_MS + HOUR_MS);
    account_list_unref(list);
    list = account_list_new(NULL, 0);
    look = look_of(&seen);
    look_accounts(&look, list);
    assert_string_equal(seen.text, "");
    account_list_unref(list);
}

/* What is wrong with its file does not mend it. */
static void a_bad_file_hides_what_goes_on(void **state)
{
    struct account *account = account_of(FILE_OF(""));

    (void)state;
    learn(account, 401, "authentication_error: Invalid bearer token", NULL);
    (void)snprintf(account->problem, sizeof(account->problem), "no trust file");
    check_one(account, "account_unusable:main account_login_required:main... "
                       "accounts_paused:all ");
}

/* ---- bookings ------------------------------------------------------------ */

static void bookings_that_wait_for_long_are_seen(void **state)
{
    static const struct {
        struct ledger_state ledger;
        const char *want;
        const char *why;
    } rows[] = {
        { { .waiting = 5, .waiting_ms = 9999 }, "", "" },
        { { .waiting = 5, .waiting_ms = 10000 }, "bookings_unsaved ", "" },
        { { .waiting = 5, .losing = true, .lost = 3 },
          "bookings_unsaved ",
          "there is no more room, and 3 are lost" },
        { { .lost = 3 }, "", "" },
    };
    struct seen seen;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct look look = look_of(&seen);

        look_bookings(&look, &rows[i].ledger);
        assert_string_equal(seen.text, rows[i].want);
        assert_string_equal(seen.last.why, rows[i].why);
    }
}

/* ---- keys and groups ----------------------------------------------------- */

/* All keys and groups of a scene share their counters. */
static void spend(struct team *team, uint64_t microusd)
{
    struct limits limits;
    struct admission admission = { .state = ADMISSION_NONE };
    struct counters_now now = { 1000, NOW_MS };
    struct limit_refusal why;

    limits_init(&limits);
    assert_int_equal(admission_reserve(&admission,
                                       &(struct admission_ask){
                                           .of = { { .counters =
                                                         team->keys.counters,
                                                     .limits = &limits,
                                                     .changed_ms = 1000 } },
                                           .counted = true },
                                       now, &why),
                     ADMISSION_GRANTED);
    admission_settle(&admission,
                     &(struct admission_truth){ .cost_microusd = microusd,
                                                .sent = true },
                     now);
}

static void check_team(struct team *team, const char *want)
{
    struct look_keys at = { .groups = false };
    struct seen seen;
    struct look look = look_of(&seen);

    assert_true(look_keys(&look, &at, team->ring, 1000));
    assert_string_equal(seen.text, want);
    assert_false(at.groups);
    assert_int_equal(at.after, 0);
}

static void budgets_are_seen_and_rates_are_not(void **state)
{
    struct team *team = *state;

    put(team, 1, "a", "{\"limits\":{\"rpm\":1,\"concurrency\":1}}");
    put(team, 2, "b", "{\"limits\":{\"cost_day\":10,\"rpd\":4,\"rpm\":1}}");
    put(team, 3, "c", "{\"limits\":{\"cost_total\":0}}");
    put(team, 4, "d", "{}");
    keyring_put_group(team->ring,
                      scene_group(&team->keys, 7, "g",
                                  "{\"limits\":{\"cost_month\":20}}"));
    check_team(team, "budget:key:2:rpd=0 budget:key:2:cost_day=0 "
                     "budget:group:7:cost_month=0 ");
    spend(team, 9999999);
    check_team(team, "budget:key:2:rpd=250000 budget:key:2:cost_day=999999 "
                     "budget:group:7:cost_month=499999 ");
    spend(team, 3000001);
    check_team(team, "budget:key:2:rpd=500000 budget:key:2:cost_day=1300000 "
                     "budget:group:7:cost_month=650000 ");
}

static void they_are_looked_at_in_parts(void **state)
{
    struct team *team = *state;
    struct look_keys at = { .groups = false };
    struct seen seen;
    struct look look = look_of(&seen);
    size_t steps = 0;

    for (uint64_t id = 1; id <= 7; id++) {
        char name[8];

        (void)snprintf(name, sizeof(name), "k%u", (unsigned)id);
        put(team, id, name, "{\"limits\":{\"rpd\":4}}");
    }
    keyring_put_group(team->ring, scene_group(&team->keys, 1, "g",
                                              "{\"limits\":{\"rpd\":20}}"));
    while (!look_keys(&look, &at, team->ring, 2))
        steps++;
    assert_in_range(steps, 3, 5);
    assert_string_equal(
        seen.text, "budget:key:1:rpd=0 budget:key:2:rpd=0 budget:key:3:rpd=0 "
                   "budget:key:4:rpd=0 budget:key:5:rpd=0 budget:key:6:rpd=0 "
                   "budget:key:7:rpd=0 budget:group:1:rpd=0 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_account_is_seen_as_it_is),
        cmocka_unit_test(a_window_without_an_end_ends_all_the_same),
        cmocka_unit_test(
            a_grant_that_was_refused_and_tokens_that_are_not_saved),
        cmocka_unit_test(reasons_are_visible_text),
        cmocka_unit_test(the_pool_may_be_alone_in_it),
        cmocka_unit_test(a_bad_file_hides_what_goes_on),
        cmocka_unit_test(bookings_that_wait_for_long_are_seen),
        cmocka_unit_test_setup_teardown(budgets_are_seen_and_rates_are_not,
                                        team_begin, team_end),
        cmocka_unit_test_setup_teardown(they_are_looked_at_in_parts, team_begin,
                                        team_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
