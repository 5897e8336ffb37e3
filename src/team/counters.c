// SPDX-License-Identifier: MIT
/* What was used, and what is held.  See counters_internal.h for the locks. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "team/counters_internal.h"

/* ---- life --------------------------------------------------------------- */

struct counters *counters_new(struct unsaved *unsaved, int64_t subject)
{
    struct counters *counters = MEM_NEW(struct counters);

    pthread_mutex_init(&counters->mutex, NULL);
    atomic_init(&counters->refs, 1);
    counters->subject = subject;
    counters->unsaved = unsaved;
    list_init(&counters->node);
    return counters;
}

struct counters *counters_ref(struct counters *counters)
{
    atomic_fetch_add(&counters->refs, 1);
    return counters;
}

static void free_activity(struct activity *activity)
{
    if (!activity)
        return;
    assert(activity->held.requests == 0 && activity->held.tokens_out == 0 &&
           activity->held.cost_microusd == 0 && activity->held.whole == 0);
    assert(list_is_empty(&activity->waiting));
    quarters_done(&activity->quarters);
    quarters_done(&activity->pending);
    quarters_done(&activity->taken);
    for (size_t i = 0; i < RATES; i++)
        mem_free(activity->rates[i]);
    mem_free(activity->histories);
    mem_free(activity);
}

void counters_unref(struct counters *counters)
{
    if (!counters || atomic_fetch_sub(&counters->refs, 1) > 1)
        return;
    free_activity(counters->activity);
    pthread_mutex_destroy(&counters->mutex);
    mem_free(counters);
}

int64_t counters_subject(const struct counters *counters)
{
    return counters->subject;
}

static struct activity *activity_new(void)
{
    struct activity *activity = MEM_NEW(struct activity);

    list_init(&activity->waiting);
    return activity;
}

struct activity *counters_lock(struct counters *counters)
{
    pthread_mutex_lock(&counters->mutex);
    if (!counters->activity)
        counters->activity = activity_new();
    return counters->activity;
}

void counters_unlock(struct counters *counters)
{
    pthread_mutex_unlock(&counters->mutex);
}

/* ---- booking ------------------------------------------------------------ */

static void forget_old(struct activity *activity, uint64_t now_s)
{
    struct quarters *quarters = &activity->quarters;
    uint64_t certain_s = quarters_certain_s(quarters, now_s);
    uint64_t from_s =
        certain_s > WINDOWS_KEEP_S ? certain_s - WINDOWS_KEEP_S : 0;

    /* One a quarter hour comes and one goes; after a rest many at once. */
    if (quarters->at[0].start_s < from_s)
        quarters_drop(quarters, quarters_before(quarters, from_s));
}

static void count(struct activity *activity, const struct use *use,
                  uint64_t start_s)
{
    quarters_add(&activity->quarters, start_s, use);
    windows_add(&activity->windows, start_s, use);
    use_add(&activity->total, use);
}

void counters_add_saved(struct counters *counters,
                        const struct use_quarter *quarter)
{
    count(counters_lock(counters), &quarter->use, quarter->start_s);
    counters_unlock(counters);
}

void counters_add(struct counters *counters, const struct use *use,
                  uint64_t wall_ms)
{
    struct activity *activity = counters->activity;
    uint64_t start_s = wall_ms / 1000 / QUARTER_S * QUARTER_S;

    count(activity, use, start_s);
    forget_old(activity, wall_ms / 1000);
    if (!counters->unsaved)
        return;
    /* With something pending it is listed, or being taken. */
    if (activity->pending.count == 0)
        unsaved_list(counters);
    quarters_add(&activity->pending, start_s, use);
}

/* ---- limits ------------------------------------------------------------- */

static int window_of(enum limit limit)
{
    switch (limit_kinds[limit].window) {
    case LIMIT_PER_5H:
        return WINDOW_5H;
    case LIMIT_PER_DAY:
        return WINDOW_DAY;
    case LIMIT_PER_WEEK:
        return WINDOW_WEEK;
    case LIMIT_PER_MONTH:
        return WINDOW_MONTH;
    case LIMIT_PER_MINUTE:
    case LIMIT_FOR_EVER:
    case LIMIT_AT_ONCE:
        break;
    }
    return -1;
}

/* The limits per minute stand in the order of the rates. */
static struct minute *rate_of(const struct activity *activity, enum limit limit)
{
    _Static_assert((int)LIMIT_RPM == RATE_REQUESTS &&
                       (int)LIMIT_TPM_IN == RATE_TOKENS_IN &&
                       (int)LIMIT_TPM_OUT == RATE_TOKENS_OUT,
                   "rates are in the order of limits");
    return activity->rates[limit];
}

