// SPDX-License-Identifier: MIT
/* Estimates become admissions, and answers become truths. */
#include "relay/ration.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "relay/boundless.h"
#include "team/queue.h"

/* So many bytes of an answer are let pass between two corrections. */
#define RAISE_BYTES 8192

/* Far more than any limit. */
#define UNBOUNDED UINT64_MAX

struct ration {
    struct ration_look look; /* in front: seen at each wake */
    struct ration_options options;
    struct admission admission;
    struct estimate estimate;
    struct estimate unread; /* what is booked if its usage is never told */
    const char *boundless;  /* why nothing bounds what it may cost; or NULL */
    char model[SIFT_TEXT_MAX + 1];
    const struct price
        *price;    /* of the model asked for, then of that answered */
    bool answered; /* which of the two it is */
    bool has_history;
    bool is_own_history;    /* of the key; else of all keys */
    struct history history; /* what it was estimated by */
    uint64_t cost_out;      /* of the estimate: what is not input */
    bool corrects;          /* input can be told from the rest */
    struct queue_place *place;
    const struct counters *queued_at; /* whose queue that is */
    struct loop_timer *patience;      /* while it waits */
    uint64_t wait_until_ms;
};

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
static void find_price(struct ration *ration, const char *model)
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
        find_price(ration, usage->model);
}

/* ---- the estimate ------------------------------------------------------- */

/* False if nothing bounds it. */
static bool find_most(const struct ration *ration,
                      const struct scan_facts *facts, struct estimate *worst)
{
    struct price_most most;

    if (!facts ||
        !price_worst(ration->price, facts, ration->options.body_bytes, &most))
        return false;
    *worst = (struct estimate){ most.tokens_in, most.tokens_out,
                                most.cost_microusd };
    return true;
}

/* Without tools that nothing bounds: good enough where it is no promise. */
static bool find_usual_most(const struct ration *ration, struct estimate *worst)
{
    struct scan_facts facts;

    if (!ration->options.facts)
        return false;
    facts = *ration->options.facts;
    facts.tools_unbounded = false;
    facts.has_servers = false;
    return find_most(ration, &facts, worst);
}

static bool find_history(struct ration *ration)
{
    struct str model = str_of(ration->model);
    const struct ration_options *options = &ration->options;

    ration->is_own_history =
        model.len > 0 &&
        counters_history(options->owner.of[ADMISSION_KEY].counters, model,
                         &ration->history);
    return ration->is_own_history ||
           (model.len > 0 && options->all &&
            counters_history(options->all, model, &ration->history));
}

/* Whatever a body may cost at the most: what its like came to is what counts. */
static struct estimate expected(const struct ration *ration,
                                uint64_t body_bytes)
{
    const struct estimate none = { UNBOUNDED >> 1, UNBOUNDED >> 1,
                                   UNBOUNDED >> 1 };

    return estimate_expect(&ration->history, NULL, body_bytes, &none);
}

static void estimate_by_history(struct ration *ration)
{
    ration->corrects = true;
    ration->estimate = expected(ration, ration->options.body_bytes);
    ration->cost_out = expected(ration, 0).cost_microusd;
}

/* Results of tools are read as input once more, so that their share is not known when
   the answer begins. */
