// SPDX-License-Identifier: MIT
/* Bookings are priced again. */
#include "usage/reprice.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/text.h"
#include "team/patterns.h"
#include "usage/ledger_names.h"
#include "usage/ledger_sums.h"
#include "usage/reprice_row.h"

#define HOUR_S 3600
#define DAY_S 86400
#define HOUR_MS 3600000u
/* Rows that are looked at in one transaction: writers wait for one that writes. */
#define PAGE_WRITES 1000
#define PAGE_READS 10000

/* ---- what there is ------------------------------------------------------- */

static bool take_look(void *arg, const struct sql_row *row)
{
    struct reprice_look *look = arg;
    int64_t rows_s = sql_row_number(row, 1);
    int64_t sums_s = sql_row_number(row, 2);

    text_copy(look->zone, sizeof(look->zone), sql_row_text(row, 0));
    look->rows_from_ms = rows_s > 0 ? (uint64_t)rows_s * 1000 : 0;
    look->sums_from_ms = sums_s > 0 ? (uint64_t)sums_s * 1000 : 0;
    return true;
}

bool reprice_look_run(struct sql *sql, void *arg, struct err *err)
{
    const struct sql_ask ask = {
        "SELECT (SELECT zone FROM calendar), (SELECT min(hour_s) FROM hour"
        " WHERE removing IS NULL),"
        " (SELECT min(hour_s) FROM total)",
        SQL_NO_VALUES, take_look, arg
    };

    *(struct reprice_look *)arg = (struct reprice_look){ .zone = "" };
    return sql_query(sql, &ask, err);
}

/* ---- a page in hand ------------------------------------------------------ */

/* A booking whose cost changes. */
struct changed {
    int64_t id;
    uint64_t microusd;
};

struct run {
    struct reprice_page *page;
    size_t rows;
    size_t rows_max;
    struct changed *changed;
    size_t count;
    struct ledger_sums hourly;
    struct ledger_sums daily;
    struct ledger_sums session_hours;
    struct ledger_sums session_days;
};

static void add_to_sums(struct run *run, const struct reprice_row *row)
{
    const struct reprice_change *change = &row->change;
    int64_t hour_s = (int64_t)(row->ended_ms / 1000) / HOUR_S * HOUR_S;
    struct ledger_sum sum = { .key = { hour_s, row->holder, row->account,
                                       row->model } };

    sum.of[LEDGER_COST] =
        (int64_t)change->after_microusd - (int64_t)change->before_microusd;
    sum.of[LEDGER_UNPRICED] = change->was_known ? 0 : -1;
    ledger_sums_add(&run->hourly, &sum);
    if (row->session) {
        sum.key[1] = row->session;
        ledger_sums_add(&run->session_hours, &sum);
        sum.key[0] = hour_s / DAY_S;
        ledger_sums_add(&run->session_days, &sum);
    }
    sum.key[0] = zone_day(run->page->ask.zone, row->ended_ms);
    sum.key[1] = row->holder;
    ledger_sums_add(&run->daily, &sum);
}

static bool is_asked_for(const struct reprice_ask *ask,
                         const struct reprice_row *row)
{
    struct str pattern = str_of(ask->model);

    return row->used && row->ended_ms >= ask->since_ms &&
           row->ended_ms < ask->until_ms &&
           (pattern.len == 0 || pattern_matches(pattern, row->change.model));
}

static bool take_row(void *arg, const struct sql_row *values)
{
    struct run *run = arg;
    struct reprice_page *page = run->page;
    struct reprice_row row;

    reprice_row_take(&row, values, page->prices);
    run->rows++;
    page->next = row.id;
    if (!is_asked_for(&page->ask, &row))
        return true;
    reprice_tally_add(&page->tally, &row.change);
    if (!page->ask.writes || !reprice_is_changed(&row.change))
        return true;
    run->changed[run->count++] =
        (struct changed){ row.id, row.change.after_microusd };
    add_to_sums(run, &row);
    return true;
}

/* Ids rise with the hours: those before and after are not looked at, nor those that are
   being removed, which are summed up for good. */
static bool read_rows(struct run *run, struct sql *sql, struct err *err)
{
    const struct reprice_ask *ask = &run->page->ask;
    const struct sql_value values[] = {
        sql_number(ask->after),
        sql_number((int64_t)(ask->since_ms / HOUR_MS * HOUR_S)),
        sql_number((int64_t)(ask->until_ms / 1000)),
        sql_number((int64_t)run->rows_max),
    };
    const struct sql_ask question = {
        "SELECT " REPRICE_COLUMNS " FROM booking b"
        " LEFT JOIN word m ON m.id = b.model"
        " LEFT JOIN word t ON t.id = b.tier WHERE b.id > $1"
        " AND b.id >= (SELECT min(first_id) FROM hour WHERE hour_s >= $2"
        " AND removing IS NULL)"
        " AND b.id <= (SELECT max(last_id) FROM hour WHERE hour_s <= $3)"
        " AND NOT EXISTS (SELECT 1 FROM hour WHERE hour_s = b.ended_ms"
        " / 3600000 * 3600 AND removing IS NOT NULL)"
        " ORDER BY b.id LIMIT $4",
        values, COUNT_OF(values), take_row, run
    };

    return sql_query(sql, &question, err);
}

