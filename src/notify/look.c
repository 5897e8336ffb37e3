// SPDX-License-Identifier: MIT
/* How things are now. */
#include "notify/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/vitals.h"
#include "base/text.h"
#include "base/visible.h"
#include "team/key.h"

/* Bookings are written after a tenth of a second. */
#define BOOKINGS_LATE_MS 10000
#define PPM 1000000
#define HOUR_MS 3600000ull
#define DAY_MS (24 * HOUR_MS)
#define WINDOW_UNITS_MAX 1000

/* ---- accounts ------------------------------------------------------------ */

/* All that the look at accounts is made of. */
struct seen {
    const struct look *look;
    const struct account *account;
    struct vitals_copy copy;
    struct health_view view;
    bool hidden; /* by what is wrong with its file: how it is is not over */
};

/* Of all, and of the pool. */
struct standing {
    size_t count;
    size_t serving;
    uint64_t back_ms; /* when the first pause ends; 0: none does */
};

static struct event event_of(const struct seen *seen, enum event_kind kind)
{
    struct event event = { .kind = kind,
                           .about = EVENT_ABOUT_ACCOUNT,
                           .has_key = !seen->account->kind->personal };

    text_copy(event.subject, sizeof(event.subject),
              str_of(seen->account->name));
    return event;
}

/* It may hold what a file, or somebody else, has. */
static void say_why(struct event *event, const char *why)
{
    struct buf text;

    buf_init(&text, EVENT_WHY_MAX);
    (void)visible_add(&text, str_of(why), '?', EVENT_WHY_MAX - 1);
    text_copy(event->why, sizeof(event->why), buf_str(&text));
    buf_done(&text);
}

static void see(const struct seen *seen, enum event_kind kind, const char *why,
                uint64_t since_ms)
{
    struct event event = event_of(seen, kind);

    event.since_ms = since_ms;
    event.goes_on = seen->hidden && kind != EVENT_UNUSABLE;
    say_why(&event, why);
    seen->look->see(seen->look->arg, &event);
}

/* An API key's windows are a minute long: nobody could do anything. */
static bool is_of_a_plan(const struct quota *window)
{
    return window->name[0] >= '0' && window->name[0] <= '9';
}

/* It has begun anew by then; as long as nobody said when, that is its whole length after
   it was heard of, which its name begins with: "7d_oi". */
static uint64_t end_of_window(const struct quota *window)
{
    char *unit = NULL;
    unsigned long count = strtoul(window->name, &unit, 10);

    if (window->reset_ms > 0)
        return window->reset_ms;
    if (count > WINDOW_UNITS_MAX || (*unit != 'h' && *unit != 'd'))
        return UINT64_MAX;
    return window->seen_ms + count * (*unit == 'h' ? HOUR_MS : DAY_MS);
}

static void see_window(const struct seen *seen, const struct quota *window)
{
    struct event event = event_of(seen, EVENT_WINDOW_80);

    if (!is_of_a_plan(window) ||
        end_of_window(window) <= seen->look->now.wall_ms)
        return;
    event.used_ppm = window->used_ppm;
    if (window->status == QUOTA_REJECTED && event.used_ppm < PPM)
        event.used_ppm = PPM;
    event.until_ms = window->reset_ms;
    event.runs_out_ms = quota_runs_out_ms(window, seen->look->now.wall_ms);
    text_copy(event.part, sizeof(event.part), str_of(window->name));
    seen->look->see(seen->look->arg, &event);
}

static bool has_expired(const struct seen *seen)
{
    struct err ignored;

    return !account_is_usable(seen->account, seen->look->now.wall_ms, &ignored);
}

static void see_state(struct seen *seen)
{
    const struct health_view *view = &seen->view;

    seen->hidden = seen->account->problem[0] != 0;
    if (seen->hidden)
        see(seen, EVENT_UNUSABLE, seen->account->problem, 0);
    if (view->state == HEALTH_LOGIN_REQUIRED)
        see(seen, EVENT_LOGIN_REQUIRED, view->cause, view->since_ms);
    else if (view->state == HEALTH_BLOCKED)
        see(seen, EVENT_BLOCKED, view->cause, view->since_ms);
    else if (!seen->hidden && has_expired(seen))
        see(seen, EVENT_LOGIN_REQUIRED, "its token has expired", 0);
}

/* A soft pause is a guess: it gives way if there is no other account. */
static bool can_serve(const struct seen *seen)
{
    return !has_expired(seen) &&
           (seen->view.state == HEALTH_READY ||
            (seen->view.state == HEALTH_PAUSED && seen->view.soft));
}

static void count(struct standing *standing, const struct seen *seen)
{
    uint64_t until_ms = seen->view.until_ms;

    standing->count++;
    if (can_serve(seen))
        standing->serving++;
    if (until_ms > 0 &&
        (standing->back_ms == 0 || until_ms < standing->back_ms))
        standing->back_ms = until_ms;
}

static void see_account(struct seen *seen)
{
    const struct health_file file = { .login_required =
                                          seen->account->login_required };

    seen->copy = (struct vitals_copy){ .in_flight = 0 };
    if (seen->account->vitals)
        vitals_copy(seen->account->vitals, &seen->copy);
    health_mend(&seen->copy.health, seen->look->now.wall_ms);
    seen->view = health_view(&seen->copy.health, &file, STR_EMPTY,
                             seen->look->now.wall_ms);
    see_state(seen);
    for (size_t i = 0; i < seen->copy.windows.count; i++)
        see_window(seen, &seen->copy.windows.at[i]);
    if (seen->account->unsaved[0])
        see(seen, EVENT_TOKEN_UNSAVED, seen->account->unsaved, 0);
}

