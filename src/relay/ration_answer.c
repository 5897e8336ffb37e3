// SPDX-License-Identifier: MIT
/* Answers correct what is held, and become truths. */
#include <string.h>

#include "relay/ration_internal.h"

/* So many bytes of an answer are let pass between two corrections. */
#define RAISE_BYTES 8192

struct ration_look *ration_look_of(struct ration *ration)
{
    return &ration->look;
}

static void take_answered(struct ration *ration,
                          const struct meter_usage *usage)
{
    if (ration->answered || !usage->model[0])
        return;
    ration->answered = true;
    if (ration->renamed || strcmp(usage->model, ration->model) != 0)
        ration_find_price(ration, usage->model);
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

static void lift(struct estimate *output, uint64_t tokens, uint64_t cost)
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

    lift(&output, told, price_output_microusd(ration->price, usage, told));
    if (!row_of(ration)->has_like)
        return output;
    so_far = estimate_so_far(&ration->history, answer_bytes);
    mean = estimate_mean_out(&ration->history);
    lift(&output,
         ration_smaller(so_far.tokens_out + mean.tokens_out, most->tokens_out),
         ration_smaller(so_far.cost_out_microusd + mean.cost_out_microusd,
                        most->cost_out_microusd));
    return output;
}

struct estimate ration_lost(const struct ration *ration, unsigned count)
{
    const struct estimate *each = &ration->unread;
    struct estimate all = { 0 };

    for (unsigned i = 0; i < count; i++) {
        all.tokens_in = ration_sum(all.tokens_in, each->tokens_in);
        all.tokens_out = ration_sum(all.tokens_out, each->tokens_out);
        all.cost_microusd = ration_sum(all.cost_microusd, each->cost_microusd);
    }
    return all;
}

static struct admission_hold hold_so_far(const struct ration *ration,
                                         const struct meter_usage *usage,
                                         uint64_t answer_bytes)
{
    struct estimate output = output_so_far(ration, usage, answer_bytes);

    return (struct admission_hold){
        .tokens_in = meter_rated_input(usage),
        .tokens_out = output.tokens_out,
        .cost_microusd = ration_sum(price_input_microusd(ration->price, usage),
                                    output.cost_out_microusd),
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

/* The name that another provider has for a model says nothing of what it costs: that is
   no reason to break a promise. */
static uint64_t counted_cost(const struct ration *ration, uint64_t cost)
{
    bool is_guess = ration->options.owner.strict && ration->elsewhere &&
                    !ration_has_price(ration);

    return is_guess ? ration_smaller(cost, ration->estimate.cost_microusd)
                    : cost;
}

void ration_correct(struct ration *ration, const struct meter_usage *usage,
                    uint64_t answer_bytes)
{
    bool is_all = meter_tells_all(usage);
    struct admission_hold hold;
    struct estimate lost;

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
    hold.cost_microusd = counted_cost(ration, hold.cost_microusd);
    lost = ration_lost(ration, ration->again);
    hold.tokens_in = ration_sum(hold.tokens_in, lost.tokens_in);
    hold.tokens_out = ration_sum(hold.tokens_out, lost.tokens_out);
    hold.cost_microusd = ration_sum(hold.cost_microusd, lost.cost_microusd);
    admission_correct(&ration->admission, &hold);
}

/* ---- settling ----------------------------------------------------------- */

/* An answer without history: so many bytes of its stream, after the beginning, are
   taken for a token. */
#define TOKEN_BYTES 16
#define BEGINNING_BYTES 1024

static struct estimate output_of_bytes(const struct ration *ration,
                                       const struct ration_end *end)
{
    uint64_t bytes = end->answer_bytes > BEGINNING_BYTES
                         ? end->answer_bytes - BEGINNING_BYTES
                         : 0;
    uint64_t tokens =
        ration_smaller(ration->unread.tokens_out, bytes / TOKEN_BYTES);

    return (struct estimate){
        .tokens_out = tokens,
        .cost_out_microusd =
            price_output_microusd(ration->price, end->usage, tokens),
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
                                      const struct ration_end *end)
{
    switch (row_of(ration)->cut) {
    case RATION_CUT_RESERVED:
        return (struct estimate){ .tokens_out = ration->unread.tokens_out,
                                  .cost_out_microusd =
                                      ration->estimate.cost_out_microusd };
    case RATION_CUT_LIKE:
        return output_of_like(ration, end->answer_bytes);
    case RATION_CUT_BYTES:
        break;
    }
    return output_of_bytes(ration, end);
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
    struct estimate output = unknown_output(ration, end);
    struct estimate input = unknown_input(ration);
    uint64_t cost_in = ration_larger(price_input_microusd(ration->price, usage),
                                     input.cost_microusd);

    return (struct admission_truth){
        .sent = true,
        .tokens_in = ration_larger(meter_rated_input(usage), input.tokens_in),
        .tokens_out = output.tokens_out,
        .cost_microusd = ration_sum(cost_in, output.cost_out_microusd),
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

    if (!meter_tells_all(usage))
        truth = usage->whole || !usage->known[METER_INPUT]
                    ? untold(ration, end)
                    : broken_off(ration, end);
    else
        truth = (struct admission_truth){ .sent = true };
    truth.tokens_in = ration_larger(truth.tokens_in, told.tokens_in);
    truth.tokens_out = ration_larger(truth.tokens_out, told.tokens_out);
    truth.cost_microusd =
        counted_cost(ration,
                     ration_larger(truth.cost_microusd, told.cost_microusd));
    return truth;
}

static struct admission_truth with_lost(const struct ration *ration,
                                        const struct admission_truth *truth,
                                        unsigned count)
{
    struct estimate lost = ration_lost(ration, count);

    return (struct admission_truth){
        .sent = truth->sent,
        .tokens_in = ration_sum(truth->tokens_in, lost.tokens_in),
        .tokens_out = ration_sum(truth->tokens_out, lost.tokens_out),
        .cost_microusd = ration_sum(truth->cost_microusd, lost.cost_microusd),
    };
}

/* From an answer that told all. */
static void learn(const struct ration *ration, const struct ration_end *end,
                  const struct admission_truth *truth)
{
    uint64_t cost = truth->cost_microusd;
    uint64_t cost_in =
        ration_smaller(price_input_microusd(ration->price, end->usage), cost);
    struct estimate_truth came_to = {
        .body_bytes = ration->options.body_bytes,
        .answer_bytes = end->answer_bytes,
        .tokens_in = truth->tokens_in,
        .tokens_out = truth->tokens_out,
        .cost_in_microusd = cost_in,
        .cost_out_microusd = cost - cost_in,
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
    struct admission_truth all;

    if (!ration_is_held(ration))
        return;
    if (told)
        take_answered(ration, end->usage);
    if (end->sent && costs)
        truth = told ? truth_of(ration, end) : untold(ration, end);
    all = with_lost(ration, &truth, end->lost);
    admission_settle(&ration->admission, &all, ration_now(ration));
    if (told && end->complete && meter_tells_all(end->usage) &&
        !end->usage->failed)
        learn(ration, end, &truth);
}
