// SPDX-License-Identifier: MIT
/* What is told when: each event once, and once that it is over. */
#include "notify/watch.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "unit.h"

#define MAX 8
#define AGAIN_MS (event_rows[EVENT_WINDOW_80].again_ms)

struct scene {
    struct watch *watch;
    enum event_end end;
    char told[1024]; /* "window_80+ window_80- "; "~": for another reason */
};

static void tell(void *arg, const struct event *event, enum event_end end)
{
    static const char *const marks[EVENT_ENDS] = { "+", "-", "~", "~", "~" };
    struct scene *scene = arg;
    size_t len = strlen(scene->told);

    (void)snprintf(scene->told + len, sizeof(scene->told) - len, "%s:%s%s ",
                   event_rows[event->kind].name, event->subject, marks[end]);
}

static enum event_end end_of(void *arg, const struct event *event)
{
    const struct scene *scene = arg;

    (void)event;
    return scene->end;
}

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->end = EVENT_MENDED;
    scene->watch = watch_new(MAX, &(struct watch_calls){ tell, end_of }, scene);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    watch_free(scene->watch);
    mem_free(scene);
    return 0;
}

/* What was told since this was called last. */
static void check(struct scene *scene, const char *want)
{
    assert_string_equal(scene->told, want);
    scene->told[0] = '\0';
}

static struct event of(enum event_kind kind, const char *subject)
{
    struct event event = { .kind = kind, .about = event_rows[kind].about };

    (void)snprintf(event.subject, sizeof(event.subject), "%s", subject);
    return event;
}

static void look(struct scene *scene, const struct event *events, size_t count,
                 uint64_t now_ms)
{
    watch_begin(scene->watch, EVENT_OF_ACCOUNTS);
    for (size_t i = 0; i < count; i++)
        watch_see(scene->watch, &events[i], now_ms);
    watch_end(scene->watch, EVENT_OF_ACCOUNTS, now_ms);
}

static void an_event_is_told_once_and_once_that_it_is_over(void **state)
{
    struct scene *scene = *state;
    const struct event events[] = { of(EVENT_BLOCKED, "a"),
                                    of(EVENT_LOGIN_REQUIRED, "b") };

    look(scene, events, 2, 1000);
    check(scene, "account_blocked:a+ account_login_required:b+ ");
    for (uint64_t now = 2000; now < 9000; now += 1000)
        look(scene, events, 2, now);
    check(scene, "");
    look(scene, events, 1, 9000);
    check(scene, "account_login_required:b- ");
    look(scene, NULL, 0, 10000);
    check(scene, "account_blocked:a- ");
    look(scene, events, 1, 11000);
    check(scene, "account_blocked:a+ ");
}

/* Switched on again, and still in trouble, it is told like another one. */
static void what_is_not_looked_at_any_more_ends_for_that_reason(void **state)
{
    struct scene *scene = *state;
    const struct event event = of(EVENT_BLOCKED, "a");

    look(scene, &event, 1, 1000);
    scene->end = EVENT_SWITCHED_OFF;
    look(scene, NULL, 0, 2000);
    check(scene, "account_blocked:a+ account_blocked:a~ ");
    look(scene, NULL, 0, 3000);
    check(scene, "");
    look(scene, &event, 1, 4000);
    check(scene, "account_blocked:a+ ");
}

static void what_only_goes_on_does_not_begin(void **state)
{
    struct scene *scene = *state;
    struct event event = of(EVENT_BLOCKED, "a");

    event.goes_on = true;
    look(scene, &event, 1, 1000);
    check(scene, "");
    event.goes_on = false;
    look(scene, &event, 1, 2000);
    event.goes_on = true;
    look(scene, &event, 1, 3000);
    check(scene, "account_blocked:a+ ");
    look(scene, NULL, 0, 4000);
    check(scene, "account_blocked:a- ");
}

static void what_comes_and_goes_is_told_when_it_has_settled(void **state)
{
    struct scene *scene = *state;
    const struct event event = of(EVENT_ACCOUNTS_PAUSED, "all");
    uint64_t settle_ms = event_rows[EVENT_ACCOUNTS_PAUSED].settle_ms;

    assert_true(settle_ms > 2);
    for (uint64_t round = 0; round < 5; round++) {
        look(scene, &event, 1, round * settle_ms + 1);
        look(scene, &event, 1, (round + 1) * settle_ms - 1);
        look(scene, NULL, 0, (round + 1) * settle_ms);
    }
    check(scene, "");
    look(scene, &event, 1, 100 * settle_ms);
    look(scene, &event, 1, 101 * settle_ms);
    check(scene, "accounts_paused:all+ ");
    /* Nor is it over because it was away for a moment. */
    look(scene, NULL, 0, 102 * settle_ms);
    look(scene, NULL, 0, 103 * settle_ms - 1);
    look(scene, &event, 1, 103 * settle_ms);
    look(scene, NULL, 0, 104 * settle_ms);
    check(scene, "");
    look(scene, NULL, 0, 105 * settle_ms);
    check(scene, "accounts_paused:all- ");
}

