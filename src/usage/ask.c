// SPDX-License-Identifier: MIT
/* Sums by what they are asked by. */
#include "usage/ask.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/zones.h"
#include "usage/ask_groups.h"
#include "usage/ask_names.h"
#include "usage/ask_source.h"

static const char *const words[ASK_BYS] = {
    [ASK_BY_KEY] = "key",     [ASK_BY_GROUP] = "group",
    [ASK_BY_OWNER] = "owner", [ASK_BY_ACCOUNT] = "account",
    [ASK_BY_MODEL] = "model", [ASK_BY_DAY] = "day",
    [ASK_BY_HOUR] = "hour",   [ASK_BY_SESSION] = "session",
};

static const char *const sum_names[ASK_SUMS] = {
    [ASK_REQUESTS] = "requests",
    [ASK_FAILED] = "failed",
    [ASK_UNPRICED] = "unpriced",
    [ASK_INPUT] = "input_tokens",
    [ASK_OUTPUT] = "output_tokens",
    [ASK_CACHE_READ] = "cache_read_input_tokens",
    [ASK_CACHE_WRITE_5M] = "cache_write_5m_tokens",
    [ASK_CACHE_WRITE_1H] = "cache_write_1h_tokens",
    [ASK_SEARCHES] = "web_search_requests",
    [ASK_COST_MICROUSD] = "cost_microusd",
};

const char *ask_by_word(enum ask_by by)
{
    assert(by < ASK_BYS);
    return words[by];
}

enum ask_by ask_by_of(struct str word)
{
    for (size_t i = 0; i < ASK_BYS; i++) {
        if (str_eq(word, str_of(words[i])))
            return (enum ask_by)i;
    }
    return ASK_BYS;
}

const char *ask_sum_name(enum ask_sum sum)
{
    assert(sum < ASK_SUMS);
    return sum_names[sum];
}

/* ---- what can be asked --------------------------------------------------- */

/* Only of their hours, and not with whom the key belonged to then. */
static bool is_of_sessions(const struct ask *ask)
{
    return ask->by == ASK_BY_SESSION || ask_has(ask->filter.session);
}

static bool sessions_know(const struct ask *ask)
{
    const struct ask_filter *filter = &ask->filter;

    return ask->by != ASK_BY_GROUP && ask->by != ASK_BY_OWNER &&
           ask->by != ASK_BY_DAY && filter->group_id == 0 &&
           !ask_has(filter->group) && !ask_has(filter->owner);
}

bool ask_is_possible(const struct ask *ask, struct err *err)
{
    return !is_of_sessions(ask) || sessions_know(ask) ||
           err_set(err, ERR_BAD_REQUEST,
                   "sessions are summed up by session, key, account, model "
                   "and hour, and not by group, owner or day");
}

/* ---- asking -------------------------------------------------------------- */

struct asking {
    const struct ask *ask;
    struct ask_groups groups;
    struct ask_holders holders; /* what they count as; empty if not asked for */
    struct zones *zones;        /* NULL: not needed */
    const struct zone *zone;    /* whose days there are */
    const struct ask_span *span;
    enum ask_kind kind;
    bool sessions; /* parts are of sessions; else of everything */
    bool full;
};

/* All of a span that is not kept by time lies within one hour, and one day. */
static int64_t time_of(const struct asking *asking, const struct ask_part *part)
{
    const struct ask_span *span = asking->span;

    if (asking->ask->by == ASK_BY_DAY)
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
    case ASK_OF_HOLDER:
        return ask_holders_number(&asking->holders, part->number);
    case ASK_OF_TIME:
        return time_of(asking, part);
    case ASK_OF_ACCOUNT:
    case ASK_OF_MODEL:
    case ASK_OF_SESSION:
    case ASK_OF_KEY:
    case ASK_OF_ALL:
    case ASK_KINDS:
        break;
    }
    return part->number;
}

static bool count(struct asking *asking, int64_t number,
                  const struct ask_part *part, int64_t times)
{
    struct ask_row *row = ask_groups_row(&asking->groups, number);

    asking->full = !row;
    for (size_t i = 0; row && i < ASK_SUMS; i++)
        row->sums[i] += times * part->sums[i];
    return row != NULL;
}

/* Row 0 of sessions is what is left of everything. */
static bool take_part(void *arg, const struct ask_part *part)
{
    struct asking *asking = arg;

    if (asking->kind == ASK_OF_SESSION &&
        !ask_has(asking->ask->filter.session) && !count(asking, 0, part, -1))
        return false;
    return count(asking, number_of(asking, part), part, 1);
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
    return err_set(err, ERR_BAD_REQUEST,
                   "there are more than %u of them in that time: ask for less "
                   "of it with since and until, or for one key",
                   ASK_GROUPS_MAX);
}

