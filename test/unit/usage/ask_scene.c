// SPDX-License-Identifier: MIT
/* Bookings with their sums. */
#include "ask_scene.h"

#include "usage/booking_sql.h"

int ask_scene_begin(void **state)
{
    struct ask_scene *scene = MEM_NEW(struct ask_scene);

    scene->folder = unit_folder_new();
    scene->records = script_sql_records(scene->folder);
    scene->zone = zone_fixed(STR("+05:30"));
    *state = scene;
    return 0;
}

int ask_scene_end(void **state)
{
    struct ask_scene *scene = *state;

    records_stop(scene->records);
    records_free(scene->records);
    zone_free(scene->zone);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

uint64_t ask_scene_ms(const char *time)
{
    uint64_t ms;

    if (!text_parse_time(str_of(time), &ms))
        fail_msg("%s is no time", time);
    return ms;
}

/* ---- booking ------------------------------------------------------------- */

static bool take_number(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return false;
}

/* The row's number, made if it is not there. */
struct numbered {
    const char *insert;
    const char *find;
    const struct sql_value *values;
    size_t count;
};

static struct sql_value number_of(struct sql *sql, const struct numbered *of)
{
    int64_t number = 0;
    struct err err;

    if (!sql_run(sql, of->insert, of->values, of->count, &err) ||
        !sql_query(sql,
                   &(struct sql_ask){ of->find, of->values, of->count,
                                      take_number, &number },
                   &err))
        fail_msg("%s", err.text);
    return sql_number(number);
}

static struct sql_value word(struct sql *sql, int kind, const char *text)
{
    return number_of(sql,
                     &(struct numbered){
                         "INSERT INTO word(kind, text) VALUES($1, $2)"
                         " ON CONFLICT (kind, text) DO NOTHING",
                         "SELECT id FROM word WHERE kind = $1 AND text = $2",
                         SQL_VALUES(sql_number(kind),
                                    sql_text(str_of(text))) });
}

static struct sql_value word_or_null(struct sql *sql, int kind,
                                     const char *text)
{
    return text ? word(sql, kind, text) : sql_null();
}

static struct sql_value holder(struct sql *sql, const struct ask_booked *booked)
{
    return number_of(
        sql,
        &(struct numbered){
            "INSERT INTO holder(key_id, key_name, owner, group_id, group_name)"
            " VALUES($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            "SELECT id FROM holder WHERE key_id = $1 AND key_name = $2 AND"
            " owner = $3 AND group_id = $4 AND group_name = $5",
            SQL_VALUES(sql_number(booked->key_id),
                       sql_text(str_of(booked->key)),
                       sql_text(str_of(booked->owner)),
                       sql_number(booked->group_id),
                       sql_text(str_of(booked->group))) });
}

static struct sql_value session(struct sql *sql,
                                const struct ask_booked *booked)
{
    if (!booked->session)
        return sql_null();
    return number_of(
        sql, &(struct numbered){
                 "INSERT INTO session(key_id, name) VALUES($1, $2)"
                 " ON CONFLICT (key_id, name) DO NOTHING",
                 "SELECT id FROM session WHERE key_id = $1 AND name = $2",
                 SQL_VALUES(sql_number(booked->key_id),
                            sql_text(str_of(booked->session))) });
}

static struct sql_value text_or_null(const char *text)
{
    return text ? sql_text(str_of(text)) : sql_null();
}

static struct sql_value or_null(int64_t number)
{
    return number ? sql_number(number) : sql_null();
}

#define COLUMNS                                                                \
    "id, ended_ms, duration_ms, holder, account, model, status, ending,"       \
    " session, endpoint, tokens_in, tokens_out, cost_microusd, attempts,"      \
    " tail, upstream_id, client_id, failures, cache_read, bytes_out, batch,"   \
    " partial"

static bool add_row(struct sql *sql, const struct ask_booked *b, int64_t id,
                    struct err *err)
{
    return sql_run(
        sql,
        "INSERT INTO booking(" COLUMNS ") VALUES($1, $2, $3, $4, $5, $6, $7,"
        " $8, $9, $10, $11, $12, $13, 1, $14, $15, $16, $17, 5, 77, $18, $19)",
        SQL_VALUES(sql_number(id), sql_number((int64_t)ask_scene_ms(b->ended)),
                   sql_number(b->duration_ms), holder(sql, b),
                   word(sql, 1, b->account ? b->account : "main"),
                   word_or_null(sql, 2, b->model),
                   sql_number(b->status ? b->status : 200),
                   sql_number(b->ending ? b->ending : 1), session(sql, b),
                   word(sql, 3, b->endpoint ? b->endpoint : "/v1/messages"),
                   or_null(b->tokens_in), or_null(b->tokens_out),
                   b->unpriced ? sql_null() : sql_number(b->cost),
                   sql_number((int64_t)b->tail), text_or_null(b->upstream_id),
                   text_or_null(b->client_id), text_or_null(b->failures),
                   or_null(b->batch), or_null(b->partial)),
        err);
}

#define SUMS                                                                   \
    "requests, failed, unpriced, tokens_in, tokens_out, cache_read,"           \
    " cache_write_5m, cache_write_1h, searches, cost_microusd"
#define SUMMED                                                                 \
    "sum(requests), sum(failed), sum(unpriced), sum(tokens_in),"               \
    " sum(tokens_out), sum(cache_read), sum(cache_write_5m),"                  \
    " sum(cache_write_1h), sum(searches), sum(cost_microusd)"
/* Of all bookings there are, in the zone +05:30. */
#define HOUR "(ended_ms / 3600000 * 3600)"
#define DAY "((ended_ms + 19800000) / 86400000)"
#define ONE(time, holder)                                                      \
    "SELECT " time " AS t, " holder " AS h, account AS a,"                     \
    " COALESCE(model, 0) AS m, 1 AS requests, " BOOKING_FAILED                 \
    " AS failed, " BOOKING_UNPRICED                                            \
    " AS unpriced, COALESCE(tokens_in, 0) AS tokens_in,"                       \
    " COALESCE(tokens_out, 0) AS tokens_out,"                                  \
    " COALESCE(cache_read, 0) AS cache_read,"                                  \
    " COALESCE(cache_write_5m, 0) AS cache_write_5m,"                          \
    " COALESCE(cache_write_1h, 0) AS cache_write_1h,"                          \
    " COALESCE(searches, 0) AS searches,"                                      \
    " COALESCE(cost_microusd, 0) AS cost_microusd FROM booking"
#define SUM_UP(table, one)                                                     \
    "INSERT INTO " table " SELECT t, h, a, m, " SUMMED " FROM (" one           \
    ") x GROUP BY t, h, a, m"

static bool sum_up(struct sql *sql, struct err *err)
{
    static const char *const steps[] = {
        "DELETE FROM total",
        "DELETE FROM daily",
        "DELETE FROM session_hour",
        "DELETE FROM session_day",
        "DELETE FROM hour",
        SUM_UP("total", ONE(HOUR, "holder")),
        SUM_UP("daily", ONE(DAY, "holder")),
        SUM_UP("session_hour",
               ONE(HOUR, "session") " WHERE session IS NOT NULL"),
        SUM_UP("session_day",
               ONE("(ended_ms / 86400000)", "session") " WHERE session IS NOT"
                                                       " NULL"),
        "INSERT INTO hour(hour_s, first_id, last_id) SELECT " HOUR
        ", min(id), max(id) FROM booking"
        " GROUP BY " HOUR,
        ("INSERT INTO calendar(one, zone) VALUES(1, '+05:30')"
         " ON CONFLICT (one) DO NOTHING"),
    };

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        if (!sql_run(sql, steps[i], SQL_NO_VALUES, err))
            return false;
    }
    return true;
}

