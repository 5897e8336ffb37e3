// SPDX-License-Identifier: MIT
/* Reserving, correcting and settling, on both sides under their locks. */
#include "team/admission.h"

#include <assert.h>

#include "base/mem.h"
#include "team/counters_internal.h"

/* ---- both sides --------------------------------------------------------- */

static void lock_all(struct counters *const of[ADMISSION_SIDES])
{
    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        if (of[i])
            (void)counters_lock(of[i]);
    }
}

static void unlock_all(struct counters *const of[ADMISSION_SIDES])
{
    for (size_t i = ADMISSION_SIDES; i > 0; i--) {
        if (of[i - 1])
            counters_unlock(of[i - 1]);
    }
}

/* ---- checking ----------------------------------------------------------- */

/* A request whose body or answer says more than this says what cannot be: it is
   counted as that much, so that whatever comes can be added up. */
static uint64_t bounded(uint64_t amount)
{
    return amount < ADMISSION_MOST ? amount : ADMISSION_MOST;
}

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t need_of(const struct admission_ask *ask, enum limit limit)
{
    switch (limit_kinds[limit].unit) {
    case LIMIT_IN_MICROUSD:
        return ask->cost_microusd;
    case LIMIT_IN_TOKENS:
        return limit == LIMIT_TPM_IN ? ask->tokens_in : ask->tokens_out;
    case LIMIT_IN_REQUESTS:
        break;
    }
    return 1;
}

/* A check of one limit of one side. */
struct check {
    struct activity *activity;
    const struct zone *zone;
    struct counters_now now;
    struct limit_refusal found;
    bool looks;
};

/* And whoever looks at the counters sees that they are full. */
static void find_opening(struct check *check)
{
    struct limit_refusal *found = &check->found;
    uint64_t most = found->at - found->need;
    /* What runs now will count. */
    uint64_t used =
        found->limit == LIMIT_RPD ? found->used + found->reserved : found->used;

    if (found->need > found->at || used <= most)
        return;
    found->opens_ms =
        counters_opens(check->activity, found->limit, most, check->now);
    if (check->looks)
        return;
    check->activity->refused[found->limit] =
        (struct refused){ .at = found->at,
                          .until_ms = found->opens_ms > 0 ? found->opens_ms
                                                          : UINT64_MAX };
}

static bool has_room(struct check *check)
{
    struct limit_refusal *found = &check->found;

    found->used =
        counters_used(check->activity, found->limit, check->zone, check->now);
    found->reserved =
        counters_held(check->activity, found->limit, found->used, found->at);
    return add(add(found->used, found->reserved), found->need) <= found->at;
}

/* True if it fits. */
static bool fits(struct check *check)
{
    if (has_room(check))
        return true;
    check->found.zone = check->zone;
    check->found.now_ms = check->now.wall_ms;
    find_opening(check);
    return false;
}

static struct check check_of(const struct admission_ask *ask, size_t side,
                             enum limit limit, struct counters_now now)
{
    const struct zone *zone = ask->of[side].zone;

    return (struct check){
        .activity = ask->of[side].counters->activity,
        .zone = zone ? zone : zone_utc(),
        .now = now,
        .found = { .limit = limit,
                   .of_group = side == ADMISSION_GROUP,
                   .need = need_of(ask, limit),
                   .at = ask->of[side].limits->at[limit] },
    };
}

/* 0: nobody knows, but soon. */
static uint64_t opening(const struct limit_refusal *why)
{
    if (why->need > why->at ||
        (limit_kinds[why->limit].window == LIMIT_FOR_EVER &&
         why->used > why->at - why->need))
        return UINT64_MAX;
    return why->opens_ms;
}

/* What has been found so far. */
struct finding {
    enum admission_verdict verdict;
    struct limit_refusal *why;
    bool looks; /* and leaves no trace */
};

/* Waiting does not help against what refuses; what is full or taken at the key comes
   before the group. */
static void take_finding(struct finding *finding,
                         enum admission_verdict verdict,
                         const struct limit_refusal *found)
{
    if (finding->verdict == ADMISSION_GRANTED ||
        (verdict == ADMISSION_REFUSED &&
         (finding->verdict != ADMISSION_REFUSED ||
          opening(found) > opening(finding->why)))) {
        *finding->why = *found;
        finding->verdict = verdict;
    }
}

static enum admission_verdict verdict_of(const struct limit_refusal *found)
{
    return found->limit == LIMIT_CONCURRENCY && found->at > 0
               ? ADMISSION_FULL
               : ADMISSION_REFUSED;
}

/* Whoever waits at this side keeps its turn, whether the side is full or not: it may
   have been called a moment ago. */
static void check_turn(const struct admission_ask *ask, size_t side,
                       struct counters_now now, struct finding *finding)
{
    const struct activity *activity = ask->of[side].counters->activity;

    if (queue_is_first(activity, ask->of[side].place))
        return;
    take_finding(finding, ADMISSION_BEHIND,
                 &(struct limit_refusal){
                     .limit = LIMIT_CONCURRENCY,
                     .of_group = side == ADMISSION_GROUP,
                     .used = activity->held.requests,
                     .need = 1,
                     .at = ask->of[side].limits->at[LIMIT_CONCURRENCY],
                     .now_ms = now.wall_ms });
}

