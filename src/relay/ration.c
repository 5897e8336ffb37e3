// SPDX-License-Identifier: MIT
/* Estimates become admissions. */
#include "relay/ration_internal.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "team/queue.h"

/* When the queue was full of those who are about to be served. */
#define CROWD_RETRY_MS 1000

/* Looking through the table is dear beside all else here. */
void ration_find_price(struct ration *ration, const char *model)
{
    ration->price = prices_find_safe(ration->options.prices, str_of(model),
                                     ration->options.came_ms);
}

bool ration_has_price(const struct ration *ration)
{
    return !ration->price || price_is_known(ration->price);
}

static bool is_estimated(const struct ration_options *options)
{
    return options->costs && options->counted;
}

struct ration *ration_new(const struct ration_options *options)
{
    struct ration *ration = MEM_NEW(struct ration);

    ration->options = *options;
    ration->refused_by = LIMIT_COUNT;
    ration->look.bytes_at = UINT64_MAX;
    if (!is_estimated(options)) {
        ration->estimate.cost_microusd = options->costs_later;
        return ration;
    }
    if (options->facts && options->facts->model_is == SCAN_TOLD)
        memcpy(ration->model, options->facts->model, sizeof(ration->model));
    ration_find_price(ration, ration->model);
    ration_estimate(ration);
    return ration;
}

static void leave(struct ration *ration, size_t side)
{
    queue_leave(ration->places[side]);
    ration->places[side] = NULL;
}

static void leave_queues(struct ration *ration)
{
    for (size_t i = 0; i < ADMISSION_SIDES; i++)
        leave(ration, i);
    loop_timer_free(ration->patience);
    ration->patience = NULL;
}

void ration_free(struct ration *ration)
{
    if (!ration)
        return;
    if (ration_is_held(ration))
        ration_settle(ration, &(struct ration_end){ .sent = false });
    leave_queues(ration);
    mem_free(ration->boundless);
    mem_free(ration);
}

bool ration_is_held(const struct ration *ration)
{
    return ration->admission.state == ADMISSION_RESERVED;
}

void ration_renew(struct ration *ration, const struct ration_owner *owner)
{
    assert(ration->admission.state == ADMISSION_NONE);
    ration->options.owner = *owner;
    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        if (!queue_is_at(ration->places[i], owner->of[i].counters))
            leave(ration, i);
    }
    if (is_estimated(&ration->options))
        ration_estimate(ration);
}

/* ---- asking ------------------------------------------------------------- */

static void take_owner(struct admission_ask *ask,
                       const struct ration_owner *owner)
{
    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        ask->of[i].counters = owner->of[i].counters;
        ask->of[i].limits = owner->of[i].limits;
        ask->of[i].zone = owner->of[i].zone;
        ask->of[i].changed_ms = owner->of[i].changed_ms;
    }
}

static struct admission_ask ask_for(const struct ration *ration,
                                    const struct estimate *estimate)
{
    struct admission_ask ask = {
        .counted = ration->options.counted,
        .tokens_in = estimate->tokens_in,
        .tokens_out = estimate->tokens_out,
        .cost_microusd = estimate->cost_microusd,
        .whole = ration_basis_rows[ration->basis].whole,
    };

    take_owner(&ask, &ration->options.owner);
    for (size_t i = 0; i < ADMISSION_SIDES; i++)
        ask.of[i].place = ration->places[i];
    return ask;
}

static enum admission_verdict reserve(struct ration *ration,
                                      struct limit_refusal *why)
{
    struct admission_ask ask = ask_for(ration, &ration->estimate);

    return admission_reserve(&ration->admission, &ask, ration_now(ration), why);
}

struct waker {
    void (*wake)(void *arg);
    void *arg;
};

/* How long it may wait still; 0: it has waited long enough. */
static uint64_t patience_of(const struct ration *ration)
{
    uint64_t waited_ms =
        ration->patience ? loop_now_ms(ration->options.loop) - ration->since_ms
                         : 0;
    uint64_t wait_ms = ration->options.owner.queue_wait_ms;

    return wait_ms > waited_ms ? wait_ms - waited_ms : 0;
}

/* Is it worth while to wait (on)?  Whoever is next but for somebody who was called
   already waits for that one to decide. */
