// SPDX-License-Identifier: MIT
/* What a batch adds to tables of totals: summed up in memory, one statement for each
   row that changes. */
#include "usage/ledger_totals.h"

#include "base/macros.h"
#include "usage/sums_sql.h"

void ledger_totals_init(struct ledger_totals *totals, const struct zone *zone)
{
    *totals = (struct ledger_totals){ .zone = zone, .day = LEDGER_NO_DAY };
}

void ledger_totals_done(struct ledger_totals *totals)
{
    ledger_sums_done(&totals->hourly);
    ledger_sums_done(&totals->daily);
    ledger_sums_done(&totals->session_hours);
    ledger_sums_done(&totals->session_days);
}

void ledger_totals_clear(struct ledger_totals *totals)
{
    ledger_sums_clear(&totals->hourly);
    ledger_sums_clear(&totals->daily);
    ledger_sums_clear(&totals->session_hours);
    ledger_sums_clear(&totals->session_days);
    totals->hour_count = 0;
}

/* ---- sums in memory ------------------------------------------------------ */

#define HOUR_S 3600
#define DAY_S 86400
#define QUARTER_MS 900000

/* Days begin at whole quarters of an hour. */
static int64_t day_of(struct ledger_totals *totals, uint64_t at_ms)
{
    uint64_t quarter = at_ms / QUARTER_MS;

    if (totals->day == LEDGER_NO_DAY || totals->quarter != quarter)
        totals->day = zone_day(totals->zone, at_ms);
    totals->quarter = quarter;
    return totals->day;
}

static void fill(struct ledger_sum *sum, const struct booking *booking)
{
    sum->of[LEDGER_REQUESTS] = 1;
    sum->of[LEDGER_FAILED] = booking_has_failed(booking);
    sum->of[LEDGER_UNPRICED] = booking_is_unpriced(booking);
    for (size_t i = 0; i < BOOKING_COUNTS; i++)
        sum->of[LEDGER_COUNTS + i] = (int64_t)booking->counts[i];
    if (booking->flags & BOOKING_COST_KNOWN)
        sum->of[LEDGER_COST] = (int64_t)booking->cost_microusd;
}

static struct ledger_hour *hour_at(struct ledger_totals *totals,
                                   int64_t start_s)
{
    size_t at = totals->hour_count;

    while (at > 0 && totals->hours[at - 1].start_s != start_s)
        at--;
    if (at == 0) {
        at = ++totals->hour_count;
        totals->hours[at - 1] = (struct ledger_hour){ .start_s = start_s };
    }
    return &totals->hours[at - 1];
}

static void note_hour(struct ledger_totals *totals, int64_t start_s, int64_t id)
{
    struct ledger_hour *hour = hour_at(totals, start_s);

    if (hour->first_id == 0 || id < hour->first_id)
        hour->first_id = id;
    if (id > hour->last_id)
        hour->last_id = id;
}

void ledger_totals_add(struct ledger_totals *totals,
                       const struct ledger_row *row)
{
    int64_t ended_s = (int64_t)(row->booking->ended_ms / 1000);
    int64_t hour_s = ended_s / HOUR_S * HOUR_S;
    struct ledger_sum sum = { .key = { hour_s, row->holder, row->account,
                                       row->model } };

    fill(&sum, row->booking);
    ledger_sums_add(&totals->hourly, &sum);
    note_hour(totals, hour_s, row->id);
    if (row->session) {
        sum.key[1] = row->session;
        ledger_sums_add(&totals->session_hours, &sum);
        sum.key[0] = ended_s / DAY_S;
        ledger_sums_add(&totals->session_days, &sum);
    }
    sum.key[0] = day_of(totals, row->booking->ended_ms);
    sum.key[1] = row->holder;
    ledger_sums_add(&totals->daily, &sum);
}

/* ---- sums in tables ------------------------------------------------------ */

#define ADD_TO(table, when, who)                                               \
    "INSERT INTO " table "(" when ", " who ", account, model, " SUMS_COLUMNS   \
    ") VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"    \
    " ON CONFLICT (" when ", " who                                             \
    ", account, model) DO UPDATE SET" SUMS_ADD_TO(table)

static bool write_sums(struct sql *sql, struct ledger_sums *sums,
                       const char *text, struct err *err)
{
    struct sql_value values[LEDGER_SUM_KEYS + LEDGER_SUMS];
    bool fine = true;

    ledger_sums_sort(sums);
    for (size_t i = 0; i < sums->count && fine; i++) {
        for (size_t k = 0; k < LEDGER_SUM_KEYS; k++)
            values[k] = sql_number(sums->at[i].key[k]);
        for (size_t k = 0; k < LEDGER_SUMS; k++)
            values[LEDGER_SUM_KEYS + k] = sql_number(sums->at[i].of[k]);
        fine = sql_run(sql, text, values, COUNT_OF(values), err);
    }
    return fine;
}

/* A late one (of a clock that was put back, say) may belong to an hour of which the
   bookings were removed, and only the total is left: it is one of those. */
static bool write_hour(const struct ledger_hour *hour, struct sql *sql,
                       struct err *err)
{
    return sql_run(
        sql,
        "INSERT INTO hour(hour_s, first_id, last_id, removing)"
        " VALUES($1, $2, $3, (SELECT 1 FROM total WHERE hour_s = $1 LIMIT 1))"
        " ON CONFLICT (hour_s) DO UPDATE SET"
        " first_id = CASE WHEN excluded.first_id < hour.first_id"
        " THEN excluded.first_id ELSE hour.first_id END,"
        " last_id = CASE WHEN excluded.last_id > hour.last_id"
        " THEN excluded.last_id ELSE hour.last_id END",
        SQL_VALUES(sql_number(hour->start_s), sql_number(hour->first_id),
                   sql_number(hour->last_id)),
        err);
}

/* Before their sums, by which an hour is known. */
static bool write_hours(const struct ledger_totals *totals, struct sql *sql,
                        struct err *err)
{
    bool fine = true;

    for (size_t i = 0; i < totals->hour_count && fine; i++)
        fine = write_hour(&totals->hours[i], sql, err) &&
               ledger_head_keep(sql, totals->zone, &totals->hours[i], err);
    return fine;
}

bool ledger_totals_write(struct ledger_totals *totals, struct sql *sql,
                         struct err *err)
{
    return write_hours(totals, sql, err) &&
           write_sums(sql, &totals->hourly, ADD_TO("total", "hour_s", "holder"),
                      err) &&
           write_sums(sql, &totals->daily, ADD_TO("daily", "day", "holder"),
                      err) &&
           write_sums(sql, &totals->session_hours,
                      ADD_TO("session_hour", "hour_s", "session"), err) &&
           write_sums(sql, &totals->session_days,
                      ADD_TO("session_day", "day", "session"), err);
}