/* ---- writing ------------------------------------------------------------- */

static bool find_version(const struct run *run, struct sql *sql, int64_t *id,
                         struct err *err)
{
    struct ledger_names *names = ledger_names_new(1);
    const struct ledger_text version = {
        LEDGER_PRICES, str_of(prices_version(run->page->prices))
    };
    bool fine;

    ledger_names_begin(names);
    fine = ledger_names_word(names, sql, &version, id, err);
    ledger_names_free(names);
    return fine;
}

static bool write_rows(const struct run *run, struct sql *sql, struct err *err)
{
    int64_t version = 0;
    bool fine = find_version(run, sql, &version, err);

    for (size_t i = 0; fine && i < run->count; i++)
        fine = sql_run(
            sql,
            "UPDATE booking SET cost_microusd = $2, prices = $3 WHERE id = $1",
            SQL_VALUES(sql_number(run->changed[i].id),
                       sql_number((int64_t)run->changed[i].microusd),
                       sql_number(version)),
            err);
    return fine;
}

#define ADD_TO(table, when, who)                                               \
    "UPDATE " table " SET cost_microusd = cost_microusd + $5,"                 \
    " unpriced = unpriced + $6 WHERE " when " = $1 AND " who " = $2"           \
    " AND account = $3 AND model = $4"

static bool write_sums(struct sql *sql, struct ledger_sums *sums,
                       const char *text, struct err *err)
{
    bool fine = true;

    ledger_sums_sort(sums);
    for (size_t i = 0; fine && i < sums->count; i++) {
        const struct ledger_sum *sum = &sums->at[i];

        fine =
            sql_run(sql, text,
                    SQL_VALUES(sql_number(sum->key[0]), sql_number(sum->key[1]),
                               sql_number(sum->key[2]), sql_number(sum->key[3]),
                               sql_number(sum->of[LEDGER_COST]),
                               sql_number(sum->of[LEDGER_UNPRICED])),
                    err);
    }
    return fine;
}

/* Whose days are summed up: the same as before? */
struct calendar {
    const char *zone;
    bool same;
};

static bool take_zone(void *arg, const struct sql_row *row)
{
    struct calendar *calendar = arg;

    calendar->same = str_eq(sql_row_text(row, 0), str_of(calendar->zone));
    return true;
}

/* A relay that is started with another TIME_ZONE sums all days up again. */
static bool check_zone(const struct run *run, struct sql *sql, struct err *err)
{
    struct calendar calendar = { .zone = zone_name(run->page->ask.zone) };
    const struct sql_ask ask = { "SELECT zone FROM calendar", SQL_NO_VALUES,
                                 take_zone, &calendar };

    return sql_query(sql, &ask, err) &&
           (calendar.same ||
            err_set(err, ERR_CONFLICT,
                    "usage is summed up by the days of another time zone than "
                    "%s: start the relay with this TIME_ZONE, or ask with its "
                    "own",
                    calendar.zone));
}

static bool write_all(struct run *run, struct sql *sql, struct err *err)
{
    return run->count == 0 ||
           (check_zone(run, sql, err) && write_rows(run, sql, err) &&
            write_sums(sql, &run->hourly, ADD_TO("total", "hour_s", "holder"),
                       err) &&
            write_sums(sql, &run->daily, ADD_TO("daily", "day", "holder"),
                       err) &&
            write_sums(sql, &run->session_hours,
                       ADD_TO("session_hour", "hour_s", "session"), err) &&
            write_sums(sql, &run->session_days,
                       ADD_TO("session_day", "day", "session"), err));
}

/* ---- all of it ----------------------------------------------------------- */

static bool run_all(struct run *run, struct sql *sql, struct err *err)
{
    struct reprice_page *page = run->page;

    page->next = page->ask.after;
    reprice_tally_done(&page->tally);
    if (!read_rows(run, sql, err))
        return false;
    page->done = run->rows < run->rows_max;
    return write_all(run, sql, err);
}

bool reprice_page_run(struct sql *sql, void *arg, struct err *err)
{
    struct reprice_page *page = arg;
    struct run run = { .page = page,
                       .rows_max =
                           page->ask.writes ? PAGE_WRITES : PAGE_READS };
    bool fine;

    if (page->ask.writes)
        run.changed = mem_zalloc(run.rows_max * sizeof(run.changed[0]));
    fine = run_all(&run, sql, err);
    ledger_sums_done(&run.hourly);
    ledger_sums_done(&run.daily);
    ledger_sums_done(&run.session_hours);
    ledger_sums_done(&run.session_days);
    mem_free(run.changed);
    return fine;
}

struct reprice_page *reprice_page_new(const struct reprice_ask *ask,
                                      struct prices *prices)
{
    struct reprice_page *page = MEM_NEW(struct reprice_page);

    page->ask = *ask;
    page->prices = prices_ref(prices);
    return page;
}

void reprice_page_free(void *arg)
{
    struct reprice_page *page = arg;

    if (!page)
        return;
    reprice_tally_done(&page->tally);
    prices_unref(page->prices);
    mem_free(page);
}
