// SPDX-License-Identifier: MIT
/* What is learned of an account, and how many requests it has, with many threads. */
#include "account/vitals.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "unit.h"

#define NOW_MS 1795900000000u
#define LIMIT 3

static const struct health_file fine = { .disabled = false };

static struct health_view view(struct vitals *vitals, const char *family,
                               uint64_t now_ms)
{
    return vitals_view(vitals, &fine, str_of(family), now_ms);
}

static void what_its_file_says_has_a_since(void **state)
{
    const struct health_file off = { .disabled = true };
    const struct health_file out = { .login_required = true };
    struct vitals *vitals = vitals_new();
    struct health_view is;

    (void)state;
    vitals_note_file(vitals, &off, NOW_MS);
    assert_true(vitals_take_change(vitals));
    vitals_note_file(vitals, &off, NOW_MS + 1000);
    assert_false(vitals_take_change(vitals));
    is = vitals_view(vitals, &off, STR_EMPTY, NOW_MS + 1000);
    assert_int_equal(is.state, HEALTH_DISABLED);
    assert_int_equal(is.since_ms, NOW_MS);
    assert_true(is.found);

    vitals_note_file(vitals, &out, NOW_MS + 2000);
    vitals_clear(vitals);
    is = vitals_view(vitals, &out, STR_EMPTY, NOW_MS + 3000);
    assert_int_equal(is.state, HEALTH_LOGIN_REQUIRED);
    assert_int_equal(is.since_ms, NOW_MS + 2000);
    assert_false(is.found);
    vitals_unref(vitals);
}

static void an_answer_is_learned_with_its_fields(void **state)
{
    struct header fields[] = {
        { STR("anthropic-ratelimit-unified-5h-status"), STR("rejected") },
        { STR("anthropic-ratelimit-unified-5h-reset"), STR("1795903600") },
        { STR("anthropic-ratelimit-unified-5h-utilization"), STR("0.75") },
    };
    struct headers headers = headers_of(fields, COUNT_OF(fields));
    struct vitals *vitals = vitals_new();
    struct vitals_answer answer = { .status = 429,
                                    .headers = &headers,
                                    .model = STR("claude-opus-4-1"),
                                    .now_ms = NOW_MS };
    struct vitals_copy copy;

    (void)state;
    assert_int_equal(vitals_spare_ppm(vitals, NOW_MS), QUOTA_PPM);
    assert_int_equal(vitals_learn(vitals, &answer).kind, LESSON_PAUSE);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_PAUSED);
    assert_int_equal(view(vitals, "", NOW_MS).until_ms, 1795903600000u);
    assert_int_equal(vitals_spare_ppm(vitals, NOW_MS), QUOTA_PPM / 4);
    assert_int_equal(vitals_spare_ppm(vitals, 1795903600000u), QUOTA_PPM);
    vitals_copy(vitals, &copy);
    vitals_clear(vitals);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_READY);
    vitals_restore(vitals, &copy);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_PAUSED);
    assert_int_equal(view(vitals, "", 1795903600000u).state, HEALTH_READY);
    vitals_unref(vitals);
}

/* Until the next one may come, at the latest. */
static void a_token_may_be_missing_for_a_while(void **state)
{
    struct vitals *vitals = vitals_new();
    struct health_view view;
    struct vitals_copy copy;

    (void)state;
    assert_int_equal(vitals_view_token(vitals, NOW_MS).state, HEALTH_READY);
    vitals_note_token(vitals, NOW_MS + 5000, STR("a 503"), NOW_MS);
    vitals_note_token(vitals, NOW_MS + 9000, STR("again"), NOW_MS + 5000);
    view = vitals_view_token(vitals, NOW_MS + 8999);
    assert_int_equal(view.state, HEALTH_PAUSED);
    assert_true(view.soft);
    assert_int_equal(view.since_ms, NOW_MS);
    assert_int_equal(view.until_ms, NOW_MS + 9000);
    assert_int_equal(vitals_view_token(vitals, NOW_MS + 9000).state,
                     HEALTH_READY);
    vitals_copy(vitals, &copy);
    view = vitals_copy_view_token(&copy, NOW_MS);
    assert_int_equal(view.state, HEALTH_PAUSED);
    assert_string_equal(view.cause, "again");
    /* The account itself is as it was, and nothing is to be saved. */
    assert_int_equal(vitals_view(vitals, &fine, STR_EMPTY, NOW_MS).state,
                     HEALTH_READY);
    assert_false(vitals_take_change(vitals));
    /* The clock was wrong. */
    assert_int_equal(
        vitals_view_token(vitals, NOW_MS - 2 * VITALS_TOKEN_MAX_MS).until_ms,
        NOW_MS - VITALS_TOKEN_MAX_MS);
    vitals_note_token(vitals, 0, STR_EMPTY, NOW_MS);
    assert_int_equal(vitals_view_token(vitals, NOW_MS).state, HEALTH_READY);
    vitals_unref(vitals);
}

