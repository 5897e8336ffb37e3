// SPDX-License-Identifier: MIT
/* Every event in every state, and what holds over any sequence of them. */
#include "account/health.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

#define NOW_MS 1795900000000u
#define HOUR_MS 3600000u
#define DAY_MS ((uint64_t)24 * HOUR_MS)
#define OPUS STR("opus")

static const struct health_file fine = { .disabled = false };

static struct health_view view(const struct health *health, uint64_t now_ms)
{
    return health_view(health, &fine, STR_EMPTY, now_ms);
}

static struct lesson lesson_until(uint64_t until_ms, bool of_family)
{
    return (struct lesson){ .kind = LESSON_PAUSE,
                            .until_ms = until_ms,
                            .of_family = of_family,
                            .cause = "a limit is used up" };
}

static void learn(struct health *health, enum lesson_kind kind, uint64_t now_ms)
{
    const struct lesson lesson = { .kind = kind,
                                   .until_ms = kind == LESSON_PAUSE
                                                   ? now_ms + HOUR_MS
                                                   : 0,
                                   .cause = lesson_word(kind) };

    health_learn(health, &lesson, STR_EMPTY, now_ms);
}

/* ---- the table ------------------------------------------------------------ */

enum event {
    TIME, /* an hour and a second pass */
    RESUME,
    CLEAR,
    RENEWED,
    HOLD,
    WELL,
    NONE,
    TOKEN,
    LOGIN,
    BLOCKED,
    EGRESS,
    PAUSE,
    BACKOFF,
    FAILED, /* three times */
    OVERLOADED,
    EVENTS,
};

static void happen(struct health *health, enum event event, uint64_t *now_ms)
{
    static const enum lesson_kind kinds[EVENTS] = {
        [WELL] = LESSON_WELL,       [NONE] = LESSON_NONE,
        [TOKEN] = LESSON_TOKEN,     [LOGIN] = LESSON_LOGIN,
        [BLOCKED] = LESSON_BLOCKED, [EGRESS] = LESSON_EGRESS,
        [PAUSE] = LESSON_PAUSE,     [BACKOFF] = LESSON_BACKOFF,
        [FAILED] = LESSON_FAILED,   [OVERLOADED] = LESSON_OVERLOADED,
    };

    switch (event) {
    case TIME:
        *now_ms += HOUR_MS + 1000;
        break;
    case RESUME:
        health_resume(health);
        break;
    case CLEAR:
        health_clear(health);
        break;
    case RENEWED:
        health_renewed(health);
        break;
    case HOLD:
        health_hold(health, *now_ms + HOUR_MS, STR("maintenance"), *now_ms);
        break;
    case WELL:
    case NONE:
    case TOKEN:
    case LOGIN:
    case BLOCKED:
    case EGRESS:
    case PAUSE:
    case BACKOFF:
    case FAILED:
    case OVERLOADED:
        for (int i = 0; i < (event == FAILED ? 3 : 1); i++)
            learn(health, kinds[event], *now_ms);
        break;
    case EVENTS:
        break;
    }
}

/* How it came to be so, and what follows: R(eady), P(aused), S(oftly paused),
   L(ogin required), B(locked), in the order of the events. */
static const struct {
    enum event first;
    const char *then;
} table[] = {
    /*         TRCRHWNTLBEPBFO */
    { WELL, "RRRRPRRRLBSPSSR" },       { FAILED, "RSRRPSSSLBSPSSS" },
    { BACKOFF, "RSRRPSSSLBSPSSS" },    { EGRESS, "RSRRPSSSLBSPSSS" },
    { PAUSE, "RPRPPPPPLBPPPPP" },      { HOLD, "RRPPPPPPLBPPPPP" },
    { LOGIN, "LLRRLLLLLBLLLLL" },      { BLOCKED, "BBRRBBBBLBBBBBB" },
    { OVERLOADED, "RRRRPRRRLBSPSSR" }, { NONE, "RRRRPRRRLBSPSSR" },
    { TOKEN, "RRRRPRRRLBSPSSR" },
};

