// SPDX-License-Identifier: MIT
/* What an event is called, and of which degree it is. */
#include "notify/event.h"

#include <string.h>

#include "unit.h"

#define NONE EVENT_KINDS

static const struct {
    struct event event;
    const char *id;
} ids[] = {
    { { .kind = EVENT_LOGIN_REQUIRED,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main" },
      "account_login_required:main" },
    { { .kind = EVENT_WINDOW_80,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .part = "5h" },
      "window:main:5h" },
    { { .kind = EVENT_WINDOW_EXHAUSTED,
        .about = EVENT_ABOUT_ACCOUNT,
        .subject = "main",
        .part = "5h" },
      "window:main:5h" },
    { { .kind = EVENT_BUDGET_80,
        .about = EVENT_ABOUT_KEY,
        .subject = "alice",
        .number = 12,
        .part = "cost_day" },
      "budget:key:12:cost_day" },
    { { .kind = EVENT_BUDGET_100,
        .about = EVENT_ABOUT_GROUP,
        .subject = "interns",
        .number = 3,
        .part = "rpd" },
      "budget:group:3:rpd" },
    { { .kind = EVENT_ACCOUNTS_PAUSED,
        .about = EVENT_ABOUT_ACCOUNTS,
        .subject = "pool" },
      "accounts_paused:pool" },
    { { .kind = EVENT_BOOKINGS_UNSAVED, .about = EVENT_ABOUT_RELAY },
      "bookings_unsaved" },
};

static void ids_say_what_and_of_whom(void **state)
{
    char id[EVENT_ID_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        event_id(&ids[i].event, id);
        assert_string_equal(id, ids[i].id);
    }
}

/* The longest of all that there may be. */
static void an_id_is_whole(void **state)
{
    struct event event = { .kind = EVENT_BUDGET_80,
                           .about = EVENT_ABOUT_GROUP,
                           .number = UINT64_MAX };
    char id[EVENT_ID_MAX];

    (void)state;
    memset(event.subject, 's', EVENT_SUBJECT_MAX);
    memset(event.part, 'p', EVENT_PART_MAX);
    event_id(&event, id);
    assert_string_equal(id + strlen(id) - 2, "pp");
    event.kind = EVENT_WINDOW_80;
    event.about = EVENT_ABOUT_ACCOUNT;
    event_id(&event, id);
    assert_int_equal(strlen(id),
                     strlen("window::") + EVENT_SUBJECT_MAX + EVENT_PART_MAX);
}

static const struct {
    enum event_kind kind; /* any of the family */
    int64_t used_ppm;
    enum event_kind told;
    enum event_kind want;
    bool full;
} degrees[] = {
    { EVENT_WINDOW_80, 799999, NONE, NONE, false },
    { EVENT_WINDOW_80, 800000, NONE, EVENT_WINDOW_80, false },
    { EVENT_WINDOW_80, 999999, NONE, EVENT_WINDOW_80, false },
    { EVENT_WINDOW_80, 1000000, NONE, EVENT_WINDOW_EXHAUSTED, false },
    { EVENT_WINDOW_80, 1200000, EVENT_WINDOW_80, EVENT_WINDOW_EXHAUSTED,
      false },
    { EVENT_WINDOW_80, 799999, EVENT_WINDOW_80, EVENT_WINDOW_80, false },
    { EVENT_WINDOW_80, 700000, EVENT_WINDOW_80, EVENT_WINDOW_80, false },
    { EVENT_WINDOW_80, 699999, EVENT_WINDOW_80, NONE, false },
    { EVENT_WINDOW_80, 999999, EVENT_WINDOW_80, EVENT_WINDOW_80, false },
    { EVENT_WINDOW_80, 950000, EVENT_WINDOW_EXHAUSTED, EVENT_WINDOW_EXHAUSTED,
      false },
    { EVENT_WINDOW_80, 949999, EVENT_WINDOW_EXHAUSTED, EVENT_WINDOW_80, false },
    { EVENT_WINDOW_80, 799999, EVENT_WINDOW_EXHAUSTED, NONE, false },
    { EVENT_WINDOW_80, -1, NONE, NONE, false },
    { EVENT_BUDGET_80, 800000, NONE, EVENT_BUDGET_80, false },
    { EVENT_BUDGET_80, 1000000, NONE, EVENT_BUDGET_100, false },
    { EVENT_BUDGET_80, 800000, EVENT_BUDGET_100, EVENT_BUDGET_100, false },
    { EVENT_BUDGET_80, 799999, EVENT_BUDGET_100, NONE, false },
    { EVENT_BUDGET_80, 800000, NONE, EVENT_BUDGET_100, true },
    { EVENT_BUDGET_80, 799999, NONE, NONE, true },
    { EVENT_BUDGET_80, 799999, EVENT_BUDGET_80, EVENT_BUDGET_80, true },
    { EVENT_BLOCKED, 0, NONE, EVENT_BLOCKED, false },
    { EVENT_BLOCKED, 0, EVENT_BLOCKED, EVENT_BLOCKED, false },
};

static void a_degree_stays_until_much_less_is_used(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(degrees); i++) {
        struct event event = { .kind = degrees[i].kind,
                               .used_ppm = degrees[i].used_ppm,
                               .full = degrees[i].full };

        if (event_degree(&event, degrees[i].told) != degrees[i].want)
            fail_msg("case %zu", i);
    }
}

static void rows_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < EVENT_KINDS; i++) {
        assert_non_null(event_rows[i].name);
        assert_non_null(event_rows[i].family);
        assert_non_null(event_rows[i].title);
        assert_true(event_rows[i].keeps_ppm <= event_rows[i].begins_ppm);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_say_what_and_of_whom),
        cmocka_unit_test(an_id_is_whole),
        cmocka_unit_test(a_degree_stays_until_much_less_is_used),
        cmocka_unit_test(rows_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
