// SPDX-License-Identifier: MIT
/* Estimates become admissions, and answers become truths. */
#include "relay/ration_internal.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "team/queue.h"

/* So many bytes of an answer are let pass between two corrections. */
#define RAISE_BYTES 8192
/* When the queue was full of those who are about to be served. */
#define CROWD_RETRY_MS 1000

struct ration_look *ration_look_of(struct ration *ration)
{
    return &ration->look;
}

static struct counters_now now_of(const struct ration *ration)
{
    return (struct counters_now){ loop_now_ms(ration->options.loop),
                                  clock_wall_ms() };
}

/* Looking through the table is dear beside all else here. */
void ration_find_price(struct ration *ration, const char *model)
{
    ration->price = prices_find_safe(ration->options.prices, str_of(model),
                                     clock_wall_ms());
}

static void take_answered(struct ration *ration,
                          const struct meter_usage *usage)
{
    if (ration->answered || !usage->model[0])
        return;
    ration->answered = true;
    if (strcmp(usage->model, ration->model) != 0)
        ration_find_price(ration, usage->model);
}

static bool is_estimated(const struct ration_options *options)
{
    return options->costs && options->counted;
}

struct ration *ration_new(const struct ration_options *options)
{
    struct ration *ration = MEM_NEW(struct ration);

