// SPDX-License-Identifier: MIT
/* What tokens cost: a table of prices per model, and exact arithmetic over it.
   Everything is integers: rates in 10^-18 dollars, sums in 128 bits, rounded once,
   half up, to micro-dollars; what does not fit is UINT64_MAX.  Immutable after it
   was read, so any thread may use it.  Pure.

   A row says for which models it holds (a glob, team/patterns.h) and from when on.  Of
   the rows that match and are in force, the one with the longest pattern counts, then
   the latest, then the last in the table.  An id may end in a date, -YYYYMMDD: it is
   looked up as it is, then without the date. */
#pragma once

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "usage/meter.h"
#include "usage/scan_facts.h"

enum price_class {
    PRICE_INPUT,
    PRICE_OUTPUT,
    PRICE_CACHE_WRITE_5M,
    PRICE_CACHE_WRITE_1H,
    PRICE_CACHE_READ,
    PRICE_CLASSES,
};

struct prices;

/* One row; owned by its table. */
struct price {
    const struct prices *table;    /* for what other models of an answer used */
    struct str model;              /* the pattern */
    bool names_one;                /* it has neither * nor ? */
    uint64_t valid_from_ms;        /* wall clock */
    uint64_t rates[PRICE_CLASSES]; /* 10^-18 dollars a token */
    uint64_t web_search;           /* 10^-18 dollars a request */
    uint64_t batch_millionths;     /* what a batch pays of its tokens' price */
    uint64_t context_max;          /* tokens that one call can read */
    uint64_t output_max;           /* tokens that one answer can have */
};

/* The table that the program brings along (usage/prices.json).  The caller's. */
struct prices *prices_default(void);

/* A table of the same form.  NULL, with a text that names the row, the member and
   what is allowed, if it is not valid. */
struct prices *prices_read(struct str json, struct err *err);

/* NULL is fine. */
void prices_free(struct prices *prices);

/* The price of a model at that time (wall clock); NULL if the table has none.  Its
   usage is then booked with its tokens, and its cost is unknown. */
const struct price *prices_find(const struct prices *prices, struct str model,
                                uint64_t now_ms);

/* The same, for limits: a model without a price counts as the dearest, that is, in
   every class at the highest rate of the table.  Never NULL. */
const struct price *prices_find_safe(const struct prices *prices,
                                     struct str model, uint64_t now_ms);

/* Is it a row, and not what stands for models without one? */
static inline bool price_is_known(const struct price *price)
{
    return price->model.len > 0;
}

/* May a pattern of models (team/patterns.h) mean one that the table has, with or
   without a date? */
bool prices_know(const struct prices *prices, struct str pattern);

/* What that came to, in micro-dollars, as far as it is known: a partial usage costs
   what is known of it.  `price` is the answer's model's; iterations of other models cost
   theirs, by the same table when the answer began.  The service tier "batch" pays less for its tokens.  Of cache
   writes whose lifetime is not told, 5 minutes are assumed. */
uint64_t price_cost_microusd(const struct price *price,
                             const struct meter_usage *usage);

/* Of that, what the input came to, cache writes and reads included. */
uint64_t price_input_microusd(const struct price *price,
                              const struct meter_usage *usage);

/* What tokens of one class cost. */
uint64_t price_tokens_microusd(const struct price *price,
                               enum price_class class, uint64_t tokens);

/* The most that a request can come to. */
struct price_most {
    uint64_t tokens_in;
    uint64_t tokens_out;
    uint64_t cost_microusd;
};

/* From a body of that many bytes (not packed) that is one JSON object, and what it asks
   for: a token per byte and 2,000 that Anthropic adds, at the dearest class of input
   that it asks for, and max_tokens (or the model's greatest, if it does not say) of
   output.  What the bytes do not measure is added at its greatest: 5,000 tokens an
   image, 1,000 a tool that Anthropic describes, and the whole context of the model for
   documents and for each use of a server tool, whose results are read in another call.
   False, and nothing told, if nothing bounds it (scan_facts_unbounded()). */
bool price_worst(const struct price *price, const struct scan_facts *facts,
                 uint64_t body_bytes, struct price_most *most) MUST_CHECK;