static void check_side(const struct admission_ask *ask, size_t side,
                       struct counters_now now, struct finding *finding)
{
    const struct limits *limits = ask->of[side].limits;

    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        struct check check;

        if (limits->at[i] == LIMIT_NONE)
            continue;
        check = check_of(ask, side, (enum limit)i, now);
        check.looks = finding->looks;
        if (check.found.need > 0 && !fits(&check))
            take_finding(finding, verdict_of(&check.found), &check.found);
    }
    check_turn(ask, side, now, finding);
}

/* ---- reserving ---------------------------------------------------------- */

/* Under the locks: nobody is judged by limits that do not hold any more. */
static bool is_outdated(const struct admission_ask *ask)
{
    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        if (ask->of[i].counters &&
            ask->of[i].changed_ms < ask->of[i].counters->changed_ms)
            return true;
    }
    return false;
}

/* From the first request on which such a limit holds for. */
static void make_rates(struct activity *activity, const struct limits *limits)
{
    for (size_t i = 0; i < RATES; i++) {
        if (limits->at[i] != LIMIT_NONE && !activity->rates[i])
            activity->rates[i] = MEM_NEW(struct minute);
    }
}

static bool is_rated(const struct admission *admission, size_t side,
                     size_t rate)
{
    return admission->rated[side] & (1u << rate);
}

/* The second of the thread whose clock is ahead. */
static uint64_t second_of(const struct activity *activity, uint64_t second)
{
    for (size_t i = 0; i < RATES; i++) {
        if (activity->rates[i] && activity->rates[i]->last > second)
            second = activity->rates[i]->last;
    }
    return second;
}

static void hold(struct admission *admission, size_t side,
                 struct counters_now now)
{
    struct activity *activity = admission->of[side]->activity;
    uint64_t second = second_of(activity, now.steady_ms / 1000);
    const uint64_t amounts[RATES] = { 1, admission->tokens_in, 0 };

    activity->held.requests++;
    activity->held.tokens_out += admission->tokens_out;
    activity->held.cost_microusd += admission->cost_microusd;
    activity->held.whole += admission->whole;
    admission->second[side] = (uint32_t)second;
    for (size_t i = 0; i < RATES; i++) {
        if (!activity->rates[i])
            continue;
        (void)minute_add(activity->rates[i], second, amounts[i]);
        admission->rated[side] =
            (unsigned char)(admission->rated[side] | 1u << i);
    }
}

/* Under the locks: all or nothing. */
static enum admission_verdict reserve(struct admission *admission,
                                      const struct admission_ask *ask,
                                      struct counters_now now,
                                      struct limit_refusal *why)
{
    struct finding finding = { ADMISSION_GRANTED, why, false };

    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        if (!ask->of[i].counters)
            continue;
        make_rates(ask->of[i].counters->activity, ask->of[i].limits);
        check_side(ask, i, now, &finding);
    }
    if (finding.verdict != ADMISSION_GRANTED)
        return finding.verdict;
    admission->tokens_in = bounded(ask->tokens_in);
    admission->tokens_out = bounded(ask->tokens_out);
    admission->cost_microusd = bounded(ask->cost_microusd);
    admission->whole = ask->whole;
    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        if (admission->of[i])
            hold(admission, i, now);
    }
    admission->state = ADMISSION_RESERVED;
    return ADMISSION_GRANTED;
}

enum admission_verdict admission_reserve(struct admission *admission,
                                         const struct admission_ask *ask,
                                         struct counters_now now,
                                         struct limit_refusal *why)
{
    enum admission_verdict verdict;

    assert(admission->state == ADMISSION_NONE);
    *admission = (struct admission){
        .counted = ask->counted,
        .of = { ask->of[ADMISSION_KEY].counters,
                ask->of[ADMISSION_GROUP].counters },
    };
    if (!ask->counted) {
        admission->state = ADMISSION_RESERVED;
        return ADMISSION_GRANTED;
    }
    lock_all(admission->of);
    verdict = is_outdated(ask) ? ADMISSION_OUTDATED
                               : reserve(admission, ask, now, why);
    unlock_all(admission->of);
    return verdict;
}

enum admission_verdict admission_look(const struct admission_ask *ask,
                                      struct counters_now now,
                                      struct limit_refusal *why)
{
    struct counters *const of[] = { ask->of[ADMISSION_KEY].counters,
                                    ask->of[ADMISSION_GROUP].counters };
    struct finding finding = { ADMISSION_GRANTED, why, true };

    lock_all(of);
    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        if (of[i])
            check_side(ask, i, now, &finding);
    }
    unlock_all(of);
    return finding.verdict;
}

/* ---- correcting --------------------------------------------------------- */

/* The second is seen from the counters' own: it may have passed out of sight. */
static void correct_rate(struct admission *admission, size_t side, size_t rate,
                         uint64_t from, uint64_t to)
{
    if (is_rated(admission, side, rate))
        minute_correct(admission->of[side]->activity->rates[rate],
                       admission->second[side], from, to);
}