    ration->options = *options;
    ration->look.bytes_at = UINT64_MAX;
    if (!is_estimated(options))
        return ration;
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
    assert(!ration_is_held(ration));
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

static enum admission_verdict reserve(struct ration *ration,
                                      struct limit_refusal *why)
{
    const struct ration_owner *owner = &ration->options.owner;
    struct admission_ask ask = {
        .counted = ration->options.counted,
        .tokens_in = ration->estimate.tokens_in,
        .tokens_out = ration->estimate.tokens_out,
        .cost_microusd = ration->estimate.cost_microusd,
        .whole = ration_basis_rows[ration->basis].whole,
    };

    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        ask.of[i].counters = owner->of[i].counters;
        ask.of[i].limits = owner->of[i].limits;
        ask.of[i].zone = owner->of[i].zone;
        ask.of[i].changed_ms = owner->of[i].changed_ms;
        ask.of[i].place = ration->places[i];
    }
    return admission_reserve(&ration->admission, &ask, now_of(ration), why);
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
static void refuse_crowd(const struct ration_owner *owner,
                         const struct limit_refusal *why, struct err *err)
{
    err_set(err, ERR_RATE,
            "%d requests of %s %s wait for a free place (limit concurrency), "
            "and no more may: try again in a moment",
            QUEUE_MAX, why->of_group ? "the group" : "the key",
            why->of_group ? owner->group : owner->key);
    err_retry_after(err, CROWD_RETRY_MS);
}

static enum ration_answer answer_of(struct ration *ration,
                                    enum admission_verdict verdict,
                                    struct waker waker,
                                    const struct limit_refusal *why,
                                    struct err *err)
{
    const struct ration_owner *owner = &ration->options.owner;

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
        refuse_crowd(owner, why, err);
    else
        limit_refuse(why, owner->key, owner->group, err);
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

/* ---- correcting --------------------------------------------------------- */

static const struct ration_basis_row *row_of(const struct ration *ration)
{
    return &ration_basis_rows[ration->basis];
}

static bool can_correct(const struct ration *ration)
{
    return ration->has_tools ? row_of(ration)->corrects_tools
                             : row_of(ration)->corrects;
}

/* What is not said is not 0. */
static bool tells_all(const struct meter_usage *usage)
{
    return usage->final && usage->known[METER_INPUT] &&
           usage->known[METER_OUTPUT];
}

static void raise(struct estimate *output, uint64_t tokens, uint64_t cost)
{
    output->tokens_out = ration_larger(output->tokens_out, tokens);
    output->cost_out_microusd = ration_larger(output->cost_out_microusd, cost);
}

/* What its output has come to and will come to, at the least. */
static struct estimate output_so_far(const struct ration *ration,
                                     const struct meter_usage *usage,
                                     uint64_t answer_bytes)
{
    struct estimate output = ration->estimate;
    const struct estimate *most = &ration->most;
    uint64_t told = usage->counts[METER_OUTPUT];
    struct estimate so_far;
    struct estimate mean;

    raise(&output, told,
          price_tokens_microusd(ration->price, PRICE_OUTPUT, told));
    if (!row_of(ration)->has_like)
        return output;
    so_far = estimate_so_far(&ration->history, answer_bytes);
    mean = estimate_mean_out(&ration->history);
    raise(&output,
          ration_smaller(so_far.tokens_out + mean.tokens_out, most->tokens_out),
          ration_smaller(so_far.cost_out_microusd + mean.cost_out_microusd,
                         most->cost_out_microusd));
    return output;
}

static struct admission_hold hold_so_far(const struct ration *ration,
                                         const struct meter_usage *usage,
                                         uint64_t answer_bytes)
{
    struct estimate output = output_so_far(ration, usage, answer_bytes);

    return (struct admission_hold){
        .tokens_in = meter_rated_input(usage),
        .tokens_out = output.tokens_out,
        .cost_microusd = price_input_microusd(ration->price, usage) +
                         output.cost_out_microusd,
    };
}

static struct admission_hold hold_all(const struct ration *ration,
                                      const struct meter_usage *usage)
{
    return (struct admission_hold){
        .tokens_in = meter_rated_input(usage),
        .tokens_out = usage->counts[METER_OUTPUT],
        .cost_microusd = price_cost_microusd(ration->price, usage),
    };
}

void ration_correct(struct ration *ration, const struct meter_usage *usage,
                    uint64_t answer_bytes)
{
    bool is_all = tells_all(usage);
    struct admission_hold hold;

    ration->look.told = usage->told;
    ration->look.bytes_at = UINT64_MAX;
    if (!ration_is_held(ration) || !usage->known[METER_INPUT] ||
        (!is_all && !can_correct(ration)))
        return;
    take_answered(ration, usage);
    if (row_of(ration)->has_like && !is_all)
        ration->look.bytes_at = answer_bytes + RAISE_BYTES;
    hold = is_all ? hold_all(ration, usage)
                  : hold_so_far(ration, usage, answer_bytes);
    admission_correct(&ration->admission, &hold);
}

/* ---- settling ----------------------------------------------------------- */

/* An answer without history: so many bytes of its stream, after the beginning, are
   taken for a token. */
#define TOKEN_BYTES 16
#define BEGINNING_BYTES 1024

static struct estimate output_of_bytes(const struct ration *ration,
                                       uint64_t answer_bytes)
{
    uint64_t bytes =
        answer_bytes > BEGINNING_BYTES ? answer_bytes - BEGINNING_BYTES : 0;
    uint64_t tokens =
        ration_smaller(ration->unread.tokens_out, bytes / TOKEN_BYTES);

    return (struct estimate){
        .tokens_out = tokens,
        .cost_out_microusd =
            price_tokens_microusd(ration->price, PRICE_OUTPUT, tokens),
    };
}

/* It may have come in another way than its like, whose bytes said more; nobody is charged
   for more than was possible. */
static struct estimate output_of_like(const struct ration *ration,
                                      uint64_t answer_bytes)
{
    struct estimate so_far = estimate_so_far(&ration->history, answer_bytes);
    bool is_proven = ration->worst.cost_microusd > 0;
    const struct estimate *most = is_proven ? &ration->worst : &ration->most;

    return (struct estimate){
        .tokens_out = ration_smaller(so_far.tokens_out, most->tokens_out),
        .cost_out_microusd =
            ration_smaller(so_far.cost_out_microusd, most->cost_out_microusd),
    };
}

/* What came out before an answer broke off, which it did not say. */
static struct estimate unknown_output(const struct ration *ration,
                                      uint64_t answer_bytes)
{
    switch (row_of(ration)->cut) {
    case RATION_CUT_RESERVED:
        return (struct estimate){ .tokens_out = ration->unread.tokens_out,
                                  .cost_out_microusd =
                                      ration->estimate.cost_out_microusd };
    case RATION_CUT_LIKE:
        return output_of_like(ration, answer_bytes);
    case RATION_CUT_BYTES:
        break;
    }
    return output_of_bytes(ration, answer_bytes);
}

/* What tools of the server bring becomes input later, which is told at the end. */
static struct estimate unknown_input(const struct ration *ration)
{
    const struct estimate *estimate = &ration->estimate;

