// SPDX-License-Identifier: MIT
/* The fields anthropic-ratelimit-unified-*, of the relay's own limits. */
#include "relay/shown_limit.h"

#include <stdio.h>

/* From here on clients warn their user. */
#define WARN_PERCENT 80
#define ROLLING_MS (5ull * 3600 * 1000)
#define NO_RESET 0

/* A limit as it is told. */
struct told {
    bool is_limited;
    double used; /* 0 to 1 */
    uint64_t reset_ms;
};

/* Those without a window there are told in status and reset only. */
static const struct row {
    enum limit limit;
    const char *window;
    const char *claim;
} rows[] = {
    { LIMIT_COST_5H, "5h", "five_hour" },
    { LIMIT_COST_WEEK, "7d", "seven_day" },
    { LIMIT_COST_DAY, NULL, NULL },
    { LIMIT_COST_MONTH, NULL, NULL },
    { LIMIT_COST_TOTAL, NULL, NULL },
};

static uint64_t calendar_end(const struct zone *zone, enum zone_period period,
                             uint64_t now_ms)
{
    return zone_window(zone ? zone : zone_utc(), period, now_ms).end_ms;
}

/* When something of it is given back. */
static uint64_t reset_of(const struct shown_limit *of, enum limit limit,
                         uint64_t now_ms)
{
    uint64_t opens_ms = of->view.at[limit].opens_ms;

    switch (limit_kinds[limit].window) {
    case LIMIT_PER_5H:
        return opens_ms > now_ms ? opens_ms : now_ms + ROLLING_MS;
    case LIMIT_PER_DAY:
        return calendar_end(of->zone, ZONE_DAY, now_ms);
    case LIMIT_PER_WEEK:
        return calendar_end(of->zone, ZONE_WEEK, now_ms);
    case LIMIT_PER_MONTH:
        return calendar_end(of->zone, ZONE_MONTH, now_ms);
    case LIMIT_PER_MINUTE:
    case LIMIT_FOR_EVER:
    case LIMIT_AT_ONCE:
        break;
    }
    return NO_RESET;
}

static double share(const struct limit_view *view)
{
    return view->used >= view->limit ? 1
                                     : (double)view->used / (double)view->limit;
}

static struct told tell(const struct shown_limit *of, size_t count,
                        enum limit limit, uint64_t now_ms)
{
    struct told told = { .is_limited = false };

    for (size_t i = 0; i < count; i++) {
        const struct limit_view *view = &of[i].view.at[limit];

        if (view->limit == LIMIT_NONE ||
            (told.is_limited && share(view) <= told.used))
            continue;
        told =
            (struct told){ true, share(view), reset_of(&of[i], limit, now_ms) };
    }
    return told;
}

static const char *status_of(const struct told *told)
{
    return told->used * 100 >= WARN_PERCENT ? "allowed_warning" : "allowed";
}

/* `window` is empty, or "5h-". */
static void add_state(const struct told *told, const char *window,
                      struct buf *out)
{
    buf_printf(out, STR_FMT "%sstatus: %s\r\n", STR_ARG(SHOWN_LIMIT_FIELDS),
               window, status_of(told));
    if (told->reset_ms != NO_RESET)
        buf_printf(out, STR_FMT "%sreset: %llu\r\n",
                   STR_ARG(SHOWN_LIMIT_FIELDS), window,
                   (unsigned long long)told->reset_ms / 1000);
}

static void add_window(const struct told *told, const char *name,
                       struct buf *out)
{
    char window[8];

    (void)snprintf(window, sizeof(window), "%s-", name);
    add_state(told, window, out);
    buf_printf(out, STR_FMT "%sutilization: %.4g\r\n",
               STR_ARG(SHOWN_LIMIT_FIELDS), window, told->used);
    if (told->used * 100 >= WARN_PERCENT)
        buf_printf(out, STR_FMT "%ssurpassed-threshold: 0.%d\r\n",
                   STR_ARG(SHOWN_LIMIT_FIELDS), window, WARN_PERCENT / 10);
}

void shown_limit_write(const struct shown_limit *of, size_t count,
                       uint64_t now_wall_ms, struct buf *out)
{
    struct told all[COUNT_OF(rows)];
    size_t most = COUNT_OF(rows);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        all[i] = tell(of, count, rows[i].limit, now_wall_ms);
        if (all[i].is_limited &&
            (most == COUNT_OF(rows) || all[i].used > all[most].used))
            most = i;
    }
    if (most == COUNT_OF(rows))
        return;
    add_state(&all[most], "", out);
    if (rows[most].claim)
        buf_printf(out, STR_FMT "representative-claim: %s\r\n",
                   STR_ARG(SHOWN_LIMIT_FIELDS), rows[most].claim);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (all[i].is_limited && rows[i].window)
            add_window(&all[i], rows[i].window, out);
    }
}