static bool may_wait(const struct ration *ration,
                     enum admission_verdict verdict)
{
    return verdict == ADMISSION_BEHIND ||
           (verdict == ADMISSION_FULL && patience_of(ration) > 0);
}

/* True if it came to wait there just now.  Too many may wait there. */
static bool enter(struct ration *ration, size_t side, struct waker waker)
{
    if (ration->places[side])
        return false;
    ration->places[side] =
        queue_enter(ration->options.owner.of[side].counters,
                    ration->options.loop, waker.wake, waker.arg);
    return ration->places[side] != NULL;
}

/* At its key and, if that is in the way, at its group.  True if it came to wait
   somewhere just now. */
static bool stand_in_line(struct ration *ration,
                          const struct limit_refusal *why, struct waker waker)
{
    bool entered = enter(ration, ADMISSION_KEY, waker);

    if (!why->of_group)
        leave(ration, ADMISSION_GROUP);
    else if (ration->places[ADMISSION_KEY] &&
             enter(ration, ADMISSION_GROUP, waker))
        entered = true;
    return entered;
}

/* The next thing that happens without anybody calling.  Without patience: whoever is
   in front calls. */
static void wait_on(struct ration *ration, struct waker waker)
{
    uint64_t now_ms = clock_wall_ms();
    uint64_t ends_ms = ration->options.owner.ends_ms;
    uint64_t in_ms;

    if (!ration->patience) {
        ration->since_ms = loop_now_ms(ration->options.loop);
        ration->patience =
            loop_timer_new(ration->options.loop, waker.wake, waker.arg);
    }
    in_ms = patience_of(ration);
    if (ends_ms > now_ms && ends_ms - now_ms < in_ms)
        in_ms = ends_ms - now_ms;
    if (in_ms > 0)
        loop_timer_set(ration->patience, in_ms);
}

/* The slot may have become free, or the key another, before a place was taken; and
   behind the key there may be the group: it is asked again at each. */
static enum admission_verdict reserve_or_queue(struct ration *ration,
                                               struct waker waker,
                                               struct limit_refusal *why)
{
    enum admission_verdict verdict = reserve(ration, why);

    while (may_wait(ration, verdict) && stand_in_line(ration, why, waker))
        verdict = reserve(ration, why);
    return verdict;
}

/* A promise that cannot be kept is not made. */
static bool may_promise(const struct ration *ration, struct err *err)
{
    const struct ration_owner *owner = &ration->options.owner;

    return ration->basis != RATION_STRICT_UNBOUNDED ||
           err_set(err, ERR_FORBIDDEN,
                   "the key %s reserves the most that a request may cost "
                   "(reserve: strict), and nothing bounds what this request "
                   "may cost: %s",
                   owner->key, ration->boundless);
}

static bool is_in_line(const struct ration *ration,
                       const struct limit_refusal *why)
{
    return ration->places[ADMISSION_KEY] &&
           (!why->of_group || ration->places[ADMISSION_GROUP]);
}

/* The limit itself is not in the way. */
static void refuse_crowd(struct ration *ration, const struct limit_refusal *why,
                         struct err *err)
{
    const struct ration_owner *owner = &ration->options.owner;

    ration->refused_by = LIMIT_CONCURRENCY;
    ration->refused_group = why->of_group;
    err_set(err, ERR_RATE,
            "%d requests of %s %s wait for a free place (limit concurrency), "
            "and no more may: try again in a moment",
            QUEUE_MAX, why->of_group ? "the group" : "the key",
            why->of_group ? owner->group : owner->key);
    err_retry_after(err, CROWD_RETRY_MS);
}

static void refuse(struct ration *ration, const struct limit_refusal *why,
                   struct err *err)
{
    const struct ration_owner *owner = &ration->options.owner;

    ration->refused_by = why->limit;
    ration->refused_group = why->of_group;
    (void)limit_refuse(why, owner->key, owner->group, err);
}

bool ration_refused_by(const struct ration *ration, enum limit *limit,
                       bool *of_group)
{
    *limit = ration->refused_by;
    *of_group = ration->refused_group;
    return ration->refused_by < LIMIT_COUNT;
}