    if (!ration->has_tools || row_of(ration)->cut == RATION_CUT_BYTES)
        return (struct estimate){ .tokens_in = 0 };
    return (struct estimate){ .tokens_in = ration->unread.tokens_in,
                              .cost_microusd = estimate->cost_microusd -
                                               estimate->cost_out_microusd };
}

/* Of an answer that broke off, only the beginning is told. */
static struct admission_truth broken_off(const struct ration *ration,
                                         const struct ration_end *end)
{
    const struct meter_usage *usage = end->usage;
    struct estimate output = unknown_output(ration, end->answer_bytes);
    struct estimate input = unknown_input(ration);
    uint64_t cost_in = ration_larger(price_input_microusd(ration->price, usage),
                                     input.cost_microusd);

    return (struct admission_truth){
        .sent = true,
        .tokens_in = ration_larger(meter_rated_input(usage), input.tokens_in),
        .tokens_out = output.tokens_out,
        .cost_microusd = cost_in + output.cost_out_microusd,
    };
}

/* Nobody could read it, it broke off before it told, or it never came.  A stream that
   began with an error was refused. */
static struct admission_truth untold(const struct ration *ration,
                                     const struct ration_end *end)
{
    struct admission_truth truth = { .sent = true };

    if (!end->owed || (end->usage && end->usage->failed))
        return truth;
    truth.tokens_in = ration->unread.tokens_in;
    truth.tokens_out = ration->unread.tokens_out;
    truth.cost_microusd = ration->unread.cost_microusd;
    return truth;
}

/* What it told counts, and what it did not tell as far as that was more. */
static struct admission_truth truth_of(const struct ration *ration,
                                       const struct ration_end *end)
{
    const struct meter_usage *usage = end->usage;
    struct admission_hold told = hold_all(ration, usage);
    struct admission_truth truth;

    if (!tells_all(usage))
        truth = usage->final || !usage->known[METER_INPUT]
                    ? untold(ration, end)
                    : broken_off(ration, end);
    else
        truth = (struct admission_truth){ .sent = true };
    truth.tokens_in = ration_larger(truth.tokens_in, told.tokens_in);
    truth.tokens_out = ration_larger(truth.tokens_out, told.tokens_out);
    truth.cost_microusd =
        ration_larger(truth.cost_microusd, told.cost_microusd);
    return truth;
}

/* From an answer that told all. */
static void learn(const struct ration *ration, const struct ration_end *end,
                  const struct admission_truth *truth)
{
    uint64_t cost = truth->cost_microusd;
    uint64_t cost_in = price_input_microusd(ration->price, end->usage);
    struct estimate_truth came_to = {
        .body_bytes = ration->options.body_bytes,
        .answer_bytes = end->answer_bytes,
        .tokens_in = truth->tokens_in,
        .tokens_out = truth->tokens_out,
        .cost_in_microusd = cost_in,
        .cost_out_microusd = cost > cost_in ? cost - cost_in : 0,
        .asked = ration->asked,
        .worst = ration->worst,
    };

    counters_learn(ration->options.owner.of[ADMISSION_KEY].counters,
                   str_of(ration->model), &came_to);
    if (ration->options.all)
        counters_learn(ration->options.all, str_of(ration->model), &came_to);
}

void ration_settle(struct ration *ration, const struct ration_end *end)
{
    bool costs = ration->options.costs && ration->options.counted;
    bool told = costs && end->usage && end->usage->told > 0;
    struct admission_truth truth = { .sent = end->sent };

    if (!ration_is_held(ration))
        return;
    if (told)
        take_answered(ration, end->usage);
    if (end->sent && costs)
        truth = told ? truth_of(ration, end) : untold(ration, end);
    admission_settle(&ration->admission, &truth, now_of(ration));
    if (told && end->complete && tells_all(end->usage) && !end->usage->failed)
        learn(ration, end, &truth);
}
