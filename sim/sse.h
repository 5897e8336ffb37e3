// SPDX-License-Identifier: MIT
/* The text of an answer of /v1/messages, event by event or as one JSON object.

       START -> BLOCK -> PING -> DELTAS -> BLOCK_END -> SUMMARY -> STOP -> DONE
                                    \_> ERROR -> DONE

   Pure: values and the time go in, text comes out. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "sim/usage.h"
#include "sim/words.h"

#define SSE_NEVER UINT64_MAX

enum sse_state {
    SSE_START,
    SSE_BLOCK,
    SSE_PING,
    SSE_DELTAS,
    SSE_BLOCK_END,
    SSE_SUMMARY,
    SSE_STOP,
    SSE_ERROR,
    SSE_DONE,
};

struct sse_plan {
    struct str id;
    struct str model; /* as it is inside JSON quotes */
    struct str tool;  /* empty: a text block; else as inside JSON quotes */
    uint64_t events;  /* deltas */
    uint64_t size;    /* bytes of text in each; 0: words */
    uint64_t error_at;
    bool endless;
    bool stamp;
    bool completion; /* /v1/complete: other events */
    struct usage usage;
};

struct sse {
    struct sse_plan plan;
    enum sse_state state;
    uint64_t deltas;     /* given so far */
    struct usage billed; /* what the events given so far say */
    struct words words;
};

/* Texts of the plan are borrowed; the arena outlives `sse`. */
void sse_init(struct sse *sse, struct arena *arena,
              const struct sse_plan *plan);

/* Append the next event; false if there was none left.  `now_ns` is its stamp. */
bool sse_next(struct sse *sse, uint64_t now_ns, struct buf *out);

/* The next event is a delta / no event is left. */
bool sse_at_delta(const struct sse *sse);
bool sse_is_done(const struct sse *sse);

/* Bytes of all events, or SSE_NEVER if it has no end. */
uint64_t sse_length(const struct sse *sse);

/* The same answer as one JSON object.  False if it is longer than `out` may be. */
bool sse_write_json(struct sse *sse, uint64_t now_ns, struct buf *out);

/* What the text of `events` deltas counts as output. */
uint64_t sse_count_tokens(const struct sse *sse);

const char *sse_stop_reason(const struct sse *sse);
