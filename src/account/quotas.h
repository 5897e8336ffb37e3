// SPDX-License-Identifier: MIT
/* The provider's limits of an account, as its answers tell them: of a subscription the
   windows of 5 hours and 7 days, and those of model families; of an API key requests
   and tokens a minute.  What was not told is not known, and nothing is invented.
   Pure.  The fields: docs/accounts.md. */
#pragma once

#include "http/headers.h"

/* More than the provider has; what comes beyond is left out. */
#define QUOTAS_MAX 12
#define QUOTA_NAME_MAX 31
#define QUOTA_SAMPLES 12
#define QUOTA_PPM 1000000 /* all of it is used up */

enum quota_status {
    QUOTA_UNKNOWN,
    QUOTA_ALLOWED,
    QUOTA_WARNING, /* allowed, and nearly used up */
    QUOTA_REJECTED,
};

/* How much was used at a time. */
struct quota_sample {
    uint64_t at_ms;
    int64_t used_ppm;
};

struct quota {
    char name[QUOTA_NAME_MAX + 1]; /* "5h", "7d", "7d_oi", "input-tokens" */
    enum quota_status status;
    int64_t
        used_ppm; /* millionths of it, which may be more than all; -1: not known */
    uint64_t reset_ms; /* wall clock, as all here; 0: not known */
    uint64_t seen_ms;  /* when an answer told it last */
    /* Of the present window, the newest last, some time apart. */
    struct quota_sample samples[QUOTA_SAMPLES];
    size_t sample_count;
    /* Of an API key's, for account/quotas.c: what the present answer told. */
    uint64_t limit;
    uint64_t remaining;
    unsigned told;
};

/* Zeroed memory: nothing is known. */
struct quotas {
    struct quota at[QUOTAS_MAX]; /* in the order in which they were heard of */
    size_t count;
    /* That of which the provider says that it decides; empty: none. */
    char decisive[QUOTA_NAME_MAX + 1];
    /* Of all of them together, as the provider sees it. */
    enum quota_status status;
    uint64_t reset_ms; /* 0: not known */
    uint64_t seen_ms;  /* when an answer told anything last */
};

/* Take in what an answer's fields tell.  False if they tell nothing. */
bool quotas_learn(struct quotas *windows, const struct headers *headers,
                  uint64_t now_ms);

/* NULL if it was never heard of. */
const struct quota *quotas_find(const struct quotas *windows, struct str name);

/* "oi" of "7d_oi": of a family of models, and not of the whole account; empty: of
   all. */
struct str quota_family(const struct quota *window);

/* What the answer of `now_ms` says of until when requests are refused: the latest reset
   to come of the windows that it rejects; of the whole account if one of those is, else
   (`of_family`) of the family of the model that was asked.  If it names no window, that
   of all together.  0: it does not say. */
uint64_t quotas_rejected_until(const struct quotas *windows, uint64_t now_ms,
                               bool *of_family);

/* What remains of that of the account's windows which is used up most, in millionths:
   all of it, as far as nothing is known. */
uint64_t quotas_spare_ppm(const struct quotas *windows, uint64_t now_ms);

/* When it is used up if it goes on as in the present window; 0: not before it begins
   anew, or not known. */
uint64_t quota_runs_out_ms(const struct quota *window, uint64_t now_ms);

const char *quota_status_word(enum quota_status status);
/* QUOTA_UNKNOWN if it is none. */
enum quota_status quota_status_of(struct str word);
