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
    /* That of which the newest answer says that it decides; empty: none. */
    char decisive[QUOTA_NAME_MAX + 1];
    /* Of all of them together, as the newest answer sees it. */
    enum quota_status status;
    uint64_t reset_ms; /* 0: not known */
    uint64_t seen_ms;  /* when an answer told anything last */
};

/* Take in what an answer's fields tell.  An API key's amounts (`amounts`) are those of
   messages: other endpoints have others, in fields of the same names.  False if they
   tell nothing. */
bool quotas_learn(struct quotas *windows, const struct headers *headers,
                  bool amounts, uint64_t now_ms);

/* NULL if it was never heard of. */
const struct quota *quotas_find(const struct quotas *windows, struct str name);

/* "oi" of "7d_oi": of a family of models, and not of the whole account; empty: of
   all. */
struct str quota_family(const struct quota *window);

/* What the answer of `now_ms` says of until when requests are refused, and which.  Each 0 if
   it does not. */
struct quota_rejection {
    /* The latest reset to come of the windows that it rejects: of the account, or else
       of the family that was asked; if it rejects no window, that of all together.
       Nothing if it says that they are allowed together. */
    uint64_t until_ms;
    bool of_family;
    /* Of windows of other families, and of those nobody knows the family of. */
    uint64_t beside_ms;
    /* When an API key's amounts that are used up are there again as a whole. */
    uint64_t spent_ms;
};

/* `family`: of the model that was asked; empty: not known.  A window is its if it bears its
   name.  Of one with a name that is no family's nobody knows: it is believed to be,
   if requests are rejected and nothing else is a reason. */
struct quota_rejection quotas_rejection(const struct quotas *windows,
                                        uint64_t now_ms, struct str family);

/* What remains of that of the account's windows which is used up most, in millionths:
   all of it, as far as nothing is known. */
uint64_t quotas_spare_ppm(const struct quotas *windows, uint64_t now_ms);

/* When it is used up if it goes on as in the present window; 0: not before it begins
   anew, or not known, as when nothing was heard of it lately. */
uint64_t quota_runs_out_ms(const struct quota *window, uint64_t now_ms);
/* How much of it will be used when it begins anew, at the same pace: millionths, which may
   be more than all; -1: not known. */
int64_t quota_at_reset_ppm(const struct quota *window, uint64_t now_ms);

const char *quota_status_word(enum quota_status status);
/* QUOTA_UNKNOWN if it is none. */
enum quota_status quota_status_of(struct str word);