uint64_t counters_used(struct activity *activity, enum limit limit,
                       const struct zone *zone, struct counters_now now)
{
    const struct use *use;
    struct minute *rate;

    switch (limit_kinds[limit].window) {
    case LIMIT_PER_MINUTE:
        rate = rate_of(activity, limit);
        return rate ? minute_sum(rate, now.steady_ms / 1000) : 0;
    case LIMIT_AT_ONCE:
        return activity->held.requests;
    case LIMIT_FOR_EVER:
        return activity->total.cost_microusd;
    case LIMIT_PER_5H:
    case LIMIT_PER_DAY:
    case LIMIT_PER_WEEK:
    case LIMIT_PER_MONTH:
        break;
    }
    windows_turn(&activity->windows, &activity->quarters, zone, now.wall_ms);
    use = &activity->windows.at[window_of(limit)].use;
    return limit == LIMIT_RPD ? use->requests : use->cost_microusd;
}

static uint64_t held_cost(const struct held *held, uint64_t used, uint64_t at)
{
    uint64_t left = at == LIMIT_NONE || at < used ? 0 : at - used;

    return held->whole > 0 && left > held->cost_microusd ? left
                                                         : held->cost_microusd;
}

uint64_t counters_held(const struct activity *activity, enum limit limit,
                       uint64_t used, uint64_t at)
{
    if (limit_kinds[limit].unit == LIMIT_IN_MICROUSD)
        return held_cost(&activity->held, used, at);
    if (limit == LIMIT_RPD)
        return activity->held.requests;
    return limit == LIMIT_TPM_OUT ? activity->held.tokens_out : 0;
}

static uint64_t rate_opens(struct minute *rate, uint64_t most,
                           struct counters_now now)
{
    uint64_t second = rate ? minute_opens(rate, now.steady_ms / 1000, most) : 0;

    return second * 1000 > now.steady_ms
               ? now.wall_ms + second * 1000 - now.steady_ms
               : 0;
}

uint64_t counters_opens(struct activity *activity, enum limit limit,
                        uint64_t most, struct counters_now now)
{
    uint64_t at_ms;

    switch (limit_kinds[limit].window) {
    case LIMIT_PER_MINUTE:
        return rate_opens(rate_of(activity, limit), most, now);
    case LIMIT_PER_5H:
        at_ms = windows_rolling_opens(&activity->quarters, most, now.wall_ms);
        return at_ms > now.wall_ms ? at_ms : 0;
    case LIMIT_PER_DAY:
    case LIMIT_PER_WEEK:
    case LIMIT_PER_MONTH:
        return activity->windows.at[window_of(limit)].time.end_ms;
    case LIMIT_FOR_EVER:
    case LIMIT_AT_ONCE:
        break;
    }
    return 0;
}

/* ---- looking ------------------------------------------------------------ */

static bool is_calendar(enum limit limit)
{
    enum limit_window window = limit_kinds[limit].window;

    return window == LIMIT_PER_DAY || window == LIMIT_PER_WEEK ||
           window == LIMIT_PER_MONTH;
}

static bool is_full(const struct activity *activity, enum limit limit,
                    uint64_t at, struct counters_now now)
{
    const struct refused *refused = &activity->refused[limit];

    return refused->at == at && now.wall_ms < refused->until_ms;
}

static struct limit_view view_of(struct activity *activity, enum limit limit,
                                 uint64_t at, const struct zone *zone,
                                 struct counters_now now)
{
    struct limit_view view = {
        .used = counters_used(activity, limit, zone, now),
        .limit = at,
    };

    view.reserved = counters_held(activity, limit, view.used, at);
    if (view.used > 0)
        view.opens_ms = counters_opens(activity, limit, view.used - 1, now);
    else if (is_calendar(limit))
        view.opens_ms = counters_opens(activity, limit, 0, now);
    view.full = is_full(activity, limit, at, now);
    return view;
}

/* Forgotten after a month and a day: WINDOWS_KEEP_S. */
static struct use last_30d(const struct activity *activity,
                           struct counters_now now)
{
    uint64_t now_s = now.wall_ms / 1000;
    uint64_t ago_s = UINT64_C(30) * 86400;

    return quarters_sum(&activity->quarters, now_s > ago_s ? now_s - ago_s : 0,
                        UINT64_MAX);
}

void counters_view(struct counters *counters, const struct limits *limits,
                   const struct zone *zone, struct counters_now now,
                   struct counters_view *out)
{
    struct activity none = { .taking = false };
    struct activity *activity;

    pthread_mutex_lock(&counters->mutex);
    activity = counters->activity ? counters->activity : &none;
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        out->at[i] = view_of(activity, (enum limit)i, limits->at[i],
                             zone ? zone : zone_utc(), now);
    }
    out->total = activity->total;
    out->today = activity->windows.at[WINDOW_DAY].use;
    out->last_30d = last_30d(activity, now);
    pthread_mutex_unlock(&counters->mutex);
}