struct filling {
    struct ask_scene *scene;
    const struct ask_booked *booked;
    size_t count;
};

static bool fill(struct sql *sql, void *arg, struct err *err)
{
    const struct filling *filling = arg;

    for (size_t i = 0; i < filling->count; i++) {
        if (!add_row(sql, &filling->booked[i], ++filling->scene->last_id, err))
            return false;
    }
    return sum_up(sql, err);
}

void ask_scene_book(struct ask_scene *scene, const struct ask_booked *booked,
                    size_t count)
{
    struct filling filling = { scene, booked, count };

    if (!records_do(scene->records,
                    &(struct records_work){ .run = fill, .arg = &filling },
                    &scene->err))
        fail_msg("%s", scene->err.text);
}

/* ---- statements ---------------------------------------------------------- */

bool ask_scene_read(struct ask_scene *scene,
                    bool (*run)(struct sql *sql, void *arg, struct err *err),
                    void *arg)
{
    const struct records_work work = { .run = run, .arg = arg, .reads = true };

    return records_do(scene->records, &work, &scene->err);
}

static bool change(struct sql *sql, void *arg, struct err *err)
{
    return sql_run(sql, arg, SQL_NO_VALUES, err);
}

void ask_scene_change(struct ask_scene *scene, const char *sql)
{
    struct records_work work = { .run = change,
                                 .arg = mem_strdup(sql),
                                 .drop = mem_free };

    if (!records_do(scene->records, &work, &scene->err))
        fail_msg("%s", scene->err.text);
}

/* ---- asking -------------------------------------------------------------- */

struct ask ask_scene_all(const struct ask_scene *scene, enum ask_by by)
{
    return (struct ask){ .by = by,
                         .filter = { .until_ms = ASK_NO_END },
                         .zone = scene->zone };
}

struct stepping {
    struct asking *asking;
    struct ask_answer *answer;
};

static bool run_step(struct sql *sql, void *arg, struct err *err)
{
    struct stepping *stepping = arg;

    return ask_step(sql, stepping->asking, stepping->answer, err);
}

bool ask_scene_ask(struct ask_scene *scene, const struct ask *ask,
                   struct ask_answer *answer)
{
    struct stepping stepping = { ask_new(ask), answer };
    bool ok = true;

    *answer = (struct ask_answer){ .count = 0 };
    while (ok && !answer->done)
        ok = ask_scene_read(scene, run_step, &stepping);
    ask_free(stepping.asking);
    return ok;
}

static void add_sums(struct buf *out, struct str name, const int64_t *sums)
{
    buf_printf(out, STR_FMT " %lld %lld", STR_ARG(name),
               (long long)sums[ASK_REQUESTS],
               (long long)sums[ASK_COST_MICROUSD]);
}

char *ask_scene_asked(struct ask_scene *scene, const struct ask *ask)
{
    struct ask_answer answer;
    struct buf out;
    char *text;

    buf_init(&out, 65536);
    if (!ask_scene_ask(scene, ask, &answer)) {
        buf_printf(&out, "%s", scene->err.text);
    } else {
        for (size_t i = 0; i < answer.count; i++) {
            add_sums(&out, answer.rows[i].name, answer.rows[i].sums);
            buf_add(&out, STR("; "));
        }
        add_sums(&out, STR("all"), answer.total);
    }
    ask_answer_done(&answer);
    text = mem_strndup(buf_str(&out).at, buf_str(&out).len);
    buf_done(&out);
    return text;
}

void ask_scene_asserts(struct ask_scene *scene, const struct ask *ask,
                       const char *rows)
{
    char *text = ask_scene_asked(scene, ask);

    assert_string_equal(text, rows);
    mem_free(text);
}