static enum ration_answer answer_of(struct ration *ration,
                                    enum admission_verdict verdict,
                                    struct waker waker,
                                    const struct limit_refusal *why,
                                    struct err *err)
{
    if (verdict == ADMISSION_OUTDATED)
        return RATION_OUTDATED;
    if (may_wait(ration, verdict) && is_in_line(ration, why)) {
        wait_on(ration, waker);
        return RATION_WAITING;
    }
    leave_queues(ration);
    if (verdict == ADMISSION_GRANTED)
        return RATION_GIVEN;
    if (verdict == ADMISSION_BEHIND)
        refuse_crowd(ration, why, err);
    else
        refuse(ration, why, err);
    return RATION_REFUSED;
}

enum ration_answer ration_ask(struct ration *ration, void (*wake)(void *arg),
                              void *arg, struct err *err)
{
    struct waker waker = { wake, arg };
    struct limit_refusal why;
    enum admission_verdict verdict;

    if (!may_promise(ration, err)) {
        leave_queues(ration);
        return RATION_REFUSED;
    }
    verdict = reserve_or_queue(ration, waker, &why);
    return answer_of(ration, verdict, waker, &why, err);
}

/* ---- again -------------------------------------------------------------- */

bool ration_again(struct ration *ration)
{
    struct estimate lost = ration_lost(ration, 1);
    struct admission_ask more = ask_for(ration, &lost);

    if (!admission_extend(&ration->admission, &more, ration_now(ration)))
        return false;
    ration->again++;
    return true;
}

/* ---- for whoever wants to know ------------------------------------------- */

bool ration_has_room(const struct ration_owner *owner, struct counters_now now,
                     struct err *err)
{
    struct admission_ask ask = {
        .counted = true, .tokens_in = 1, .tokens_out = 1, .cost_microusd = 1
    };
    struct limit_refusal why;
    enum admission_verdict verdict;

    take_owner(&ask, owner);
    verdict = admission_look(&ask, now, &why);
    return verdict == ADMISSION_GRANTED || verdict == ADMISSION_BEHIND ||
           (verdict == ADMISSION_FULL && owner->queue_wait_ms > 0) ||
           limit_refuse(&why, owner->key, owner->group, err);
}

/* ---- by another name ----------------------------------------------------- */

static uint64_t beyond(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static void raise_top(struct ration *ration)
{
    const struct estimate *now = &ration->estimate;
    struct estimate *top = &ration->top;

    top->tokens_in = ration_larger(top->tokens_in, now->tokens_in);
    top->tokens_out = ration_larger(top->tokens_out, now->tokens_out);
    top->cost_microusd = ration_larger(top->cost_microusd, now->cost_microusd);
}

/* What may cost more than was thought is held besides; what may cost less is given back
   when it is known. */
static bool hold_more(struct ration *ration)
{
    const struct estimate *now = &ration->estimate;
    const struct estimate *top = &ration->top;
    const struct estimate beside = {
        .tokens_in = beyond(now->tokens_in, top->tokens_in),
        .tokens_out = beyond(now->tokens_out, top->tokens_out),
        .cost_microusd = beyond(now->cost_microusd, top->cost_microusd),
    };
    struct admission_ask more = ask_for(ration, &beside);

    more.whole = false;
    return admission_extend(&ration->admission, &more, ration_now(ration));
}

static void price_as(struct ration *ration, const struct price *price,
                     bool renamed)
{
    ration->price = price;
    ration->renamed = renamed;
    ration_estimate(ration);
}

bool ration_goes_as(struct ration *ration, struct str model, bool elsewhere)
{
    const struct price *was = ration->price;
    bool renamed_before = ration->renamed;
    bool renamed = !str_eq(model, str_of(ration->model));

    ration->elsewhere = elsewhere;
    if (!ration->options.owner.strict || !is_estimated(&ration->options) ||
        (!renamed && !renamed_before))
        return true;
    raise_top(ration);
    price_as(ration,
             prices_find_safe(ration->options.prices, model,
                              ration->options.came_ms),
             renamed);
    if (hold_more(ration)) {
        raise_top(ration);
        return true;
    }
    price_as(ration, was, renamed_before);
    return false;
}