static char letter_of(const struct health *health, uint64_t now_ms)
{
    struct health_view now = view(health, now_ms);

    return now.state == HEALTH_PAUSED && now.soft ? 'S' : "RPLBD"[now.state];
}

static void every_event_in_every_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        assert_int_equal(strlen(table[i].then), EVENTS);
        for (enum event event = 0; event < EVENTS; event++) {
            struct health health = { .stopped = HEALTH_READY };
            uint64_t now_ms = NOW_MS;

            happen(&health, table[i].first, &now_ms);
            happen(&health, event, &now_ms);
            if (letter_of(&health, now_ms) != table[i].then[event])
                fail_msg("%d, then %d: %c and not %c", table[i].first, event,
                         letter_of(&health, now_ms), table[i].then[event]);
        }
    }
}

/* ---- pauses ---------------------------------------------------------------- */

static void a_pause_ends_by_itself_and_never_sooner(void **state)
{
    struct health health = { .stopped = HEALTH_READY };
    struct lesson hour = lesson_until(NOW_MS + HOUR_MS, false);
    struct lesson minute = lesson_until(NOW_MS + 60000, false);

    (void)state;
    health_learn(&health, &hour, STR_EMPTY, NOW_MS);
    health_learn(&health, &minute, STR_EMPTY, NOW_MS + 10);
    learn(&health, LESSON_BACKOFF, NOW_MS + 20);
    learn(&health, LESSON_WELL, NOW_MS + 30);
    assert_int_equal(view(&health, NOW_MS + 40).until_ms, NOW_MS + HOUR_MS);
    assert_int_equal(view(&health, NOW_MS + 40).since_ms, NOW_MS);
    assert_string_equal(view(&health, NOW_MS + 40).cause, "a limit is used up");
    assert_int_equal(view(&health, NOW_MS + HOUR_MS - 1).state, HEALTH_PAUSED);
    assert_int_equal(view(&health, NOW_MS + HOUR_MS).state, HEALTH_READY);
}

static void a_back_off_grows_and_one_success_ends_that(void **state)
{
    static const uint64_t lengths_s[] = { 5, 10, 20, 40, 60, 60 };
    struct health health = { .stopped = HEALTH_READY };
    uint64_t now_ms = NOW_MS;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths_s); i++) {
        /* Many at once count once. */
        for (int many = 0; many < 50; many++)
            learn(&health, LESSON_BACKOFF, now_ms);
        assert_int_equal(view(&health, now_ms).until_ms,
                         now_ms + lengths_s[i] * 1000);
        now_ms = view(&health, now_ms).until_ms;
    }
    learn(&health, LESSON_WELL, now_ms);
    learn(&health, LESSON_BACKOFF, now_ms);
    assert_int_equal(view(&health, now_ms).until_ms, now_ms + 5000);
}

static void failures_pause_only_in_a_row(void **state)
{
    struct health health = { .stopped = HEALTH_READY };

    (void)state;
    for (int i = 0; i < 100; i++) {
        learn(&health, LESSON_FAILED, NOW_MS);
        learn(&health, LESSON_FAILED, NOW_MS);
        learn(&health, LESSON_WELL, NOW_MS);
    }
    assert_int_equal(view(&health, NOW_MS).state, HEALTH_READY);
    /* Any other answer shows that it is reached. */
    for (int i = 0; i < 100; i++) {
        learn(&health, LESSON_FAILED, NOW_MS);
        learn(&health, LESSON_FAILED, NOW_MS);
        learn(&health, i % 2 ? LESSON_NONE : LESSON_OVERLOADED, NOW_MS);
    }
    assert_int_equal(view(&health, NOW_MS).state, HEALTH_READY);
    for (int i = 0; i < 3; i++)
        learn(&health, LESSON_FAILED, NOW_MS);
    assert_int_equal(view(&health, NOW_MS).until_ms, NOW_MS + 10000);
    assert_true(view(&health, NOW_MS).soft);
}

