// SPDX-License-Identifier: MIT
/* A key and a group with limits, and what requests of theirs come to. */
#pragma once

#include "relay/ration.h"

#include <string.h>

#include "base/clock.h"
#include "unit.h"
#include "wire.h"

#define MODEL "claude-sonnet-4-5"
#define BODY 100000

static struct {
    struct loop *loop;
    struct prices *prices;
    struct counters *all;
    struct counters *key;
    struct counters *group;
    struct limits limits;
    struct limits group_limits;
    struct scan_facts facts;
    struct ration_options options;
    unsigned woken;
    bool refused_by_one; /* a limit: */
    enum limit refused_by;
    bool of_group;
    struct err err;
} s;

static inline int set_up(void **state)
{
    (void)state;
    memset(&s, 0, sizeof(s));
    s.loop = loop_new();
    s.prices = prices_default();
    s.all = counters_new(NULL, SUBJECT_ALL);
    s.key = counters_new(NULL, SUBJECT_OF_KEY(1));
    s.group = counters_new(NULL, SUBJECT_OF_GROUP(1));
    limits_init(&s.limits);
    limits_init(&s.group_limits);
    s.facts = (struct scan_facts){ .model_is = SCAN_TOLD,
                                   .max_tokens_is = SCAN_TOLD,
                                   .max_tokens = 1000,
                                   .model = MODEL };
    s.options = (struct ration_options){
        .loop = s.loop,
        .prices = s.prices,
        .came_ms = clock_wall_ms(),
        .all = s.all,
        .owner = { .key = "alice",
                   .group = "team",
                   .of = { { s.key, &s.limits, NULL, 0 },
                           { s.group, &s.group_limits, NULL, 0 } } },
        .facts = &s.facts,
        .body_bytes = BODY,
        .counted = true,
        .costs = true
    };
    return 0;
}

static inline struct counters_view view_of(struct counters *counters)
{
    struct counters_view view;

    counters_view(counters, &s.limits, NULL,
                  (struct counters_now){ loop_now_ms(s.loop), clock_wall_ms() },
                  &view);
    return view;
}

static inline void expect_free(struct counters *counters)
{
    struct counters_view view = view_of(counters);

    assert_int_equal(view.at[LIMIT_CONCURRENCY].used, 0);
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        assert_int_equal(view.at[i].reserved, 0);
}

static inline int tear_down(void **state)
{
    (void)state;
    expect_free(s.key);
    expect_free(s.group);
    counters_unref(s.all);
    counters_unref(s.key);
    counters_unref(s.group);
    prices_unref(s.prices);
    loop_free(s.loop);
    return 0;
}

static inline void wake(void *arg)
{
    (void)arg;
    s.woken++;
}

static inline enum ration_answer ask(struct ration *ration)
{
    return ration_ask(ration, wake, NULL, &s.err);
}

static inline struct ration *given(void)
{
    struct ration *ration = ration_new(&s.options);

    assert_int_equal(ask(ration), RATION_GIVEN);
    assert_true(ration_is_held(ration));
    return ration;
}

static inline void refused(const char *text)
{
    struct ration *ration = ration_new(&s.options);

    assert_int_equal(ask(ration), RATION_REFUSED);
    s.refused_by_one = ration_refused_by(ration, &s.refused_by, &s.of_group);
    unit_assert_part(s.err.text, text);
    ration_free(ration);
}

static inline uint64_t held(void)
{
    return view_of(s.key).at[LIMIT_COST_TOTAL].reserved;
}

static inline uint64_t used(void)
{
    return view_of(s.key).at[LIMIT_COST_TOTAL].used;
}
/* 20,000 tokens of input, and 1,000 of output: by $3 and $15 a million, 75,000
   micro-dollars. */
static inline struct meter_usage usage_of(uint64_t out, bool final)
{
    struct meter_usage usage = {
        .told = 1,
        .final = final,
        .whole = final,
        .model = MODEL,
        .last_output = final,
    };

    usage.known[METER_INPUT] = usage.known[METER_OUTPUT] = true;
    usage.counts[METER_INPUT] = 20000;
    usage.counts[METER_OUTPUT] = out;
    return usage;
}

#define ALIKE 75000
static inline void end(struct ration *ration, const struct meter_usage *usage,
                       uint64_t bytes, bool complete)
{
    ration_settle(ration, &(struct ration_end){ .sent = true,
                                                .complete = complete,
                                                .owed = true,
                                                .usage = usage,
                                                .answer_bytes = bytes });
    ration_free(ration);
}

static inline void some_history(size_t requests)
{
    struct meter_usage usage = usage_of(1000, true);

    for (size_t i = 0; i < requests; i++)
        end(given(), &usage, 100000, true);
}