/* What was held before is what the admission says. */
static void correct(struct admission *admission, size_t side,
                    const struct admission_hold *hold)
{
    struct held *held = &admission->of[side]->activity->held;

    assert(held->tokens_out >= admission->tokens_out);
    assert(held->cost_microusd >= admission->cost_microusd);
    assert(held->whole >= admission->whole);
    held->tokens_out =
        held->tokens_out - admission->tokens_out + hold->tokens_out;
    held->cost_microusd =
        held->cost_microusd - admission->cost_microusd + hold->cost_microusd;
    held->whole = held->whole - admission->whole + hold->whole;
    correct_rate(admission, side, RATE_TOKENS_IN, admission->tokens_in,
                 hold->tokens_in);
}

/* Under the locks. */
static void correct_all(struct admission *admission,
                        const struct admission_hold *hold)
{
    const struct admission_hold now = { bounded(hold->tokens_in),
                                        bounded(hold->tokens_out),
                                        bounded(hold->cost_microusd),
                                        hold->whole };

    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        if (admission->of[i])
            correct(admission, i, &now);
    }
    admission->tokens_in = now.tokens_in;
    admission->tokens_out = now.tokens_out;
    admission->cost_microusd = now.cost_microusd;
    admission->whole = now.whole;
}

void admission_correct(struct admission *admission,
                       const struct admission_hold *hold)
{
    assert(admission->state == ADMISSION_RESERVED);
    if (!admission->counted)
        return;
    lock_all(admission->of);
    correct_all(admission, hold);
    unlock_all(admission->of);
}

/* ---- extending ---------------------------------------------------------- */

/* Of its requests there are no more. */
static bool side_has_room(const struct admission_ask *more, size_t side,
                          struct counters_now now)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        struct check check;

        if (limit_kinds[i].unit == LIMIT_IN_REQUESTS ||
            more->of[side].limits->at[i] == LIMIT_NONE)
            continue;
        check = check_of(more, side, (enum limit)i, now);
        if (check.found.need > 0 && !has_room(&check))
            return false;
    }
    return true;
}

/* Under the locks. */
static bool extend(struct admission *admission,
                   const struct admission_ask *more, struct counters_now now)
{
    if (is_outdated(more))
        return false;
    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        if (admission->of[i] && !side_has_room(more, i, now))
            return false;
    }
    correct_all(admission,
                &(struct admission_hold){
                    add(admission->tokens_in, more->tokens_in),
                    add(admission->tokens_out, more->tokens_out),
                    add(admission->cost_microusd, more->cost_microusd),
                    admission->whole });
    return true;
}

bool admission_extend(struct admission *admission,
                      const struct admission_ask *more, struct counters_now now)
{
    bool done;

    assert(admission->state == ADMISSION_RESERVED);
    if (!admission->counted)
        return true;
    lock_all(admission->of);
    done = extend(admission, more, now);
    unlock_all(admission->of);
    return done;
}

/* ---- settling ----------------------------------------------------------- */

static void give_back(const struct admission *admission, struct held *held)
{
    assert(held->requests > 0);
    assert(held->tokens_out >= admission->tokens_out);
    assert(held->cost_microusd >= admission->cost_microusd);
    assert(held->whole >= admission->whole);
    held->requests--;
    held->tokens_out -= admission->tokens_out;
    held->cost_microusd -= admission->cost_microusd;
    held->whole -= admission->whole;
}

static void book(struct admission *admission, size_t side,
                 const struct admission_truth *truth, struct counters_now now)
{
    struct counters *counters = admission->of[side];
    struct minute *out = counters->activity->rates[RATE_TOKENS_OUT];
    struct use use = { .requests = 1,
                       .tokens_in = bounded(truth->tokens_in),
                       .tokens_out = bounded(truth->tokens_out),
                       .cost_microusd = bounded(truth->cost_microusd) };

    correct_rate(admission, side, RATE_TOKENS_IN, admission->tokens_in,
                 use.tokens_in);
    if (out)
        (void)minute_add(out, now.steady_ms / 1000, use.tokens_out);
    counters_add(counters, &use, now.wall_ms);
}

static void settle(struct admission *admission, size_t side,
                   const struct admission_truth *truth, struct counters_now now)
{
    struct activity *activity = admission->of[side]->activity;

    give_back(admission, &activity->held);
    if (truth->sent) {
        book(admission, side, truth, now);
    } else {
        correct_rate(admission, side, RATE_REQUESTS, 1, 0);
        correct_rate(admission, side, RATE_TOKENS_IN, admission->tokens_in, 0);
    }
    queue_call_first(activity);
}

void admission_settle(struct admission *admission,
                      const struct admission_truth *truth,
                      struct counters_now now)
{
    assert(admission->state == ADMISSION_RESERVED);
    admission->state = ADMISSION_SETTLED;
    if (!admission->counted)
        return;
    lock_all(admission->of);
    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        if (admission->of[i])
            settle(admission, i, truth, now);
    }
    unlock_all(admission->of);
}
