// SPDX-License-Identifier: MIT
/* Sums by what they are asked by. */
#include "usage/ask.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/when.h"
#include "base/zones.h"
#include "usage/ask_read.h"

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

bool ask_is_of_sessions(const struct ask *ask)
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
    return !ask_is_of_sessions(ask) || sessions_know(ask) ||
           err_set(err, ERR_BAD_REQUEST,
                   "sessions are summed up by session, key, account, model "
                   "and hour, and not by group, owner or day");
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

/* Days that limit what is asked for are of the zone of the days that are answered. */
static bool read_limits(struct asking *asking, struct err *err)
{
    const struct ask *ask = &asking->ask;
    struct ask_filter *filter = &asking->ask.filter;

    if (ask_has(ask->since))
        (void)when_parse_in(asking->zone, ask->since, false, ask->now_ms,
                            &filter->since_ms);
    if (ask_has(ask->until))
        (void)when_parse_in(asking->zone, ask->until, true, ask->now_ms,
                            &filter->until_ms);
    return ask_filter_fits(filter, err);
}

/* Sums by days are of one zone, until they are made again. */
static bool find_zone(struct sql *sql, struct asking *asking, struct err *err)
{
    const struct sql_ask ask = { "SELECT zone FROM calendar", SQL_NO_VALUES,
                                 take_zone, asking };

    asking->zone = asking->ask.zone;
    return sql_query(sql, &ask, err) &&
           (asking->zone ||
            err_set(err, ERR_INTERNAL,
                    "the time zone that usage is summed up in is not known to "
                    "this system")) &&
           (asking->zone == asking->ask.zone || read_limits(asking, err));
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
    size_t left;

    if (ask->last > 0 && ask->last < answer->count - skip)
        skip = answer->count - (size_t)ask->last;
    left = answer->count - skip;
    qsort(answer->rows, answer->count, sizeof(answer->rows[0]),
          timed ? by_number : by_cost);
    if (ask->limit > 0 && ask->limit < left)
        left = (size_t)ask->limit;
    memmove(answer->rows, answer->rows + skip, left * sizeof(answer->rows[0]));
    answer->count = left;
}

/* ---- step by step -------------------------------------------------------- */

struct asking *ask_new(const struct ask *ask)
{
    struct asking *asking = MEM_NEW(struct asking);

    asking->ask = *ask;
    asking->rest = ask_has_empty(ask->filter.session);
    ask_groups_init(&asking->groups);
    return asking;
}

static void forget(struct asking *asking)
{
    ask_groups_done(&asking->groups);
    ask_holders_done(&asking->holders);
    zones_free(asking->zones);
    asking->zones = NULL;
    asking->begun = false;
}

void ask_free(struct asking *asking)
{
    if (!asking)
        return;
    forget(asking);
    mem_free(asking);
}

static bool begin(struct sql *sql, struct asking *asking, struct err *err)
{
    asking->begun = true;
    return ask_filter_check(sql, &asking->ask.filter, err) &&
           find_zone(sql, asking, err) &&
           ask_holders_load(sql, asking->ask.by, &asking->holders, err) &&
           (!ask_is_long(&asking->ask) || ask_read_bounds(sql, asking, err));
}

/* Row 0 has everything: what sessions used is taken off it. */
static void leave_the_rest(struct ask_groups *groups)
{
    struct ask_row *rest = ask_groups_find(groups, 0);

    for (size_t i = 0; rest && i < groups->count; i++) {
        const struct ask_row *row = &groups->rows[i];

        for (size_t k = 0; row != rest && k < ASK_SUMS; k++)
            rest->sums[k] -= row->sums[k];
    }
}

/* Everything comes last: what is booked meanwhile is counted as of no session, and
   nothing is less than nothing. */
static bool finish(struct sql *sql, struct asking *asking,
                   struct ask_answer *answer, struct err *err)
{
    bool by_hour = asking->ask.by == ASK_BY_HOUR;
    bool of_one = ask_has(asking->ask.filter.session) && !asking->rest;

    if (!by_hour && !of_one && !ask_read_all(sql, asking, err))
        return false;
    if (asking->ask.by == ASK_BY_SESSION &&
        !ask_has(asking->ask.filter.session))
        leave_the_rest(&asking->groups);
    if (!ask_names_fill(sql, asking->ask.by, &asking->groups, answer->arena,
                        err))
        return false;
    answer->rows = ask_groups_take(&asking->groups, &answer->count);
    sum_up(answer);
    choose(&asking->ask, answer);
    return true;
}

static bool step(struct sql *sql, struct asking *asking,
                 struct ask_answer *answer, struct err *err)
{
    const struct ask_stretch *left = &asking->left;

    if (!asking->begun && !begin(sql, asking, err))
        return false;
    if (left->from_ms < left->until_ms &&
        !ask_read_some(sql, asking, clock_steady_ms() + asking->ask.step_ms,
                       err))
        return false;
    answer->done = left->from_ms >= left->until_ms;
    return !answer->done || finish(sql, asking, answer, err);
}

bool ask_step(struct sql *sql, struct asking *asking, struct ask_answer *answer,
              struct err *err)
{
    if (!answer->arena)
        answer->arena = arena_new();
    if (answer->done || step(sql, asking, answer, err))
        return true;
    forget(asking);
    ask_groups_init(&asking->groups);
    return false;
}

void ask_answer_done(struct ask_answer *answer)
{
    mem_free(answer->rows);
    arena_free(answer->arena);
    *answer = (struct ask_answer){ .count = 0 };
}
