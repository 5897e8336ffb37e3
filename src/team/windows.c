// SPDX-License-Identifier: MIT
/* Windows that move on with the time. */
#include "team/windows.h"

#define QUARTER_MS (QUARTER_S * 1000ull)
#define ROLLING 20 /* whole quarter hours */

static struct zone_window rolling(uint64_t now_ms)
{
    uint64_t quarter = now_ms / QUARTER_MS;
    uint64_t first = quarter > ROLLING ? quarter - ROLLING : 0;

    return (struct zone_window){ first * QUARTER_MS,
                                 (quarter + 1) * QUARTER_MS };
}

static struct zone_window window_of(int window, const struct zone *zone,
                                    uint64_t now_ms)
{
    static const enum zone_period periods[] = {
        [WINDOW_DAY] = ZONE_DAY,
        [WINDOW_WEEK] = ZONE_WEEK,
        [WINDOW_MONTH] = ZONE_MONTH,
    };

    return window == WINDOW_5H ? rolling(now_ms)
                               : zone_window(zone, periods[window], now_ms);
}

/* The rolling one has to be found anew in each quarter hour, the others when they
   end; and all when the clock was put back. */
static bool is_current(const struct window *window, int which, uint64_t now_ms)
{
    uint64_t from_ms = which == WINDOW_5H && window->time.end_ms > 0
                           ? window->time.end_ms - QUARTER_MS
                           : window->time.start_ms;

    return now_ms >= from_ms && now_ms < window->time.end_ms;
}

void windows_turn(struct windows *windows, const struct quarters *quarters,
                  const struct zone *zone, uint64_t now_ms)
{
    bool same = windows->zone == zone;

    windows->zone = zone;
    for (int i = 0; i < WINDOWS; i++) {
        struct window *window = &windows->at[i];

        if (same && is_current(window, i, now_ms))
            continue;
        window->time = window_of(i, zone, now_ms);
        window->use = quarters_sum(quarters, window->time.start_ms / 1000,
                                   window->time.end_ms / 1000);
    }
}

void windows_add(struct windows *windows, uint64_t start_s,
                 const struct use *use)
{
    for (int i = 0; i < WINDOWS; i++) {
        struct window *window = &windows->at[i];

        if (start_s >= window->time.start_ms / 1000 &&
            start_s < window->time.end_ms / 1000)
            use_add(&window->use, use);
    }
}

uint64_t windows_rolling_opens(const struct quarters *quarters, uint64_t most,
                               uint64_t now_ms)
{
    struct zone_window time = rolling(now_ms);
    uint64_t left =
        quarters_sum(quarters, time.start_ms / 1000, time.end_ms / 1000)
            .cost_microusd;

    for (size_t i = quarters_before(quarters, time.start_ms / 1000);
         i < quarters->count && left > most; i++) {
        if (quarters->at[i].start_s >= time.end_ms / 1000)
            break;
        left -= quarters->at[i].use.cost_microusd;
        now_ms = (quarters->at[i].start_s + (ROLLING + 1) * QUARTER_S) * 1000;
    }
    return now_ms;
}