static void a_window_is_told_by_degrees(void **state)
{
    static const struct {
        int64_t used_ppm; /* -2: it is not seen */
        const char *told;
    } steps[] = {
        { 500000, "" },
        { 799000, "" },
        { 801000, "window_80:a+ " },
        { 799000, "" },
        { 801000, "" },
        { 990000, "" },
        { 1000000, "window_exhausted:a+ " },
        { 999000, "" },
        { 1001000, "" },
        { -2, "window_exhausted:a- " }, /* it began anew */
        { 10000, "" },
        { 1000000, "window_exhausted:a+ " },             /* at once: not both */
        { 850000, "window_exhausted:a- window_80:a+ " }, /* there is more */
        { 100000, "window_80:a- " },
        { 801000, "window_80:a+ " },
        { -2, "window_80:a- " },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct event event = of(EVENT_WINDOW_80, "a");

        event.used_ppm = steps[i].used_ppm;
        look(scene, &event, steps[i].used_ppm == -2 ? 0 : 1,
             AGAIN_MS * (i + 1));
        check(scene, steps[i].told);
    }
}

static void see_window(struct scene *scene, const char *name, int64_t used_ppm,
                       uint64_t now_ms)
{
    struct event event = of(EVENT_WINDOW_80, name);

    event.used_ppm = used_ppm;
    look(scene, &event, used_ppm > 0, now_ms);
}

/* As a provider may have it: used up and free with each answer. */
static void what_flaps_is_told_again_after_ten_minutes(void **state)
{
    struct scene *scene = *state;
    uint64_t now_ms = 1000;

    see_window(scene, "a", 990000, now_ms);
    see_window(scene, "a", 100000, now_ms + 1);
    check(scene, "window_80:a+ window_80:a- ");
    while (now_ms + 4000 < AGAIN_MS) {
        now_ms += 2000;
        see_window(scene, "a", 990000, now_ms);
        see_window(scene, "a", now_ms % 4000 == 1000 ? 100000 : -2,
                   now_ms + 1000);
    }
    check(scene, "");
    /* It is told then, if it holds then; and before, that it is used up. */
    see_window(scene, "a", 990000, 1000 + AGAIN_MS - 1);
    check(scene, "");
    see_window(scene, "a", 990000, 1000 + AGAIN_MS);
    check(scene, "window_80:a+ ");
    see_window(scene, "a", 1000000, 2000 + AGAIN_MS);
    check(scene, "window_exhausted:a+ ");
}

/* What was told, and that alone, is said to be over. */
static void each_degree_flaps_for_itself(void **state)
{
    struct scene *scene = *state;

    see_window(scene, "a", 1000000, 1000);
    see_window(scene, "a", 850000, 2000);
    check(scene, "window_exhausted:a+ window_exhausted:a- window_80:a+ ");
    see_window(scene, "a", 1000000, 3000);
    see_window(scene, "a", 850000, 4000);
    see_window(scene, "a", 1000000, 5000);
    check(scene, "");
    see_window(scene, "a", 100000, 6000);
    check(scene, "window_80:a- ");
    see_window(scene, "a", 1000000, 7000);
    see_window(scene, "a", -2, 8000);
    check(scene, "");
    see_window(scene, "a", 1000000, 9000);
    see_window(scene, "a", 1000000, 1000 + AGAIN_MS);
    check(scene, "window_exhausted:a+ ");
    see_window(scene, "a", -2, 2000 + AGAIN_MS);
    check(scene, "window_exhausted:a- ");
}

static void what_somebody_ended_may_begin_at_once(void **state)
{
    struct scene *scene = *state;

    see_window(scene, "a", 900000, 1000);
    scene->end = EVENT_SWITCHED_OFF;
    look(scene, NULL, 0, 2000);
    see_window(scene, "a", 900000, 3000);
    check(scene, "window_80:a+ window_80:a~ window_80:a+ ");
}