static void the_operator_is_heard(void **state)
{
    struct vitals *vitals = vitals_new();
    struct vitals_answer refused = { .status = 401, .now_ms = NOW_MS };

    (void)state;
    vitals_hold(vitals, NOW_MS + 5, STR("maintenance"), NOW_MS);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_PAUSED);
    vitals_resume(vitals);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_READY);
    (void)vitals_learn(vitals, &refused);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_LOGIN_REQUIRED);
    vitals_renewed(vitals);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_READY);
    vitals_unref(vitals);
}

/* ---- slots ------------------------------------------------------------------ */

struct crowd {
    struct vitals *vitals;
    atomic_uint inside;
    atomic_bool too_many;
    atomic_uint served;
};

static void *run_in_crowd(void *arg)
{
    struct crowd *crowd = arg;

    for (size_t i = 0; i < 20000; i++) {
        if (!vitals_enter(crowd->vitals, LIMIT))
            continue;
        if (atomic_fetch_add(&crowd->inside, 1) >= LIMIT)
            atomic_store(&crowd->too_many, true);
        atomic_fetch_add(&crowd->served, 1);
        atomic_fetch_sub(&crowd->inside, 1);
        vitals_leave(crowd->vitals);
    }
    vitals_unref(crowd->vitals);
    return NULL;
}

static void a_limit_holds_exactly(void **state)
{
    struct crowd crowd = { .vitals = vitals_new() };
    pthread_t threads[8];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        (void)vitals_ref(crowd.vitals);
        assert_int_equal(pthread_create(&threads[i], NULL, run_in_crowd,
                                        &crowd),
                         0);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_false(crowd.too_many);
    assert_true(crowd.served > 0);
    assert_int_equal(vitals_in_flight(crowd.vitals), 0);
    for (size_t i = 0; i < 100; i++)
        assert_true(vitals_enter(crowd.vitals, 0));
    assert_false(vitals_enter(crowd.vitals, 100));
    for (size_t i = 0; i < 100; i++)
        vitals_leave(crowd.vitals);
    vitals_unref(crowd.vitals);
}

/* ---- any answers ------------------------------------------------------------ */

#define HOUR_MS 3600000u
#define DAY_MS ((uint64_t)24 * HOUR_MS)
#define PAUSE_MAX (8 * DAY_MS)

static uint64_t seed = 20261129;