/* One 529 never pauses anyone, nor do a thousand. */
static void an_overloaded_provider_pauses_nobody(void **state)
{
    struct health health = { .stopped = HEALTH_READY };

    (void)state;
    for (int i = 0; i < 1000; i++)
        learn(&health, LESSON_OVERLOADED, NOW_MS);
    assert_int_equal(view(&health, NOW_MS).state, HEALTH_READY);
    assert_string_equal(health.last_error, "overloaded");
}

static void a_family_is_paused_alone(void **state)
{
    struct health health = { .stopped = HEALTH_READY };
    struct lesson lesson = lesson_until(NOW_MS + HOUR_MS, true);
    struct health_view opus;

    (void)state;
    health_learn(&health, &lesson, OPUS, NOW_MS);
    opus = health_view(&health, &fine, OPUS, NOW_MS);
    assert_int_equal(opus.state, HEALTH_PAUSED);
    assert_true(opus.of_family);
    assert_int_equal(view(&health, NOW_MS).state, HEALTH_READY);
    assert_int_equal(health_view(&health, &fine, STR("haiku"), NOW_MS).state,
                     HEALTH_READY);
    /* Nobody knows which, or there is no room for the name. */
    health_learn(&health, &lesson, STR_EMPTY, NOW_MS);
    health_learn(&health, &lesson, STR("a-name-that-is-really-too-long"),
                 NOW_MS);
    assert_int_equal(view(&health, NOW_MS).state, HEALTH_READY);
    health_clear(&health);
    assert_int_equal(health_view(&health, &fine, OPUS, NOW_MS).state,
                     HEALTH_READY);
}

static enum health_state state_of(const struct health *health, const char *name,
                                  uint64_t now_ms)
{
    return health_view(health, &fine, str_of(name), now_ms).state;
}

/* Of more than there is room for, none goes that is not over. */
static void families_are_bounded(void **state)
{
    struct health health = { .stopped = HEALTH_READY };
    char names[HEALTH_FAMILIES + 1][8];

    (void)state;
    for (size_t i = 0; i <= HEALTH_FAMILIES; i++) {
        struct lesson lesson = lesson_until(NOW_MS + HOUR_MS * (i + 1), true);

        (void)snprintf(names[i], sizeof(names[i]), "f%zu", i);
        health_learn(&health, &lesson, str_of(names[i]), NOW_MS);
    }
    for (size_t i = 0; i < HEALTH_FAMILIES; i++)
        assert_int_equal(state_of(&health, names[i], NOW_MS), HEALTH_PAUSED);
    assert_int_equal(state_of(&health, names[HEALTH_FAMILIES], NOW_MS),
                     HEALTH_READY);
    assert_int_equal(view(&health, NOW_MS).state, HEALTH_READY);
    /* The first one is. */
    health_learn(&health,
                 &(struct lesson){ .kind = LESSON_PAUSE,
                                   .until_ms = NOW_MS + 2 * HOUR_MS,
                                   .of_family = true,
                                   .cause = "x" },
                 str_of(names[HEALTH_FAMILIES]), NOW_MS + HOUR_MS);
    assert_int_equal(state_of(&health, names[HEALTH_FAMILIES],
                              NOW_MS + HOUR_MS),
                     HEALTH_PAUSED);
    for (size_t i = 1; i < HEALTH_FAMILIES; i++)
        assert_int_equal(state_of(&health, names[i], NOW_MS + HOUR_MS),
                         HEALTH_PAUSED);
}

/* Whatever the clock says, or said: when it began, how long it lasts, how long its kind may
   at most, and how long it does. */
