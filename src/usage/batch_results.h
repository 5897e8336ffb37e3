// SPDX-License-Identifier: MIT
/* The results of a batch, read from a copy of the answer while it passes: JSON objects,
   one a line, in any order.  Takes any bytes, cut anywhere; keeps no copy of them,
   needs about two kilobytes however long lines are, never fails.  Pure. */
#pragma once

#include "usage/meter.h"

/* A request of the batch that has an answer, and what that used. */
struct batch_result {
    char custom_id[SIFT_TEXT_MAX + 1];  /* the client's name for it */
    char message_id[SIFT_TEXT_MAX + 1]; /* the answer's; empty if it has none */
    struct meter_usage usage; /* its tier is "batch", whatever the line says */
};

typedef void (*batch_results_fn)(void *arg, const struct batch_result *result);

struct batch_results {
    batch_results_fn found;
    void *arg;
    struct sift sift;
    const struct meter_borders *borders; /* of each line's usage, */
    uint64_t came_ms;                    /* likewise */
    bool succeeded;
    bool begun; /* the line has something in it */
    struct batch_result line;
    uint64_t
        odd; /* lines that nobody can read, or that do not tell what they are, or
                what they used */
};

/* `found` is called for each result that used something, while it is fed, with a result
   that lives for the call.  Must not be moved afterwards. */
void batch_results_init(struct batch_results *results, batch_results_fn found,
                        void *arg);
/* By which borders, and of which time, the usage of each is priced: when they were asked
   for.  Before the first bytes; the borders are borrowed. */
void batch_results_price(struct batch_results *results,
                         const struct meter_borders *borders, uint64_t came_ms);
void batch_results_done(struct batch_results *results);
/* The next bytes, without framing and content coding. */
void batch_results_feed(struct batch_results *results, struct str bytes);
/* Nothing comes any more: the last line need not have an end.  One that was cut off is
   passed over. */
void batch_results_end(struct batch_results *results);

#define BATCH_RESULT_ID_LEN 16

/* What is told apart in the ledger, however often a result is fetched.  `place`: a provider
   that numbers its batches by itself; empty: Anthropic. */
void batch_results_id(struct str place, struct str batch, const char *custom_id,
                      uint8_t id[BATCH_RESULT_ID_LEN]);