static bool read_spans(struct sql *sql, struct asking *asking, struct err *err)
{
    bool days = !asking->sessions && asking->ask->by != ASK_BY_HOUR;
    struct ask_span spans[ASK_SPANS_MAX];
    size_t span_count =
        ask_span_cut(asking->ask->filter.since_ms, asking->ask->filter.until_ms,
                     days ? asking->zone : NULL, spans);
    struct ask_from from = { .filter = &asking->ask->filter,
                             .zone = asking->zone,
                             .kind = asking->kind,
                             .sessions = asking->sessions,
                             .part = take_part,
                             .arg = asking };

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

static bool read_as(struct sql *sql, struct asking *asking, bool sessions,
                    struct err *err)
{
    asking->sessions = sessions;
    asking->kind = kind_of(asking->ask->by, sessions);
    return read_spans(sql, asking, err);
}

static bool read_all(struct sql *sql, struct asking *asking, struct err *err)
{
    return (ask_has(asking->ask->filter.session) ||
            read_as(sql, asking, false, err)) &&
           (!is_of_sessions(asking->ask) || read_as(sql, asking, true, err));
}

/* ---- the zone ------------------------------------------------------------ */

static bool take_zone(void *arg, const struct sql_row *row)
{
    struct asking *asking = arg;
    struct str name = sql_row_text(row, 0);
    struct err err;

    if (str_eq(name, str_of(zone_name(asking->zone))))
        return false;
    asking->zones = zones_new(NULL);
    asking->zone = zones_find(asking->zones, name, &err);
    return false;
}

/* Sums by days are of one zone, until they are made again. */
static bool find_zone(struct sql *sql, struct asking *asking, struct err *err)
{
    const struct sql_ask ask = { "SELECT zone FROM calendar", SQL_NO_VALUES,
                                 take_zone, asking };

    asking->zone = asking->ask->zone;
    return sql_query(sql, &ask, err) &&
           (asking->zone ||
            err_set(err, ERR_INTERNAL,
                    "the time zone that usage is summed up in is not known to "
                    "this system"));
}

/* ---- the answer ---------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    const struct ask_row *one = a;
    const struct ask_row *other = b;

    return (one->number > other->number) - (one->number < other->number);
}

static int by_cost(const void *a, const void *b)
{
    const struct ask_row *one = a;
    const struct ask_row *other = b;
    static const enum ask_sum sums[] = { ASK_COST_MICROUSD, ASK_OUTPUT,
                                         ASK_REQUESTS };

    for (size_t i = 0; i < COUNT_OF(sums); i++) {
        int64_t mine = one->sums[sums[i]];
        int64_t others = other->sums[sums[i]];

        if (mine != others)
            return mine > others ? -1 : 1;
    }
    return by_number(a, b);
}

static void sum_up(struct ask_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++) {
        for (size_t k = 0; k < ASK_SUMS; k++)
            answer->total[k] += answer->rows[i].sums[k];
    }
}

/* Leaves the rows that are wanted. */
static void choose(const struct ask *ask, struct ask_answer *answer)
{
    bool timed = ask->by == ASK_BY_DAY || ask->by == ASK_BY_HOUR;
    size_t skip = ask->skip < answer->count ? (size_t)ask->skip : answer->count;
    size_t left = answer->count - skip;

    qsort(answer->rows, answer->count, sizeof(answer->rows[0]),
          timed ? by_number : by_cost);
    if (ask->limit > 0 && ask->limit < left)
        left = (size_t)ask->limit;
    memmove(answer->rows, answer->rows + skip, left * sizeof(answer->rows[0]));
    answer->count = left;
}

static bool answer_it(struct sql *sql, struct asking *asking,
                      struct ask_answer *answer, struct err *err)
{
    if (!ask_filter_check(sql, &asking->ask->filter, err) ||
        !find_zone(sql, asking, err) ||
        !ask_holders_load(sql, asking->ask->by, &asking->holders, err) ||
        !read_all(sql, asking, err) ||
        !ask_names_fill(sql, asking->ask->by, &asking->groups, answer->arena,
                        err))
        return false;
    answer->rows = ask_groups_take(&asking->groups, &answer->count);
    sum_up(answer);
    choose(asking->ask, answer);
    return true;
}

bool ask_run(struct sql *sql, const struct ask *ask, struct ask_answer *answer,
             struct err *err)
{
    struct asking asking = { .ask = ask };
    bool ok;

    *answer = (struct ask_answer){ .arena = arena_new() };
    ask_groups_init(&asking.groups);
    ok = answer_it(sql, &asking, answer, err);
    ask_groups_done(&asking.groups);
    ask_holders_done(&asking.holders);
    zones_free(asking.zones);
    return ok;
}

void ask_answer_done(struct ask_answer *answer)
{
    mem_free(answer->rows);
    arena_free(answer->arena);
    *answer = (struct ask_answer){ .count = 0 };
}
