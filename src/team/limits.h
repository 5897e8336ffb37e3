// SPDX-License-Identifier: MIT
/* The limits that a key or a group may have: a table of what each counts, over which
   time, and how people write it.  Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "base/zone.h"

enum limit {
    LIMIT_RPM,
    LIMIT_TPM_IN, /* as Anthropic counts: cache reads excluded */
    LIMIT_TPM_OUT,
    LIMIT_RPD,
    LIMIT_CONCURRENCY,
    LIMIT_COST_5H, /* rolling */
    LIMIT_COST_DAY,
    LIMIT_COST_WEEK,
    LIMIT_COST_MONTH,
    LIMIT_COST_TOTAL,
    LIMIT_COUNT,
};

enum limit_unit { LIMIT_IN_REQUESTS, LIMIT_IN_TOKENS, LIMIT_IN_MICROUSD };

enum limit_window {
    LIMIT_PER_MINUTE, /* any 60 seconds, by the steady clock */
    LIMIT_PER_5H,     /* the present quarter of an hour and the 20 before it */
    LIMIT_PER_DAY,    /* calendar, in a zone */
    LIMIT_PER_WEEK,
    LIMIT_PER_MONTH,
    LIMIT_FOR_EVER,
    LIMIT_AT_ONCE,
};

struct limit_kind {
    const char *name;  /* as commands and documents call it: "cost_day" */
    const char *words; /* "requests a minute", "of the day": for texts */
    enum limit_unit unit;
    enum limit_window window;
};
extern const struct limit_kind limit_kinds[LIMIT_COUNT];

/* No limit.  0 means that nothing at all is allowed. */
#define LIMIT_NONE UINT64_MAX
/* More than anybody needs, and far from overflowing: requests and tokens; dollars in
   millionths. */
#define LIMIT_COUNT_MAX 1000000000000ull
#define LIMIT_MICROUSD_MAX 1000000000000000ull

struct limits {
    uint64_t at[LIMIT_COUNT]; /* requests, tokens or micro-dollars */
};

/* All LIMIT_NONE. */
void limits_init(struct limits *limits);
bool limits_any(const struct limits *limits);
/* Is there one that is counted in money? */
bool limits_any_cost(const struct limits *limits);

/* False if there is none of that name. */
bool limit_find(struct str name, enum limit *limit);
/* "cost_day", "3.10" -> 3100000; "rpm", "60" -> 60.  Decimal digits; money with at
   most six of them behind the point, converted exactly.  Err names the limit,
   the value, and what is allowed. */
bool limit_parse(enum limit limit, struct str text, uint64_t *value,
                 struct err *err) MUST_CHECK;

#define LIMIT_TEXT_MAX 32
/* For people: "$3.10", "1,200", money with as many decimals as it needs and at least
   two. */
void limit_format(enum limit limit, uint64_t value, char out[LIMIT_TEXT_MAX]);
/* For people, too: when it opens.  What opens within a minute is told by the second,
   for the minute it is in begins before it opens. */
void limit_format_time(enum limit limit, const struct zone *zone,
                       uint64_t opens_ms, char out[ZONE_TIME_MAX]);
/* The same value as limit_parse() reads it, and as a JSON number: "3.1", "1200". */
void limit_write(enum limit limit, uint64_t value, char out[LIMIT_TEXT_MAX]);
/* Set a member of a document to it: a number, in dollars if it is money. */
void limit_set(struct json_doc *doc, const char *member, enum limit limit,
               uint64_t value);
/* {"rpm":60,"cost_day":3.5}: those that there are. */
struct json_doc *limits_doc(const struct limits *limits);

/* Why a request was not admitted. */
struct limit_refusal {
    enum limit limit;
    bool of_group;
    uint64_t used;
    uint64_t reserved; /* held by requests that are under way */
    uint64_t need;     /* what this request may use */
    uint64_t at;       /* the limit */
    uint64_t now_ms;   /* wall clock */
    uint64_t
        opens_ms; /* wall clock: when this request will fit, if nothing else
                          comes; 0: it is not known, or never */
    const struct zone *zone;
};

/* 402 (money) or 429, with a text that says which limit of whom, how much is used,
   and when it opens again: "the key alice has used $9.95 of $10.00 (cost_day) ...".
   Returns false. */
bool limit_refuse(const struct limit_refusal *why, const char *key,
                  const char *group, struct err *err);