static bool serves_none(const struct standing *standing)
{
    return standing->count > 0 && standing->serving == 0;
}

static void see_serving(const struct look *look, const char *which,
                        const struct standing *standing, bool goes_on)
{
    struct event event = { .kind = EVENT_ACCOUNTS_PAUSED,
                           .about = EVENT_ABOUT_ACCOUNTS,
                           .until_ms = standing->back_ms,
                           .goes_on = goes_on };

    if (!serves_none(standing))
        return;
    text_copy(event.subject, sizeof(event.subject), str_of(which));
    look->see(look->arg, &event);
}

void look_accounts(const struct look *look, const struct account_list *list)
{
    struct seen seen = { .look = look };
    struct standing all = { .count = 0 };
    struct standing pool = { .count = 0 };

    for (size_t i = 0; i < list->count; i++) {
        seen.account = list->at[i];
        if (seen.account->disabled)
            continue;
        see_account(&seen);
        count(&all, &seen);
        if (seen.account->pooled)
            count(&pool, &seen);
    }
    see_serving(look, "all", &all, false);
    see_serving(look, "pool", &pool, serves_none(&all));
}

/* ---- bookings ------------------------------------------------------------ */

void look_bookings(const struct look *look, const struct ledger_state *state)
{
    struct event event = { .kind = EVENT_BOOKINGS_UNSAVED,
                           .about = EVENT_ABOUT_RELAY,
                           .used = state->waiting };

    if (!state->losing && state->waiting_ms < BOOKINGS_LATE_MS)
        return;
    if (state->losing)
        (void)snprintf(event.why, sizeof(event.why),
                       "there is no more room, and %llu are lost",
                       (unsigned long long)state->lost);
    look->see(look->arg, &event);
}

/* ---- keys and groups ----------------------------------------------------- */

/* Whose limits they are. */
struct holder {
    enum event_about about;
    uint64_t id;
    const char *name;
    const struct limits *limits;
    const struct zone *zone;
    struct counters *counters;
};

/* What opens within a minute is no budget. */
static bool is_budget(enum limit limit, uint64_t at)
{
    return at != LIMIT_NONE && at > 0 &&
           limit_kinds[limit].window != LIMIT_PER_MINUTE &&
           limit_kinds[limit].window != LIMIT_AT_ONCE;
}

static bool has_budget(const struct limits *limits)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (is_budget((enum limit)i, limits->at[i]))
            return true;
    }
    return false;
}

/* Less than all of it is never told as all of it. */
static int64_t ppm_of(uint64_t used, uint64_t limit)
{
    double part = (double)used / (double)limit * PPM;

    if (used < limit && part > PPM - 1)
        return PPM - 1;
    return part < (double)INT32_MAX ? (int64_t)part : INT32_MAX;
}

static void see_budget(const struct look *look, const struct holder *holder,
                       enum limit limit, const struct limit_view *view)
{
    struct event event = { .kind = EVENT_BUDGET_80,
                           .about = holder->about,
                           .number = holder->id,
                           .used = view->used,
                           .limit = view->limit,
                           .used_ppm = ppm_of(view->used, view->limit),
                           .full = view->full,
                           .until_ms = view->opens_ms };

    text_copy(event.subject, sizeof(event.subject), str_of(holder->name));
    text_copy(event.part, sizeof(event.part), str_of(limit_kinds[limit].name));
    look->see(look->arg, &event);
}

static void see_holder(const struct look *look, const struct holder *holder)
{
    struct counters_view view;

    if (!has_budget(holder->limits))
        return;
    counters_view(holder->counters, holder->limits, holder->zone, look->now,
                  &view);
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (is_budget((enum limit)i, holder->limits->at[i]))
            see_budget(look, holder, (enum limit)i, &view.at[i]);
    }
}

static bool see_next_key(const struct look *look, struct look_keys *at,
                         struct keyring *ring)
{
    struct key *key = keyring_after(ring, at->after);

    if (!key)
        return false;
    at->after = key->id;
    if (key_is_on(key) &&
        strcmp(key_state(key, look->now.wall_ms), "active") == 0)
        see_holder(look, &(struct holder){ .about = EVENT_ABOUT_KEY,
                                           .id = key->id,
                                           .name = key->name,
                                           .limits = &key->limits,
                                           .zone = key->zone,
                                           .counters = key->counters });
    key_unref(key);
    return true;
}

static bool see_next_group(const struct look *look, struct look_keys *at,
                           struct keyring *ring)
{
    struct key_group *group = keyring_after_group(ring, at->after);

    if (!group)
        return false;
    at->after = group->id;
    see_holder(look, &(struct holder){ .about = EVENT_ABOUT_GROUP,
                                       .id = group->id,
                                       .name = group->name,
                                       .limits = &group->limits,
                                       .zone = group->zone,
                                       .counters = group->counters });
    key_group_unref(group);
    return true;
}

bool look_keys(const struct look *look, struct look_keys *at,
               struct keyring *ring, size_t max)
{
    for (size_t i = 0; i < max; i++) {
        if (!at->groups && !see_next_key(look, at, ring))
            *at = (struct look_keys){ .groups = true };
        if (at->groups && !see_next_group(look, at, ring)) {
            *at = (struct look_keys){ .groups = false };
            return true;
        }
    }
    return false;
}
