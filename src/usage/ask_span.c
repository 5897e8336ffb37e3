// SPDX-License-Identifier: MIT
/* Time, cut into days, hours and the rest. */
#include "usage/ask_span.h"

#include <assert.h>

struct cutting {
    struct ask_span *spans;
    size_t count;
};

static void add(struct cutting *cutting, enum ask_source source,
                uint64_t from_ms, uint64_t until_ms)
{
    if (from_ms >= until_ms)
        return;
    assert(cutting->count < ASK_SPANS_MAX);
    cutting->spans[cutting->count++] =
        (struct ask_span){ source, from_ms, until_ms };
}

static uint64_t hour_up(uint64_t at_ms)
{
    return (at_ms + ASK_HOUR_MS - 1) / ASK_HOUR_MS * ASK_HOUR_MS;
}

static uint64_t hour_down(uint64_t at_ms)
{
    return at_ms == ASK_NO_END ? at_ms : at_ms / ASK_HOUR_MS * ASK_HOUR_MS;
}

/* Both ends may lie within one hour, with no whole one between them. */
static void add_hours(struct cutting *cutting, uint64_t from_ms,
                      uint64_t until_ms)
{
    uint64_t first_ms = hour_up(from_ms);
    uint64_t last_ms = hour_down(until_ms);

    if (from_ms >= until_ms)
        return;
    if (first_ms > last_ms) {
        add(cutting, ASK_ROWS, from_ms, until_ms);
        return;
    }
    add(cutting, ASK_ROWS, from_ms, first_ms);
    add(cutting, ASK_HOURS, first_ms, last_ms);
    add(cutting, ASK_ROWS, last_ms, until_ms);
}

static uint64_t day_up(const struct zone *zone, uint64_t at_ms)
{
    struct zone_window day = zone_window(zone, ZONE_DAY, at_ms);

    return day.start_ms == at_ms ? at_ms : day.end_ms;
}

static uint64_t day_down(const struct zone *zone, uint64_t at_ms)
{
    return at_ms == ASK_NO_END ? at_ms
                               : zone_window(zone, ZONE_DAY, at_ms).start_ms;
}

size_t ask_span_cut(uint64_t since_ms, uint64_t until_ms,
                    const struct zone *days,
                    struct ask_span spans[ASK_SPANS_MAX])
{
    struct cutting cutting = { .spans = spans };
    uint64_t first_ms;
    uint64_t last_ms;

    if (since_ms >= until_ms)
        return 0;
    first_ms = days ? day_up(days, since_ms) : ASK_NO_END;
    last_ms = days ? day_down(days, until_ms) : 0;
    if (first_ms > last_ms) {
        add_hours(&cutting, since_ms, until_ms);
        return cutting.count;
    }
    add_hours(&cutting, since_ms, first_ms);
    add(&cutting, ASK_DAYS, first_ms, last_ms);
    add_hours(&cutting, last_ms, until_ms);
    return cutting.count;
}
