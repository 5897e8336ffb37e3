// SPDX-License-Identifier: MIT
/* Adding up what the sources have. */
#include "usage/ask_read.h"

#include <assert.h>

#include "base/clock.h"
#include "base/reason.h"

/* Between two looks at the clock. */
#define DAY_MS ((uint64_t)24 * ASK_HOUR_MS)
#define SLICE_MS (14 * DAY_MS)

/* ---- numbers ------------------------------------------------------------- */

/* All of a span that is not kept by time lies within one hour, and one day. */
static int64_t time_of(const struct asking *asking, const struct ask_part *part)
{
    const struct ask_span *span = asking->span;

    if (asking->ask.by == ASK_BY_DAY)
        return span->source == ASK_DAYS ? part->number
                                        : zone_day(asking->zone, span->from_ms);
    return span->source == ASK_HOURS
               ? part->number
               : (int64_t)(span->from_ms / ASK_HOUR_MS * (ASK_HOUR_MS / 1000));
}

static int64_t number_of(const struct asking *asking,
                         const struct ask_part *part)
{
    switch (asking->kind) {
    case ASK_OF_SESSION:
        /* What is left is of none. */
        return asking->rest ? 0 : part->number;
    case ASK_OF_HOLDER:
        return ask_holders_number(&asking->holders, part->number);
    case ASK_OF_TIME:
        return time_of(asking, part);
    case ASK_OF_ACCOUNT:
    case ASK_OF_MODEL:
    case ASK_OF_KEY:
    case ASK_OF_ALL:
    case ASK_KINDS:
        break;
    }
    return part->number;
}

static bool take_part(void *arg, const struct ask_part *part)
{
    struct asking *asking = arg;
    struct ask_row *row =
        ask_groups_row(&asking->groups, number_of(asking, part));

    int64_t sign = asking->rest && asking->sessions ? -1 : 1;

    asking->full = !row;
    for (size_t i = 0; row && i < ASK_SUMS; i++)
        row->sums[i] += sign * part->sums[i];
    return row != NULL;
}

/* Of everything, and of sessions only. */
static enum ask_kind kind_of(enum ask_by by, bool sessions)
{
    static const enum ask_kind kinds[ASK_BYS][2] = {
        [ASK_BY_KEY] = { ASK_OF_HOLDER, ASK_OF_KEY },
        [ASK_BY_GROUP] = { ASK_OF_HOLDER, ASK_KINDS },
        [ASK_BY_OWNER] = { ASK_OF_HOLDER, ASK_KINDS },
        [ASK_BY_ACCOUNT] = { ASK_OF_ACCOUNT, ASK_OF_ACCOUNT },
        [ASK_BY_MODEL] = { ASK_OF_MODEL, ASK_OF_MODEL },
        [ASK_BY_DAY] = { ASK_OF_TIME, ASK_KINDS },
        [ASK_BY_HOUR] = { ASK_OF_TIME, ASK_OF_TIME },
        [ASK_BY_SESSION] = { ASK_OF_ALL, ASK_OF_SESSION },
    };

    assert(kinds[by][sessions] < ASK_KINDS);
    return kinds[by][sessions];
}

static bool too_many(struct err *err)
{
    return REASON_SET(err, TOO_MANY_ROWS, ASK_GROUPS_MAX);
}

/* ---- spans --------------------------------------------------------------- */

static bool read_spans(struct sql *sql, struct asking *asking,
                       const struct ask_stretch *stretch, struct err *err)
{
    const struct zone *zone = asking->sessions ? zone_utc() : asking->zone;
    struct ask_span spans[ASK_SPANS_MAX];
    size_t span_count =
        ask_span_cut(stretch->from_ms, stretch->until_ms,
                     asking->ask.by == ASK_BY_HOUR ? NULL : zone, spans);
    struct ask_filter filter = asking->ask.filter;
    struct ask_from from = { .filter = &filter,
                             .zone = zone,
                             .kind = asking->kind,
                             .sessions = asking->sessions,
                             .part = take_part,
                             .arg = asking };

    if (asking->rest && !asking->sessions)
        filter.session = (struct str){ .at = NULL };
    for (size_t i = 0; i < span_count; i++) {
        asking->span = &spans[i];
        from.span = &spans[i];
        if (!ask_source_read(sql, &from, err))
            return false;
        if (asking->full)
            return too_many(err);
    }
    return true;
}

static void look_at(struct asking *asking, bool sessions)
{
    asking->sessions = sessions;
    asking->kind = kind_of(asking->ask.by, sessions);
}

bool ask_read_all(struct sql *sql, struct asking *asking, struct err *err)
{
    const struct ask_filter *filter = &asking->ask.filter;

    look_at(asking, false);
    return read_spans(sql, asking,
                      &(struct ask_stretch){ filter->since_ms,
                                             filter->until_ms },
                      err);
}

/* ---- piece by piece ------------------------------------------------------ */

static bool take_bounds(void *arg, const struct sql_row *row)
{
    struct ask_stretch *stretch = arg;

    if (sql_row_is_null(row, 0))
        return false;
    stretch->from_ms = (uint64_t)sql_row_number(row, 0) * 1000;
    stretch->until_ms = (uint64_t)sql_row_number(row, 1) * 1000 + ASK_HOUR_MS;
    return false;
}

bool ask_is_long(const struct ask *ask)
{
    return ask_is_of_sessions(ask) || ask->by == ASK_BY_HOUR;
}

/* From the first hour to the last in which anything was booked. */
bool ask_read_bounds(struct sql *sql, struct asking *asking, struct err *err)
{
    const struct ask_filter *filter = &asking->ask.filter;
    struct ask_stretch *left = &asking->left;
    const struct sql_ask ask = { "SELECT (SELECT min(hour_s) FROM total),"
                                 " (SELECT max(hour_s) FROM total)",
                                 SQL_NO_VALUES, take_bounds, left };

    *left = (struct ask_stretch){ 0, 0 };
    if (!sql_query(sql, &ask, err))
        return false;
    if (left->from_ms < filter->since_ms)
        left->from_ms = filter->since_ms;
    if (left->until_ms > filter->until_ms)
        left->until_ms = filter->until_ms;
    return true;
}

/* What is of no session is everything, without what sessions have. */
static bool read_slice(struct sql *sql, struct asking *asking,
                       const struct ask_stretch *slice, struct err *err)
{
    look_at(asking, ask_is_of_sessions(&asking->ask));
    if (!read_spans(sql, asking, slice, err))
        return false;
    if (!asking->rest || asking->ask.by != ASK_BY_HOUR)
        return true;
    look_at(asking, false);
    return read_spans(sql, asking, slice, err);
}

bool ask_read_some(struct sql *sql, struct asking *asking, uint64_t deadline_ms,
                   struct err *err)
{
    struct ask_stretch *left = &asking->left;

    while (left->from_ms < left->until_ms) {
        uint64_t end_ms = (left->from_ms + SLICE_MS) / DAY_MS * DAY_MS;
        struct ask_stretch slice = { left->from_ms, end_ms };

        if (slice.until_ms > left->until_ms)
            slice.until_ms = left->until_ms;
        if (!read_slice(sql, asking, &slice, err))
            return false;
        left->from_ms = slice.until_ms;
        if (clock_steady_ms() >= deadline_ms)
            break;
    }
    return true;
}
