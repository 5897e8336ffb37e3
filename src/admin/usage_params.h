// SPDX-License-Identifier: MIT
/* What is asked about usage and requests, from the parameters of a URL.  Pure. */
#pragma once

#include "usage/ask.h"
#include "usage/ask_requests.h"

#define USAGE_ROWS_MAX 1000000

struct usage_params {
    struct arena *arena; /* of texts that are decoded */
    struct str query;    /* stays as long as what is made of it */
    const struct zone *zone;
    uint64_t now_ms; /* wall clock */
    bool own_cursor; /* what `cursor` says is the caller's matter */
};

/* False and err (ERR_BAD_REQUEST, naming the parameter and what is allowed). */
bool usage_params_sums(const struct usage_params *params, struct ask *ask,
                       struct err *err) MUST_CHECK;
bool usage_params_requests(const struct usage_params *params,
                           struct ask_requests *ask,
                           struct err *err) MUST_CHECK;
/* How many requests are wanted in all, CSV without a limit: UINT64_MAX.  A question of
   usage_params_requests() is about a page of them. */
bool usage_params_rows(const struct usage_params *params, uint64_t *rows,
                       struct err *err) MUST_CHECK;
/* format=json or csv; json without it. */
bool usage_params_csv(const struct usage_params *params, bool *csv,
                      struct err *err) MUST_CHECK;