static void no_pause_is_longer_than_it_may_be(void **state)
{
    static const struct {
        uint64_t since_ms;
        uint64_t length_ms;
        bool soft;
        uint64_t left_ms;
    } rows[] = {
        { NOW_MS, HOUR_MS, false, HOUR_MS },
        { NOW_MS - DAY_MS, 2 * DAY_MS, false, DAY_MS },
        { NOW_MS + HOUR_MS, 60000, false, HOUR_MS + 60000 },
        { NOW_MS + 365 * DAY_MS, 60000, false, 8 * DAY_MS },
        { NOW_MS + 365 * DAY_MS, 100 * DAY_MS, false, 8 * DAY_MS },
        { NOW_MS, 365 * DAY_MS, false, 8 * DAY_MS },
        { 0, NOW_MS + 365 * DAY_MS, false, 8 * DAY_MS },
        { NOW_MS, 365 * DAY_MS, true, 600000 },
        { NOW_MS + 365 * DAY_MS, 5000, true, 5000 },
        { UINT64_MAX - 5, 5, false, 8 * DAY_MS },
        { UINT64_MAX - 5, 5, true, 5 },
        { UINT64_MAX - 5, 0, true, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct health_pause pause = { rows[i].since_ms,
                                      rows[i].since_ms + rows[i].length_ms,
                                      rows[i].soft, "x" };
        struct health health = { .taught = pause,
                                 .families = { { "opus", pause } } };
        struct health_view now;

        health_mend(&health, NOW_MS);
        now = view(&health, NOW_MS);
        assert_int_equal(now.until_ms,
                         rows[i].left_ms ? NOW_MS + rows[i].left_ms : 0);
        assert_true(now.since_ms <= NOW_MS);
        if (!rows[i].soft && rows[i].left_ms)
            assert_int_equal(health.families[0].pause.until_ms,
                             NOW_MS + rows[i].left_ms);
        /* It does not move on. */
        health_mend(&health, NOW_MS + 1000);
        assert_int_equal(health.taught.until_ms, NOW_MS + rows[i].left_ms);
    }
}

/* The operator's last until what is said, at most as long as one may. */
static void the_operators_pause_outlives_a_wrong_clock(void **state)
{
    struct health health = { .stopped = HEALTH_READY };

    (void)state;
    health_hold(&health, NOW_MS + 400 * DAY_MS, STR("tea"),
                NOW_MS + 370 * DAY_MS);
    /* Any answer comes at the right time. */
    learn(&health, LESSON_WELL, NOW_MS);
    assert_int_equal(view(&health, NOW_MS).until_ms, NOW_MS + 366 * DAY_MS);
}

/* The provider's pause outlasts the operator's, which hid it. */
static void parts_end_by_themselves(void **state)
{
    struct health health = { .stopped = HEALTH_READY };
    const struct health_file off = { .disabled = true };
    const struct health_file out = { .login_required = true };

    (void)state;
    health_hold(&health, NOW_MS + 2 * HOUR_MS, STR("maintenance"), NOW_MS);
    learn(&health, LESSON_PAUSE, NOW_MS);
    assert_string_equal(view(&health, NOW_MS).cause, "maintenance");
    health_resume(&health);
    assert_int_equal(view(&health, NOW_MS).until_ms, NOW_MS + HOUR_MS);
    assert_int_equal(health_view(&health, &off, STR_EMPTY, NOW_MS).state,
                     HEALTH_DISABLED);
    assert_int_equal(health_view(&health, &out, STR_EMPTY, NOW_MS).state,
                     HEALTH_LOGIN_REQUIRED);
    assert_int_equal(view(&health, NOW_MS).state, HEALTH_PAUSED);
}

/* ---- any sequence ----------------------------------------------------------- */

static uint64_t seed = 20261129;

static uint64_t next_random(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

static void check_view(const struct health *health, uint64_t now_ms)
{
    struct health_view now = health_view(health, &fine, OPUS, now_ms);

    if (now.state == HEALTH_READY)
        return;
    assert_true(now.cause[0]);
    assert_true(now.since_ms > 0 && now.since_ms <= now_ms);
    if (now.state == HEALTH_PAUSED) {
        assert_true(now.until_ms > now_ms);
        assert_true(now.until_ms <= now_ms + 9 * DAY_MS);
    }
}

/* Whatever answers say: each pause has an end and a cause, and once nobody says
   anything more only what needs the operator, or another credential, is left. */
static void no_state_is_for_ever_without_a_reason(void **state)
{
    (void)state;
    for (size_t run = 0; run < 2000; run++) {
        struct health health = { .stopped = HEALTH_READY };
        uint64_t now_ms = NOW_MS;
        bool stopped = false;

        for (size_t i = 0; i < 40; i++) {
            enum lesson_kind kind = (enum lesson_kind)next_random(LESSON_KINDS);
            struct lesson lesson = { .kind = kind, .cause = lesson_word(kind) };

            now_ms += next_random(2) ? next_random(100) : next_random(DAY_MS);
            lesson.until_ms = now_ms + 1 + next_random(8 * DAY_MS);
            lesson.of_family = next_random(2);
            health_learn(&health, &lesson, next_random(2) ? OPUS : STR_EMPTY,
                         now_ms);
            stopped |= kind == LESSON_LOGIN || kind == LESSON_BLOCKED;
            check_view(&health, now_ms);
        }
        now_ms += 9 * DAY_MS;
        assert_int_equal(health_view(&health, &fine, OPUS, now_ms).state !=
                             HEALTH_READY,
                         stopped);
        health_clear(&health);
        assert_int_equal(health_view(&health, &fine, OPUS, now_ms).state,
                         HEALTH_READY);
    }
}

static void families_are_words_of_models(void **state)
{
    static const struct {
        const char *model;
        const char *family;
    } rows[] = {
        { "claude-opus-4-1-20250805", "opus" },
        { "claude-3-5-sonnet-20241022", "sonnet" },
        { "claude-sonnet-5", "sonnet" },
        { "claude-haiku-4-5", "haiku" },
        { "claude-2.1", "" },
        { "claude", "" },
        { "glm-5", "" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        unit_assert_str(health_family_of(str_of(rows[i].model)),
                        rows[i].family);
}

/* A key is the same for ever: one that is accepted again serves. */
static void a_key_that_was_refused_may_be_accepted_again(void **state)
{
    const struct lesson refused = { .kind = LESSON_LOGIN,
                                    .soft = true,
                                    .cause = "no" };
    struct health health = { .stopped = HEALTH_READY };

    (void)state;
    health_learn(&health, &refused, STR_EMPTY, NOW_MS);
    assert_int_equal(view(&health, NOW_MS).state, HEALTH_LOGIN_REQUIRED);
    assert_true(view(&health, NOW_MS).soft);
    /* What the operator says holds all the same. */
    health_hold(&health, NOW_MS + HOUR_MS, STR("tea"), NOW_MS);
    assert_false(view(&health, NOW_MS).soft);
    assert_true(view(&health, NOW_MS + HOUR_MS).soft);
    learn(&health, LESSON_WELL, NOW_MS + HOUR_MS);
    assert_int_equal(view(&health, NOW_MS + HOUR_MS).state, HEALTH_READY);
    /* A grant is not. */
    learn(&health, LESSON_LOGIN, NOW_MS);
    assert_false(view(&health, NOW_MS).soft);
    learn(&health, LESSON_WELL, NOW_MS);
    assert_int_equal(view(&health, NOW_MS).state, HEALTH_LOGIN_REQUIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_in_every_state),
        cmocka_unit_test(a_pause_ends_by_itself_and_never_sooner),
        cmocka_unit_test(a_back_off_grows_and_one_success_ends_that),
        cmocka_unit_test(failures_pause_only_in_a_row),
        cmocka_unit_test(an_overloaded_provider_pauses_nobody),
        cmocka_unit_test(a_family_is_paused_alone),
        cmocka_unit_test(families_are_bounded),
        cmocka_unit_test(no_pause_is_longer_than_it_may_be),
        cmocka_unit_test(the_operators_pause_outlives_a_wrong_clock),
        cmocka_unit_test(parts_end_by_themselves),
        cmocka_unit_test(no_state_is_for_ever_without_a_reason),
        cmocka_unit_test(families_are_words_of_models),
        cmocka_unit_test(a_key_that_was_refused_may_be_accepted_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
