// SPDX-License-Identifier: MIT
/* The provider's limits of an account, as its answers tell them: of a subscription the
   windows of 5 hours and 7 days, and those of model families; of an API key requests
   and tokens a minute.  What was not told is not known, and nothing is invented.
   Pure.  The fields: docs/accounts.md. */
#pragma once

#include "http/headers.h"

/* More than the provider has; what comes beyond is left out. */
#define WINDOWS_MAX 12
#define WINDOW_NAME_MAX 31
#define WINDOW_SAMPLES 12
#define WINDOW_PPM 1000000 /* all of it is used up */

enum window_status {
    WINDOW_UNKNOWN,
    WINDOW_ALLOWED,
    WINDOW_WARNING, /* allowed, and nearly used up */
    WINDOW_REJECTED,
};

/* How much was used at a time. */
struct window_sample {
    uint64_t at_ms;
    int64_t used_ppm;
};

struct window {
    char name[WINDOW_NAME_MAX + 1]; /* "5h", "7d", "7d_oi", "input-tokens" */
    enum window_status status;
    int64_t
        used_ppm; /* millionths of it, which may be more than all; -1: not known */
    uint64_t reset_ms; /* wall clock, as all here; 0: not known */
    uint64_t seen_ms;  /* when an answer told it last */
    /* Of the present window, the newest last, some time apart. */
    struct window_sample samples[WINDOW_SAMPLES];
    size_t sample_count;
    /* Of an API key's, for account/windows.c: what the present answer told. */
    uint64_t limit;
    uint64_t remaining;
    unsigned told;
};

/* Zeroed memory: nothing is known. */
struct windows {
    struct window
        at[WINDOWS_MAX]; /* in the order in which they were heard of */
    size_t count;
    /* That of which the provider says that it decides; empty: none. */
    char decisive[WINDOW_NAME_MAX + 1];
    /* Of all of them together, as the provider sees it. */
    enum window_status status;
    uint64_t reset_ms; /* 0: not known */
    uint64_t seen_ms;  /* when an answer told anything last */
};

/* Take in what an answer's fields tell.  False if they tell nothing. */
bool windows_learn(struct windows *windows, const struct headers *headers,
                   uint64_t now_ms);

/* NULL if it was never heard of. */
const struct window *windows_find(const struct windows *windows,
                                  struct str name);

/* "oi" of "7d_oi": of a family of models, and not of the whole account; empty: of
   all. */
struct str window_family(const struct window *window);

/* What the answer of `now_ms` says of until when requests are refused: the latest reset
   to come of the windows that it rejects; of the whole account if one of those is, else
   (`of_family`) of the family of the model that was asked.  If it names no window, that
   of all together.  0: it does not say. */
uint64_t windows_rejected_until(const struct windows *windows, uint64_t now_ms,
                                bool *of_family);

/* What remains of that of the account's windows which is used up most, in millionths:
   all of it, as far as nothing is known. */
uint64_t windows_spare_ppm(const struct windows *windows, uint64_t now_ms);

/* When it is used up if it goes on as in the present window; 0: not before it begins
   anew, or not known. */
uint64_t window_runs_out_ms(const struct window *window, uint64_t now_ms);

const char *window_status_word(enum window_status status);
/* WINDOW_UNKNOWN if it is none. */
enum window_status window_status_of(struct str word);
