// SPDX-License-Identifier: MIT
/* What tokens cost: a table of prices per model, and exact arithmetic over it.
   Everything is integers: rates in 10^-18 dollars, factors in thousandths, sums in 128
   bits (up to some 300 million dollars), rounded once, half up, to micro-dollars; what
   does not fit is UINT64_MAX.  Immutable after it was read, so any thread may use it.
   Pure.

   A row says for which models it holds (an id, or a glob, team/patterns.h) and from when
   on.  Of the rows that are in force counts the one that is the id; else the one that is
   the id without its date, -YYYYMMDD; else that of the patterns that match either which
   is the longest.  Of the same the latest counts, then the last in the table; rows of a
   table in front of another go first.

   What a call costs is changed by factors, which multiply: of a long prompt, and of what
   the answer's usage says of the way it was served (enum price_condition).  What the
   usage does not say, or the row does not list, changes nothing. */
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

/* Members of an answer's usage whose values have factors; a member of a row has the
   same name. */
enum price_condition {
    PRICE_BY_TIER,  /* service_tier: "batch", "priority" */
    PRICE_BY_SPEED, /* speed: "fast" */
    PRICE_BY_GEO,   /* inference_geo: "us" */
    PRICE_CONDITIONS,
};

#define PRICE_FACTORS_MAX 8

/* By the values of one member. */
struct price_factors {
    size_t count;
    struct price_factor {
        struct str value;
        uint64_t thousandths; /* of the price of all tokens */
    } at[PRICE_FACTORS_MAX];
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
    uint64_t context_max;          /* tokens that one call can read */
    uint64_t output_max;           /* tokens that one answer can have */
    /* Of a call that reads more tokens than `long_above`, cached ones included, in
       thousandths: all of its input, and its output. */
    uint64_t long_above; /* UINT64_MAX: none is long */
    uint64_t long_input;
    uint64_t long_output;
    const struct price_factors *factors; /* [PRICE_CONDITIONS] */
};

/* The table that the program brings along (usage/prices.json). */
struct prices *prices_default(void);

/* Its text, as a pattern for others. */
struct str prices_default_text(void);

/* A table of the same form, and behind it the one that the program brings along, unless
   it says "embedded": false.  Any of its rows for a model hides all of those behind.
   NULL, with a text that names the row, the member and what is allowed, if it is not
   valid. */
struct prices *prices_read(struct str json, struct err *err);

/* A table is shared by counted references; those that were read have one, the caller's.
   Any thread. */
struct prices *prices_ref(struct prices *prices);
/* NULL is fine. */
void prices_unref(struct prices *prices);

#define PRICES_OWN_VERSION_MAX 32
#define PRICES_VERSION_MAX (2 * (PRICES_OWN_VERSION_MAX + 7) + 2)

/* Which table it is, for bookings; another text is another one.  Its member "version", ":"
   and the first 6 hex digits of the SHA-256 of its text, or, without that member, the
   first 12; with "+" and that of the program's own, if its rows are behind. */
const char *prices_version(const struct prices *prices);

/* Where prompts of some model begin to be long: for the meter of an answer. */
const struct meter_borders *prices_borders(const struct prices *prices);

/* "1.25" is 1250000; with at most six decimals. */
bool price_millionths(struct str text, uint64_t *value);

/* All rows, in order; `own`: of the table that was read, not of those behind. */
void prices_each(const struct prices *prices,
                 void (*visit)(void *arg, const struct price *price, bool own),
                 void *arg);

/* The price of a model at that time (wall clock); NULL if the table has none.  Its
   usage is then booked with its tokens, and its cost is unknown. */
const struct price *prices_find(const struct prices *prices, struct str model,
                                uint64_t at_ms);

/* Is this row of the table the price of some model, now or later?  Not if others hide it:
   rows of a table in front, or later ones for the same model.  A pattern is hidden by the
   same one, and by one in front without '?' that matches it as a text. */
bool prices_reach(const struct prices *prices, const struct price *row,
                  uint64_t now_ms);

/* Like prices_find(), for limits: a model without a price counts as the dearest, that is, in
   every class at the highest rate of the table.  Never NULL. */
const struct price *prices_find_safe(const struct prices *prices,
                                     struct str model, uint64_t at_ms);

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
   theirs, by the same table when the request came.  Of cache writes whose lifetime is
   not told, 5 minutes are assumed. */
uint64_t price_cost_microusd(const struct price *price,
                             const struct meter_usage *usage);

/* Of that, what the input came to, cache writes and reads included. */
uint64_t price_input_microusd(const struct price *price,
                              const struct meter_usage *usage);

/* What so many tokens of output come to in an answer of which that is known so far. */
uint64_t price_output_microusd(const struct price *price,
                               const struct meter_usage *usage,
                               uint64_t tokens);

/* What tokens of one class cost, without any factor. */
uint64_t price_tokens_microusd(const struct price *price,
                               enum price_class class, uint64_t tokens);

/* What is booked for an answer of that model, by the prices of the time when its
   request came.
   False if something was used of a model that has no price: then the cost is not
   known, and `*microusd` is what limits take it for. */
bool prices_cost(const struct prices *prices, struct str model,
                 const struct meter_usage *usage, uint64_t *microusd);

/* The same by its price, as prices_find_safe() has it. */
bool price_cost_is_known(const struct price *own,
                         const struct meter_usage *usage, uint64_t *microusd);

/* The most that a request can come to. */
struct price_most {
    uint64_t tokens_in;
    uint64_t tokens_out;
    uint64_t cost_microusd;
    uint64_t cost_out_microusd; /* of that, for output and searches */
};

/* From a body of that many bytes (not packed) that is one JSON object, and what it asks
   for: a token per byte and 2,000 that Anthropic adds, at the dearest class of input
   that it asks for, and max_tokens (or the model's greatest, if it does not say) of
   output.  What the bytes do not measure is added at its greatest: 5,000 tokens an
   image, 1,000 a tool that Anthropic describes, and the whole context of the model for
   documents and for each use of a server tool, whose results are read in another call.
   A prompt that may be long counts as one; the dearest service tier of the row counts,
   and the dearest speed and region if the body asks for another than the standard.
   False, and nothing told, if nothing bounds it (scan_facts_unbounded()). */
bool price_worst(const struct price *price, const struct scan_facts *facts,
                 uint64_t body_bytes, struct price_most *most) MUST_CHECK;