static void estimate_by_most(struct ration *ration, const struct estimate *most)
{
    const struct scan_facts *facts = ration->options.facts;

    ration->estimate = *most;
    ration->corrects =
        facts->tool_uses == 0 && !facts->tools_unbounded && !facts->has_servers;
    ration->cost_out =
        price_tokens_microusd(ration->price, PRICE_OUTPUT, most->tokens_out);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What other keys' requests came to does not make a small one dear. */
static void lower_to_most(struct ration *ration, const struct estimate *most)
{
    struct estimate *estimate = &ration->estimate;
    uint64_t out =
        price_tokens_microusd(ration->price, PRICE_OUTPUT, most->tokens_out);

    estimate->tokens_in = smaller(estimate->tokens_in, most->tokens_in);
    estimate->tokens_out = smaller(estimate->tokens_out, most->tokens_out);
    estimate->cost_microusd =
        smaller(estimate->cost_microusd, most->cost_microusd);
    ration->cost_out = smaller(ration->cost_out, out);
}

/* The estimate, as far as it can be: nobody is charged for a number in its body that
   Anthropic would not accept. */
static struct estimate find_unread(const struct ration *ration)
{
    struct scan_facts facts = { .model_is = SCAN_ABSENT };
    struct estimate most = { 0 };
    struct estimate estimate = ration->estimate;

    if (ration->options.facts)
        facts = *ration->options.facts;
    facts.max_tokens_is = SCAN_ABSENT;
    facts.tools_unbounded = false;
    facts.has_servers = false;
    (void)find_most(ration, &facts, &most);
    return (struct estimate){
        smaller(estimate.tokens_in, most.tokens_in),
        smaller(estimate.tokens_out, most.tokens_out),
        smaller(estimate.cost_microusd, most.cost_microusd),
    };
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Should its like have come to more than what was thought to be the worst, then that
   was not. */
static void raise_to_history(struct ration *ration)
{
    struct estimate like = expected(ration, ration->options.body_bytes);
    struct estimate *estimate = &ration->estimate;

    estimate->tokens_in = larger(estimate->tokens_in, like.tokens_in);
    estimate->tokens_out = larger(estimate->tokens_out, like.tokens_out);
    estimate->cost_microusd =
        larger(estimate->cost_microusd, like.cost_microusd);
    ration->cost_out =
        larger(ration->cost_out, expected(ration, 0).cost_microusd);
}

static void estimate(struct ration *ration)
{
    struct estimate most;
    bool strict = ration->options.owner.strict;
    bool bounded = find_most(ration, ration->options.facts, &most);

    if (!bounded)
        ration->boundless =
            boundless_text(ration->options.packed, ration->options.facts);
    ration->has_history = find_history(ration);
    if (ration->has_history && !strict)
        estimate_by_history(ration);
    else if (bounded || (!strict && find_usual_most(ration, &most)))
        estimate_by_most(ration, &most);
    else
        ration->estimate = (struct estimate){ UNBOUNDED, UNBOUNDED, UNBOUNDED };
    if (ration->has_history && !ration->is_own_history && !strict && bounded)
        lower_to_most(ration, &most);
    ration->unread =
        ration->has_history && !strict ? ration->estimate : find_unread(ration);
    if (ration->is_own_history && strict)
        raise_to_history(ration);
}

/* A request that may alone need more than a minute allows is let through when the
   minute is empty, unless the worst has to be held: else it never would be, and
   nothing would be learned. */
static uint64_t fit(const struct ration *ration, enum limit limit,
                    uint64_t tokens)
{
    const struct ration_owner *owner = &ration->options.owner;

    for (size_t i = 0; i < ADMISSION_SIDES && !owner->strict; i++) {
        uint64_t at = owner->of[i].limits && owner->of[i].counters
                          ? owner->of[i].limits->at[limit]
                          : LIMIT_NONE;

        tokens = tokens < at ? tokens : at;
    }
    /* What costs something is not for a limit that is used up. */
    return tokens > 0 ? tokens : 1;
}

struct ration *ration_new(const struct ration_options *options)
{
    struct ration *ration = MEM_NEW(struct ration);

    ration->options = *options;
    ration->look.bytes_at = UINT64_MAX;
    if (!options->costs || !options->counted)
        return ration;
    if (options->facts && options->facts->model_is == SCAN_TOLD)
        memcpy(ration->model, options->facts->model, sizeof(ration->model));
    find_price(ration, ration->model);
    estimate(ration);
    ration->options.facts = NULL;
    ration->estimate.tokens_in =
        fit(ration, LIMIT_TPM_IN, ration->estimate.tokens_in);
    ration->estimate.tokens_out =
        fit(ration, LIMIT_TPM_OUT, ration->estimate.tokens_out);
    if (ration->estimate.cost_microusd == 0)
        ration->estimate.cost_microusd = 1;
    return ration;
}

static void leave_queue(struct ration *ration)
{
    queue_leave(ration->place);
    ration->place = NULL;
    loop_timer_free(ration->patience);
    ration->patience = NULL;
}

void ration_free(struct ration *ration)
{
    if (!ration)
        return;
    assert(!ration_is_held(ration));
    leave_queue(ration);
    mem_free(ration);
}

bool ration_is_held(const struct ration *ration)
{
    return ration->admission.state == ADMISSION_RESERVED;
}

/* ---- asking ------------------------------------------------------------- */

static enum admission_verdict reserve(struct ration *ration,
                                      struct limit_refusal *why)
{
    const struct ration_owner *owner = &ration->options.owner;
    struct admission_ask ask = {
        .counted = ration->options.counted,
        .place = ration->place,
        .tokens_in = ration->estimate.tokens_in,
        .tokens_out = ration->estimate.tokens_out,
        .cost_microusd = ration->estimate.cost_microusd,
    };

    for (size_t i = 0; i < ADMISSION_SIDES; i++) {
        ask.of[i].counters = owner->of[i].counters;
        ask.of[i].limits = owner->of[i].limits;
        ask.of[i].zone = owner->of[i].zone;
    }
    return admission_reserve(&ration->admission, &ask, now_of(ration), why);
}

struct waker {
    void (*wake)(void *arg);
    void *arg;
};

static void enter_queue(struct ration *ration, struct counters *of,
                        struct waker waker)
{
    queue_leave(ration->place);
    ration->place =
        queue_enter(of, ration->options.loop, waker.wake, waker.arg);
    if (ration->patience || !ration->place)
        return;
    ration->patience =
        loop_timer_new(ration->options.loop, waker.wake, waker.arg);
    loop_timer_set(ration->patience, ration->options.owner.queue_wait_ms);
    ration->wait_until_ms =
        loop_now_ms(ration->options.loop) + ration->options.owner.queue_wait_ms;
}

/* Is it worth while to wait (on)? */
static bool is_patient(const struct ration *ration)
{
    if (!ration->patience)
        return ration->options.owner.queue_wait_ms > 0;
    return loop_now_ms(ration->options.loop) < ration->wait_until_ms;
}

/* The slot may have become free before the place was taken, and behind the key's own
   queue there may be that of its group: twice round at most. */
static enum admission_verdict reserve_or_queue(struct ration *ration,
                                               struct waker waker,
                                               struct limit_refusal *why)
{
    enum admission_verdict verdict = reserve(ration, why);

    for (size_t i = 0; i < ADMISSION_SIDES && verdict == ADMISSION_FULL; i++) {
        struct counters *of =
            ration->options.owner
                .of[why->of_group ? ADMISSION_GROUP : ADMISSION_KEY]
                .counters;

        if (!is_patient(ration) || of == ration->queued_at)
            break;
        enter_queue(ration, of, waker);
        ration->queued_at = ration->place ? of : NULL;
        if (!ration->place)
            break;
        verdict = reserve(ration, why);
    }
    return verdict;
}

/* A promise that cannot be kept is not made. */
static bool may_promise(const struct ration *ration, struct err *err)
{
    const struct ration_owner *owner = &ration->options.owner;

    return !owner->strict || !ration->boundless ||
           err_set(err, ERR_FORBIDDEN,
                   "the key %s reserves the most that a request may cost "
                   "(reserve: strict), and nothing bounds what this request "
                   "may cost: %s",
                   owner->key, ration->boundless);
}

enum ration_answer ration_ask(struct ration *ration, void (*wake)(void *arg),
                              void *arg, struct err *err)
{
    const struct ration_owner *owner = &ration->options.owner;
    struct limit_refusal why;
    enum admission_verdict verdict;

    if (!may_promise(ration, err))
        return RATION_REFUSED;
    verdict =
        reserve_or_queue(ration, (struct waker){ .wake = wake, .arg = arg },
                         &why);
    if (verdict == ADMISSION_FULL && ration->place && is_patient(ration))
        return RATION_WAITING;
    leave_queue(ration);
    if (verdict == ADMISSION_GRANTED)
        return RATION_GIVEN;
    limit_refuse(&why, owner->key, owner->group, err);
    return RATION_REFUSED;
}

/* ---- correcting --------------------------------------------------------- */

/* What its output has come to and will come to, at the least. */
static uint64_t output_so_far(const struct ration *ration,
                              const struct meter_usage *usage,
                              uint64_t answer_bytes)
{
    uint64_t told = price_tokens_microusd(ration->price, PRICE_OUTPUT,
                                          usage->counts[METER_OUTPUT]);
    uint64_t likely;

    if (!ration->has_history)
        return told;
    likely = estimate_so_far(&ration->history, answer_bytes).cost_microusd +
             estimate_mean_out(&ration->history);
    return likely > told ? likely : told;
}

void ration_correct(struct ration *ration, const struct meter_usage *usage,
                    uint64_t answer_bytes)
{
    uint64_t out = ration->cost_out;
    uint64_t so_far;

    ration->look.told = usage->told;
    ration->look.bytes_at = UINT64_MAX;
    if (!ration->corrects || !ration_is_held(ration) ||
        !usage->known[METER_INPUT])
        return;
    take_answered(ration, usage);
    so_far = output_so_far(ration, usage, answer_bytes);
    if (ration->has_history)
        ration->look.bytes_at = answer_bytes + RAISE_BYTES;
    admission_correct(&ration->admission, meter_rated_input(usage),
                      price_input_microusd(ration->price, usage) +
                          (so_far > out ? so_far : out));
}

/* ---- settling ----------------------------------------------------------- */

/* An answer without history: so many bytes of its stream, after the beginning, are
   taken for a token. */
#define TOKEN_BYTES 16
#define BEGINNING_BYTES 1024

/* What came out before an answer broke off, which it did not say.  A strict key pays
   what was reserved: nothing less is sure. */
static struct estimate unknown_output(const struct ration *ration,
                                      const struct price *price,
                                      uint64_t answer_bytes)
{
    uint64_t bytes =
        answer_bytes > BEGINNING_BYTES ? answer_bytes - BEGINNING_BYTES : 0;
    uint64_t tokens = smaller(ration->unread.tokens_out, bytes / TOKEN_BYTES);

    if (ration->options.owner.strict)
        return (struct estimate){ .tokens_out = ration->unread.tokens_out,
                                  .cost_microusd = ration->cost_out };
    if (ration->has_history)
        return estimate_so_far(&ration->history, answer_bytes);
    return (struct estimate){
        .tokens_out = tokens,
        .cost_microusd = price_tokens_microusd(price, PRICE_OUTPUT, tokens)
    };
}

/* Of an answer that broke off, only the beginning is told. */
static struct admission_truth truth_of(const struct ration *ration,
                                       const struct ration_end *end)
{
    const struct meter_usage *usage = end->usage;
    const struct price *price = ration->price;
    struct estimate so_far = { .tokens_out = 0 };
    struct admission_truth truth = {
        .sent = true,
        .tokens_in = meter_rated_input(usage),
        .tokens_out = usage->counts[METER_OUTPUT],
        .cost_microusd = price_cost_microusd(price, usage),
    };
    uint64_t cost_in = price_input_microusd(price, usage);

    if (usage->final)
        return truth;
    so_far = unknown_output(ration, price, end->answer_bytes);
    if (so_far.tokens_out > truth.tokens_out)
        truth.tokens_out = so_far.tokens_out;
    if (cost_in + so_far.cost_microusd > truth.cost_microusd)
        truth.cost_microusd = cost_in + so_far.cost_microusd;
    return truth;
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

static void learn(const struct ration *ration, const struct ration_end *end)
{
    const struct meter_usage *usage = end->usage;
    const struct price *price = ration->price;
    uint64_t cost = price_cost_microusd(price, usage);
    struct estimate_truth truth = {
        .body_bytes = ration->options.body_bytes,
        .answer_bytes = end->answer_bytes,
        .tokens_in = meter_rated_input(usage),
        .tokens_out = usage->counts[METER_OUTPUT],
        .cost_in_microusd = price_input_microusd(price, usage),
    };

    truth.cost_out_microusd =
        cost > truth.cost_in_microusd ? cost - truth.cost_in_microusd : 0;
    counters_learn(ration->options.owner.of[ADMISSION_KEY].counters,
                   str_of(ration->model), &truth);
    if (ration->options.all)
        counters_learn(ration->options.all, str_of(ration->model), &truth);
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
    if (told && end->complete && end->usage->final && !end->usage->failed)
        learn(ration, end);
}
