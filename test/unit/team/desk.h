// SPDX-License-Identifier: MIT
/* What tests of admissions share: requests of a key and its group, and the time. */
#pragma once

#include <string.h>

#include "team/admission.h"
#include "unit.h"

/* 2026-11-30 00:00 UTC, a Monday; the steady clock is somewhere else. */
#define MONDAY 1795996800000ull
#define STEADY 5000000ull
#define MINUTE_MS 60000ull
#define HOUR_MS 3600000ull
#define DAY_MS 86400000ull

struct side {
    struct counters *counters;
    struct limits limits;
};

struct counter_desk {
    struct side key;
    struct side group; /* no counters: in none */
    struct counters_now now;
    struct limit_refusal why;
};

static inline void counter_desk_open(struct counter_desk *desk, bool grouped)
{
    memset(desk, 0, sizeof(*desk));
    desk->key.counters = counters_new(NULL, SUBJECT_OF_KEY(1));
    limits_init(&desk->key.limits);
    if (grouped)
        desk->group.counters = counters_new(NULL, SUBJECT_OF_GROUP(1));
    limits_init(&desk->group.limits);
    desk->now = (struct counters_now){ STEADY, MONDAY };
}

static inline void counter_desk_close(struct counter_desk *desk)
{
    counters_unref(desk->key.counters);
    counters_unref(desk->group.counters);
}

static inline void counter_desk_pass(struct counter_desk *desk, uint64_t ms)
{
    desk->now.steady_ms += ms;
    desk->now.wall_ms += ms;
}

static inline struct admission_ask counter_desk_ask(struct counter_desk *desk)
{
    return (struct admission_ask){
        .of = { { desk->key.counters, &desk->key.limits, NULL, 0, NULL },
                { desk->group.counters, &desk->group.limits, NULL, 0, NULL } },
        .counted = true,
        .tokens_in = 100,
        .tokens_out = 10,
        .cost_microusd = 200000,
    };
}

static inline enum admission_verdict counter_desk_reserve(
    struct counter_desk *desk, struct admission *admission)
{
    struct admission_ask ask = counter_desk_ask(desk);

    memset(admission, 0, sizeof(*admission));
    return admission_reserve(admission, &ask, desk->now, &desk->why);
}

/* As it was expected. */
static inline void counter_desk_settle(struct counter_desk *desk,
                                       struct admission *admission)
{
    admission_settle(admission,
                     &(struct admission_truth){ .tokens_in = 100,
                                                .tokens_out = 10,
                                                .cost_microusd = 200000,
                                                .sent = true },
                     desk->now);
}

static inline void counter_desk_cancel(struct counter_desk *desk,
                                       struct admission *admission)
{
    admission_settle(admission, &(struct admission_truth){ .sent = false },
                     desk->now);
}

static inline struct counters_view counter_desk_view(struct counter_desk *desk,
                                                     struct side *side)
{
    struct counters_view view;

    counters_view(side->counters, &side->limits, NULL, desk->now, &view);
    return view;
}

/* Nothing is held on either side. */
static inline void counter_desk_expect_free(struct counter_desk *desk)
{
    struct side *sides[] = { &desk->key, &desk->group };

    for (size_t i = 0; i < 2; i++) {
        struct counters_view view;

        if (!sides[i]->counters)
            continue;
        view = counter_desk_view(desk, sides[i]);
        assert_int_equal(view.at[LIMIT_CONCURRENCY].used, 0);
        for (size_t j = 0; j < LIMIT_COUNT; j++)
            assert_int_equal(view.at[j].reserved, 0);
    }
}
