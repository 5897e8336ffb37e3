// SPDX-License-Identifier: MIT
/* Whom a 429 concerns, and until when; and what stops an account. */
#include <stdio.h>

#include "account/lesson.h"
#include "unit.h"

#define NOW_MS 1795900000000u
#define HOUR_MS 3600000u
#define DAYS_MS(count) ((uint64_t)(count)*24 * HOUR_MS)

static struct quotas quotas_with(uint64_t reset_ms, const char *name)
{
    struct quotas windows = { .count = reset_ms > 0, .seen_ms = NOW_MS };

    windows.at[0] = (struct quota){ .status = QUOTA_REJECTED,
                                    .reset_ms = reset_ms,
                                    .seen_ms = NOW_MS };
    (void)snprintf(windows.at[0].name, sizeof(windows.at[0].name), "%s", name);
    return windows;
}

/* A 429 that rejects a window of a family for four days. */
static const struct {
    const char *window;
    const char *family; /* that was asked; or NULL */
    enum quota_status whole;
    const char *decisive;
    uint64_t retry_after_ms;
    enum lesson_kind kind;
    uint64_t until_ms;
    bool of_family;
} families[] = {
    { "7d_opus", "opus", QUOTA_UNKNOWN, "", 0, LESSON_PAUSE,
      NOW_MS + DAYS_MS(4), true },
    { "7d_opus", "opus", QUOTA_REJECTED, "seven_day_opus", DAYS_MS(4),
      LESSON_PAUSE, NOW_MS + DAYS_MS(4), true },
    /* another family's says nothing */
    { "7d_opus", "sonnet", QUOTA_REJECTED, "", 0, LESSON_BACKOFF, 0, false },
    { "7d_opus", "sonnet", QUOTA_UNKNOWN, "", 30000, LESSON_PAUSE,
      NOW_MS + 30000, false },
    { "7d_opus", "sonnet", QUOTA_REJECTED, "", DAYS_MS(4), LESSON_BACKOFF, 0,
      false },
    /* nor does any, of a model whose family nobody knows */
    { "7d_opus", NULL, QUOTA_REJECTED, "", 0, LESSON_BACKOFF, 0, false },
    { "7d_oi", NULL, QUOTA_REJECTED, "seven_day_oi", DAYS_MS(4), LESSON_BACKOFF,
      0, false },
    { "7d_oi", NULL, QUOTA_REJECTED, "", 30000, LESSON_PAUSE, NOW_MS + 30000,
      false },
    /* one that says nothing of its family is believed if it is the reason */
    { "7d_oi", "opus", QUOTA_REJECTED, "", 0, LESSON_PAUSE, NOW_MS + DAYS_MS(4),
      true },
    { "7d_oi", "opus", QUOTA_REJECTED, "seven_day_oi", DAYS_MS(4), LESSON_PAUSE,
      NOW_MS + DAYS_MS(4), true },
    { "7d_oi", "opus", QUOTA_REJECTED, "five_hour", 0, LESSON_BACKOFF, 0,
      false },
    { "7d_oi", "opus", QUOTA_UNKNOWN, "", 30000, LESSON_PAUSE, NOW_MS + 30000,
      false },
    /* it is something else, for the plan allows it */
    { "7d_oi", "sonnet", QUOTA_ALLOWED, "", 5000, LESSON_PAUSE, NOW_MS + 5000,
      false },
    { "7d_sonnet", "sonnet", QUOTA_WARNING, "", 0, LESSON_BACKOFF, 0, false },
};

static void a_familys_window_is_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        struct quotas windows =
            quotas_with(NOW_MS + DAYS_MS(4), families[i].window);
        struct lesson lesson;

        windows.status = families[i].whole;
        windows.reset_ms = NOW_MS + DAYS_MS(4);
        windows.seen_ms = NOW_MS;
        (void)snprintf(windows.decisive, sizeof(windows.decisive), "%s",
                       families[i].decisive);
        lesson = lesson_of(&(struct lesson_facts){
            .status = 429,
            .family =
                families[i].family ? str_of(families[i].family) : STR_EMPTY,
            .windows = &windows,
            .retry_after_ms = families[i].retry_after_ms,
            .now_ms = NOW_MS });
        if (lesson.kind != families[i].kind ||
            lesson.until_ms != families[i].until_ms ||
            lesson.of_family != families[i].of_family)
            fail_msg("row %zu: %s, %llu ms, %d", i, lesson_word(lesson.kind),
                     (unsigned long long)(lesson.until_ms - NOW_MS),
                     lesson.of_family);
    }
}

/* What a key's amounts say counts if retry-after does not. */
static void an_api_keys_amounts_tell_when(void **state)
{
    struct quotas windows = { .count = 1, .seen_ms = NOW_MS };
    struct lesson_facts facts = { .status = 429,
                                  .windows = &windows,
                                  .now_ms = NOW_MS };

    (void)state;
    windows.at[0] = (struct quota){ .name = "input-tokens",
                                    .told = 3,
                                    .limit = 100,
                                    .reset_ms = NOW_MS + 50000,
                                    .seen_ms = NOW_MS };
    assert_int_equal(lesson_of(&facts).until_ms, NOW_MS + 50000);
    assert_int_equal(lesson_of(&facts).kind, LESSON_PAUSE);
    facts.retry_after_ms = 7000;
    assert_int_equal(lesson_of(&facts).until_ms, NOW_MS + 7000);
    facts.retry_after_ms = 0;
    windows.at[0].reset_ms = NOW_MS + DAYS_MS(400);
    assert_int_equal(lesson_of(&facts).until_ms, NOW_MS + DAYS_MS(8));
    windows.at[0].remaining = 1;
    assert_int_equal(lesson_of(&facts).kind, LESSON_BACKOFF);
}

static void some_stop_an_account_at_once(void **state)
{
    static const bool stops[LESSON_KINDS] = {
        [LESSON_LOGIN] = true, [LESSON_BLOCKED] = true, [LESSON_EGRESS] = true,
        [LESSON_PAUSE] = true, [LESSON_BACKOFF] = true,
    };

    (void)state;
    for (int kind = 0; kind < LESSON_KINDS; kind++)
        assert_int_equal(lesson_stops((enum lesson_kind)kind), stops[kind]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_familys_window_is_its_own),
        cmocka_unit_test(an_api_keys_amounts_tell_when),
        cmocka_unit_test(some_stop_an_account_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
