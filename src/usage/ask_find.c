// SPDX-License-Identifier: MIT
/* Looking through an hour's bookings.  There is no index but the number: a stretch of
   numbers is read upwards, for that is what disks and kernels are quick at, and the
   stretches follow each other downwards. */
#include "usage/ask_find.h"

#include "base/clock.h"
#include "base/mem.h"

/* Some 30 to 140 ms. */
#define STRETCH_MAX 20000
/* The first one is short: mostly the newest are wanted, and match. */
#define STRETCH_FIRST 256

/* $1 and $2: when they ended; $23 and $24: between which numbers. */
static const char statement[] =
    "SELECT id FROM booking WHERE id >= $23 AND id <= $24"
    " AND ended_ms >= $1 AND ended_ms < $2" ASK_HOLDER_IS ASK_ACCOUNT_IS
        ASK_BOOKED_MODEL_IS ASK_BOOKED_SESSION_IS
    " AND ($25 = 0 OR (status >= $25 AND status <= $26)"
    " OR (ending = $37 AND $38 >= $25 AND $38 <= $26))"
    " AND ($27 = 0 OR ending = $27) AND ($39 = 0 OR ending <> $39)"
    " AND ($28 IS NULL OR endpoint ="
    " (SELECT id FROM word WHERE kind = 3 AND text = $28))"
    " AND ($29 IS NULL OR COALESCE(upstream_id, '') = $29)"
    " AND ($30 IS NULL OR COALESCE(client_id, '') = $30)"
    " AND ($31 = 0 OR cost_microusd >= $31)"
    " AND ($32 = 0 OR duration_ms >= $32)"
    " AND ($33 IS NULL OR (tail = $33 AND ended_ms - duration_ms = $34))"
    " AND ($35 IS NULL OR COALESCE(partial, 0) = $35)"
    " AND ($36 IS NULL OR (cost_microusd IS NULL) = ($36 = 1))"
    " ORDER BY id";
#define VALUES 39

struct stretch {
    int64_t *at; /* a ring: the last ones that were found */
    size_t room;
    size_t count; /* of all that were */
};

static bool take(void *arg, const struct sql_row *row)
{
    struct stretch *stretch = arg;

    stretch->at[stretch->count++ % stretch->room] = sql_row_number(row, 0);
    return true;
}

static struct sql_value text_or_null(struct str text)
{
    return ask_has(text) ? sql_text(text) : sql_null();
}

static struct sql_value number(uint64_t value)
{
    return sql_number(value < INT64_MAX ? (int64_t)value : INT64_MAX);
}

static struct sql_value flag_or_null(enum ask_flag flag)
{
    return flag == ASK_EITHER ? sql_null() : sql_number(flag == ASK_WITH);
}

static void set_values(const struct ask_requests *ask, int64_t hour_s,
                       struct sql_value values[VALUES])
{
    const struct ask_filter *filter = &ask->filter;
    uint64_t from_ms = (uint64_t)hour_s * 1000;
    uint64_t until_ms = from_ms + ASK_HOUR_MS;

    ask_filter_bind(filter, values);
    values[0] = number(filter->since_ms > from_ms ? filter->since_ms : from_ms);
    values[1] =
        number(filter->until_ms < until_ms ? filter->until_ms : until_ms);
    values[24] = number(ask->status_min);
    values[25] = number(ask->status_max);
    values[26] = number(ask->end);
    values[27] = text_or_null(ask->endpoint);
    values[28] = text_or_null(ask->upstream_id);
    values[29] = text_or_null(ask->client_id);
    values[30] = number(ask->cost_min_microusd);
    values[31] = number(ask->duration_min_ms);
    values[32] = ask->by_id ? number(ask->tail) : sql_null();
    values[33] = number(ask->began_ms);
    values[34] = flag_or_null(ask->partial);
    values[35] = flag_or_null(ask->unpriced);
    /* An error inside a 200 is the status that came too late. */
    values[36] = number(RECORD_ERROR_EVENT);
    values[37] = number(RECORD_OVERLOADED);
    values[38] = number(ask->end_not);
}

/* The newest of what was found goes first. */
static void keep(struct ask_finding *finding, const struct stretch *stretch)
{
    size_t kept =
        stretch->count < stretch->room ? stretch->count : stretch->room;

    for (size_t i = 1; i <= kept; i++)
        finding->numbers[finding->count++] =
            stretch->at[(stretch->count - i) % stretch->room];
}

static bool read_stretch(struct sql *sql, struct ask_finding *finding,
                         const struct sql_value *values, struct err *err)
{
    size_t room = finding->ask->limit - finding->count;
    struct stretch stretch = { .at = mem_alloc(room * sizeof(int64_t)),
                               .room = room };
    const struct sql_ask ask = { statement, values, VALUES, take, &stretch };
    bool ok = sql_query(sql, &ask, err);

    if (ok)
        keep(finding, &stretch);
    mem_free(stretch.at);
    return ok;
}

/* If there was more than is wanted, what lies in front of the last one is not looked
   at. */
static int64_t looked_down_to(const struct ask_finding *finding, int64_t from)
{
    return finding->count == finding->ask->limit
               ? finding->numbers[finding->count - 1]
               : from;
}

bool ask_find_in(struct sql *sql, struct ask_finding *finding,
                 const struct ask_hour *hour, int64_t *back_to, struct err *err)
{
    struct sql_value values[VALUES];
    int64_t size = STRETCH_FIRST;

    *back_to = hour->last + 1;
    set_values(finding->ask, hour->hour_s, values);
    do {
        int64_t last = *back_to - 1;
        int64_t from =
            last - hour->first < size ? hour->first : last - size + 1;

        values[22] = sql_number(from);
        values[23] = sql_number(last);
        if (!read_stretch(sql, finding, values, err))
            return false;
        *back_to = looked_down_to(finding, from);
        size = size * 4 < STRETCH_MAX ? size * 4 : STRETCH_MAX;
    } while (*back_to > hour->first && finding->count < finding->ask->limit &&
             clock_steady_ms() < finding->deadline_ms);
    return true;
}