static uint64_t next_random(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

static const char *const errors[] = {
    "",
    "rate_limit_error: x",
    "rate_limit_error: Extra usage is required for long context",
    "authentication_error: invalid x-api-key",
    "permission_error: Request not allowed",
    ("permission_error: OAuth authentication is currently not allowed for this "
     "organization."),
    "invalid_request_error: Your credit balance is too low",
    "invalid_request_error: messages: at least one is required",
    "overloaded_error: Overloaded",
};
static const unsigned statuses[] = { 0,   200, 200, 200, 400, 401, 403, 404,
                                     413, 429, 429, 429, 500, 502, 503, 529 };

/* A window that is used up, or is not, with any reset: past ones and far ones, too. */
static struct vitals_answer random_answer(struct headers *headers,
                                          uint64_t now_ms)
{
    static const char *const words[] = { "allowed", "allowed_warning",
                                         "rejected", "strange" };
    static struct header fields[4];
    static char reset[32];
    uint64_t at_s = now_ms / 1000 + next_random(9 * 86400) - 86400;

    (void)snprintf(reset, sizeof(reset), "%llu", (unsigned long long)at_s);
    fields[0] = (struct header){ STR("anthropic-ratelimit-unified-5h-status"),
                                 str_of(words[next_random(4)]) };
    fields[1] = (struct header){ STR("anthropic-ratelimit-unified-5h-reset"),
                                 str_of(reset) };
    fields[2] = (struct header){ STR("anthropic-ratelimit-unified-7d-status"),
                                 str_of(words[next_random(4)]) };
    fields[3] = (struct header){ STR("anthropic-ratelimit-unified-7d-reset"),
                                 str_of(reset) };
    *headers = headers_of(fields, COUNT_OF(fields));
    return (struct vitals_answer){
        .status = statuses[next_random(COUNT_OF(statuses))],
        .error_event = next_random(8) == 0,
        .renews = next_random(2),
        .headers = next_random(3) ? headers : NULL,
        .error = str_of(errors[next_random(COUNT_OF(errors))]),
        .model = next_random(2) ? STR("claude-opus-5") : STR_EMPTY,
        .retry_after_ms = next_random(4) ? 0 : next_random(30 * DAY_MS),
        .now_ms = now_ms,
    };
}

/* Each pause has an end that is not too far, each state but READY a cause and a
   beginning. */
static void check(struct vitals *vitals, uint64_t now_ms)
{
    struct vitals_copy copy;
    struct health_view now;

    vitals_copy(vitals, &copy);
    now = health_view(&copy.health, &fine, STR("opus"), now_ms);
    if (now.state == HEALTH_READY)
        return;
    assert_true(now.cause[0]);
    assert_true(now.since_ms > 0 && now.since_ms <= now_ms);
    if (now.state == HEALTH_PAUSED)
        assert_true(now.until_ms > now_ms &&
                    now.until_ms <= now_ms + PAUSE_MAX);
}

/* Requests come and go, as many as there are places for. */
static unsigned come_and_go(struct vitals *vitals, unsigned in_flight)
{
    if (next_random(2))
        return in_flight + vitals_enter(vitals, LIMIT);
    if (in_flight > 0)
        vitals_leave(vitals);
    return in_flight > 0 ? in_flight - 1 : 0;
}

/* Once nobody says anything more, only what a person or another credential has to end is
   left, and that only if it was told. */
static void check_rest(struct vitals *vitals, uint64_t now_ms, bool stopped)
{
    struct health_view rest =
        vitals_view(vitals, &fine, STR("opus"), now_ms + PAUSE_MAX + 1);

    assert_true(rest.state == HEALTH_READY ||
                (stopped && (rest.state == HEALTH_LOGIN_REQUIRED ||
                             rest.state == HEALTH_BLOCKED)));
    if (next_random(2))
        vitals_renewed(vitals);
    else
        vitals_clear(vitals);
    assert_int_equal(view(vitals, "", now_ms + PAUSE_MAX + 1).state,
                     HEALTH_READY);
}

static void whatever_is_answered_it_serves_again(void **state)
{
    (void)state;
    for (size_t run = 0; run < 2000; run++) {
        struct vitals *vitals = vitals_new();
        uint64_t now_ms = NOW_MS;
        unsigned in_flight = 0;
        bool stopped = false;

        for (size_t i = 0; i < 50; i++) {
            struct headers headers;
            struct vitals_answer answer;
            enum lesson_kind kind;

            now_ms += next_random(2) ? next_random(100) : next_random(DAY_MS);
            answer = random_answer(&headers, now_ms);
            kind = vitals_learn(vitals, &answer).kind;
            stopped |= kind == LESSON_LOGIN || kind == LESSON_BLOCKED;
            in_flight = come_and_go(vitals, in_flight);
            assert_int_equal(vitals_in_flight(vitals), in_flight);
            assert_true(in_flight <= LIMIT);
            check(vitals, now_ms);
        }
        while (in_flight-- > 0)
            vitals_leave(vitals);
        assert_int_equal(vitals_in_flight(vitals), 0);
        check_rest(vitals, now_ms, stopped);
        vitals_unref(vitals);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_learned_with_its_fields),
        cmocka_unit_test(a_token_may_be_missing_for_a_while),
        cmocka_unit_test(the_operator_is_heard),
        cmocka_unit_test(what_its_file_says_has_a_since),
        cmocka_unit_test(a_limit_holds_exactly),
        cmocka_unit_test(whatever_is_answered_it_serves_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