/* Those that are not told any more stand in nobody's way. */
static void what_rests_makes_room(void **state)
{
    struct scene *scene = *state;
    char name[8];

    for (unsigned i = 0; i < 10 * MAX; i++) {
        (void)snprintf(name, sizeof(name), "%u", i);
        see_window(scene, name, 900000, 1000 + i);
        scene->told[0] = '\0';
        look(scene, NULL, 0, 1000 + i);
        assert_non_null(strstr(scene->told, "- "));
    }
    assert_int_equal(watch_left_out(scene->watch), 0);
}

static void a_budget_that_is_changed_is_another_one(void **state)
{
    static const struct {
        int64_t used_ppm;
        uint64_t limit;
        const char *told;
    } steps[] = {
        { 1000000, 10, "budget_100:k+ " },
        { 850000, 10, "" },
        { 850000, 12, "budget_100:k- budget_80:k+ " },
        { 750000, 12, "" },
        { 750000, 13, "budget_80:k- " },
        { 850000, 13, "budget_80:k+ " },
        { 600000, 13, "budget_80:k- " },
        { 850000, 13, "" },
        { 850000, 14, "budget_80:k+ " },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct event event = of(EVENT_BUDGET_80, "k");

        event.used_ppm = steps[i].used_ppm;
        event.limit = steps[i].limit;
        watch_begin(scene->watch, EVENT_OF_KEYS);
        watch_see(scene->watch, &event, 1000 * (i + 1));
        watch_end(scene->watch, EVENT_OF_KEYS, 1000 * (i + 1));
        check(scene, steps[i].told);
    }
}

static void a_look_at_one_source_ends_nothing_of_another(void **state)
{
    struct scene *scene = *state;
    struct event budget = of(EVENT_BUDGET_80, "k");
    const struct event blocked = of(EVENT_BLOCKED, "a");

    budget.used_ppm = 900000;
    watch_begin(scene->watch, EVENT_OF_KEYS);
    look(scene, &blocked, 1, 1000);
    watch_see(scene->watch, &budget, 2000);
    look(scene, &blocked, 1, 2000);
    watch_end(scene->watch, EVENT_OF_KEYS, 3000);
    look(scene, &blocked, 1, 3000);
    check(scene, "account_blocked:a+ budget_80:k+ ");
    watch_begin(scene->watch, EVENT_OF_KEYS);
    watch_end(scene->watch, EVENT_OF_KEYS, 4000);
    check(scene, "budget_80:k- ");
}

static void what_there_is_no_room_for_is_counted(void **state)
{
    struct scene *scene = *state;
    struct event events[MAX + 1];
    char name[8];

    for (size_t i = 0; i < MAX + 1; i++) {
        (void)snprintf(name, sizeof(name), "%zu", i);
        events[i] = of(EVENT_BLOCKED, name);
    }
    look(scene, events, MAX + 1, 1000);
    assert_int_equal(watch_left_out(scene->watch), 1);
    scene->told[0] = '\0';
    look(scene, events + 1, MAX, 2000);
    check(scene, "account_blocked:0- ");
    look(scene, events + 1, MAX, 3000);
    check(scene, "account_blocked:8+ ");
}

static void count(void *arg, const struct event *event)
{
    size_t *sum = arg;

    assert_int_equal(event->since_ms, 1000);
    ++*sum;
}

static void what_is_told_now_can_be_seen(void **state)
{
    struct scene *scene = *state;
    const struct event events[] = { of(EVENT_BLOCKED, "a"),
                                    of(EVENT_ACCOUNTS_PAUSED, "all") };
    size_t sum = 0;

    look(scene, events, 2, 1000);
    watch_each(scene->watch, count, &sum);
    assert_int_equal(sum, 1);
    look(scene, events, 2, 100000);
    watch_each(scene->watch, count, &sum);
    assert_int_equal(sum, 3);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(an_event_is_told_once_and_once_that_it_is_over),
        ROW(what_is_not_looked_at_any_more_ends_for_that_reason),
        ROW(what_only_goes_on_does_not_begin),
        ROW(what_comes_and_goes_is_told_when_it_has_settled),
        ROW(a_window_is_told_by_degrees),
        ROW(what_flaps_is_told_again_after_ten_minutes),
        ROW(each_degree_flaps_for_itself),
        ROW(what_somebody_ended_may_begin_at_once),
        ROW(what_rests_makes_room),
        ROW(a_budget_that_is_changed_is_another_one),
        ROW(a_look_at_one_source_ends_nothing_of_another),
        ROW(what_there_is_no_room_for_is_counted),
        ROW(what_is_told_now_can_be_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
