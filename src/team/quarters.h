// SPDX-License-Identifier: MIT
/* Use by quarter hours, ascending, those without any left out.  Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define QUARTER_S 900

/* The clock may have been ahead for a while: what was booked in so many of the newest
   quarter hours does not prove that the time between has passed. */
#define QUARTERS_DOUBTED 96

struct use {
    uint64_t requests;
    uint64_t tokens_in; /* as rates count them: cache reads excluded */
    uint64_t tokens_out;
    uint64_t cost_microusd;
};

/* What was used in the quarter hour from `start_s` on (UTC, a multiple of 900). */
struct use_quarter {
    uint64_t start_s;
    struct use use;
};

struct quarters {
    struct use_quarter *at;
    size_t count;
    size_t cap;
};

void use_add(struct use *sum, const struct use *use);

/* All zero is empty. */
void quarters_done(struct quarters *quarters);
void quarters_add(struct quarters *quarters, uint64_t start_s,
                  const struct use *use);
/* Of those that begin from `from_s` on and before `until_s`. */
struct use quarters_sum(const struct quarters *quarters, uint64_t from_s,
                        uint64_t until_s);
/* Forget the first `count`. */
void quarters_drop(struct quarters *quarters, size_t count);
/* How many begin before that. */
size_t quarters_before(const struct quarters *quarters, uint64_t start_s);
/* The latest moment that has certainly come, by what was booked and by the clock: what
   is old by it may be forgotten.  0 while too little was booked to tell. */
uint64_t quarters_certain_s(const struct quarters *quarters, uint64_t now_s);
