// SPDX-License-Identifier: MIT
/* Rows of use_quarter, use_total and estimate. */
#include "team/use_store.h"

#include <stdio.h>

#include "base/text.h"
#include "team/key_build.h"

/* ---- histories as text --------------------------------------------------- */

#define HISTORY_DOC_MAX 1024

/* [mean, variance, ...]: read as they were written.  Of an older one the last are
   absent, and 0. */
static struct str write_history(const struct history *history,
                                char out[HISTORY_DOC_MAX])
{
    int len = 0;

    for (size_t i = 0; i < HISTORY_SPREADS; i++)
        len += snprintf(out + len, (size_t)(HISTORY_DOC_MAX - len),
                        "%s%.17g,%.17g", i ? "," : "[", history->of[i].mean,
                        history->of[i].variance);
    len += snprintf(out + len, (size_t)(HISTORY_DOC_MAX - len), "]");
    return (struct str){ out, (size_t)len };
}

static bool read_history(struct str text, struct history *out)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(text, &err);
    size_t count = json_doc_count(doc) / 2;
    bool fine = json_doc_count(doc) % 2 == 0 && count >= HISTORY_FIRST &&
                count <= HISTORY_SPREADS;

    for (size_t i = 0; i < count && fine; i++)
        fine = json_doc_as_number(json_doc_at(doc, 2 * i), &out->of[i].mean) &&
               json_doc_as_number(json_doc_at(doc, 2 * i + 1),
                                  &out->of[i].variance);
    json_doc_free(doc);
    return fine;
}

/* ---- loading ------------------------------------------------------------- */

/* Rows come by subject: its counters are looked up once. */
struct subjects {
    struct keyring *ring;
    struct counters *all;
    int64_t subject;
    struct counters *counters; /* a reference, or NULL */
};

static struct counters *find_counters(struct subjects *subjects,
                                      int64_t subject)
{
    char id[32];

    if (subject == SUBJECT_ALL)
        return subjects->all ? counters_ref(subjects->all) : NULL;
    (void)snprintf(id, sizeof(id), "%lld", (long long)(subject / 2));
    if (subject % 2 == 0) {
        struct key *key = keyring_get(subjects->ring, str_of(id));
        struct counters *counters = key ? counters_ref(key->counters) : NULL;

        key_unref(key);
        return counters;
    }
    struct key_group *group = keyring_get_group(subjects->ring, str_of(id));
    struct counters *counters = group ? counters_ref(group->counters) : NULL;

    key_group_unref(group);
    return counters;
}

static struct counters *counters_of(struct subjects *subjects, int64_t subject)
{
    if (subjects->subject != subject) {
        counters_unref(subjects->counters);
        subjects->counters = find_counters(subjects, subject);
        subjects->subject = subject;
    }
    return subjects->counters;
}

static struct use use_at(const struct sql_row *row, size_t at)
{
    return (struct use){
        .requests = (uint64_t)sql_row_number(row, at),
        .tokens_in = (uint64_t)sql_row_number(row, at + 1),
        .tokens_out = (uint64_t)sql_row_number(row, at + 2),
        .cost_microusd = (uint64_t)sql_row_number(row, at + 3),
    };
}

static bool take_total(void *arg, const struct sql_row *row)
{
    struct counters *counters = counters_of(arg, sql_row_number(row, 0));
    const struct use total = use_at(row, 1);

    if (counters)
        counters_load_total(counters, &total);
    return true;
}

static bool take_quarter(void *arg, const struct sql_row *row)
{
    struct counters *counters = counters_of(arg, sql_row_number(row, 0));
    const struct use_quarter quarter = {
        .start_s = (uint64_t)sql_row_number(row, 1),
        .use = use_at(row, 2),
    };

    if (counters)
        counters_load_quarter(counters, &quarter);
    return true;
}

static bool take_history(void *arg, const struct sql_row *row)
{
    struct counters *counters = counters_of(arg, sql_row_number(row, 0));
    struct history history = {
        .requests = (uint64_t)sql_row_number(row, 2),
    };

    text_copy(history.model, sizeof(history.model), sql_row_text(row, 1));
    if (counters && read_history(sql_row_text(row, 3), &history))
        counters_load_history(counters, &history);
    return true;
}

#define TOTALS                                                                 \
    "SELECT subject, requests, tokens_in, tokens_out, cost_microusd"           \
    " FROM use_total"
#define QUARTERS                                                               \
    "SELECT subject, start_s, requests, tokens_in, tokens_out,"                \
    " cost_microusd FROM use_quarter"
#define HISTORIES "SELECT subject, model, requests, doc FROM estimate"

bool use_store_load(struct sql *sql, struct keyring *ring, struct counters *all,
                    struct err *err)
{
    struct subjects subjects = { .ring = ring, .all = all, .subject = -1 };
    const struct sql_ask asks[] = {
        { TOTALS " ORDER BY subject", SQL_NO_VALUES, take_total, &subjects },
        { QUARTERS " ORDER BY subject, start_s", SQL_NO_VALUES, take_quarter,
          &subjects },
        { HISTORIES " ORDER BY subject", SQL_NO_VALUES, take_history,
          &subjects },
    };
    bool fine = true;

    for (size_t i = 0; i < COUNT_OF(asks) && fine; i++)
        fine = sql_query(sql, &asks[i], err);
    counters_unref(subjects.counters);
    return fine;
}

bool use_store_load_into(struct sql *sql, struct counters *counters,
                         struct err *err)
{
    int64_t subject = counters_subject(counters);
    struct subjects subjects = { .subject = subject, .counters = counters };
    const struct sql_value value = sql_number(subject);
    const struct sql_ask asks[] = {
        { TOTALS " WHERE subject = $1", &value, 1, take_total, &subjects },
        { QUARTERS " WHERE subject = $1 ORDER BY start_s", &value, 1,
          take_quarter, &subjects },
        { HISTORIES " WHERE subject = $1", &value, 1, take_history, &subjects },
    };
    bool fine = true;

    for (size_t i = 0; i < COUNT_OF(asks) && fine; i++)
        fine = sql_query(sql, &asks[i], err);
    return fine;
}

/* ---- saving -------------------------------------------------------------- */

static struct sql_value number(uint64_t value)
{
    return sql_number((int64_t)value);
}

static bool save_quarter(struct sql *sql, int64_t subject,
                         const struct use_quarter *quarter, struct err *err)
{
    const struct use *use = &quarter->use;

    return sql_run(
        sql,
        "INSERT INTO use_quarter(subject, start_s, requests, tokens_in,"
        " tokens_out, cost_microusd) VALUES($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (subject, start_s) DO UPDATE SET"
        " requests = use_quarter.requests + excluded.requests,"
        " tokens_in = use_quarter.tokens_in + excluded.tokens_in,"
        " tokens_out = use_quarter.tokens_out + excluded.tokens_out,"
        " cost_microusd = use_quarter.cost_microusd + excluded.cost_microusd",
        SQL_VALUES(sql_number(subject), number(quarter->start_s),
                   number(use->requests), number(use->tokens_in),
                   number(use->tokens_out), number(use->cost_microusd)),
        err);
}

static bool save_total(struct sql *sql, int64_t subject, const struct use *use,
                       struct err *err)
{
    return sql_run(
        sql,
        "INSERT INTO use_total(subject, requests, tokens_in, tokens_out,"
        " cost_microusd) VALUES($1, $2, $3, $4, $5)"
        " ON CONFLICT (subject) DO UPDATE SET"
        " requests = use_total.requests + excluded.requests,"
        " tokens_in = use_total.tokens_in + excluded.tokens_in,"
        " tokens_out = use_total.tokens_out + excluded.tokens_out,"
        " cost_microusd = use_total.cost_microusd + excluded.cost_microusd",
        SQL_VALUES(sql_number(subject), number(use->requests),
                   number(use->tokens_in), number(use->tokens_out),
                   number(use->cost_microusd)),
        err);
}

static bool save_history(struct sql *sql, int64_t subject,
                         const struct history *history, struct err *err)
{
    char doc[HISTORY_DOC_MAX];

    return sql_run(
        sql,
        "INSERT INTO estimate(subject, model, requests, doc)"
        " VALUES($1, $2, $3, $4) ON CONFLICT (subject, model) DO UPDATE SET"
        " requests = excluded.requests, doc = excluded.doc",
        SQL_VALUES(sql_number(subject), sql_text(str_of(history->model)),
                   number(history->requests),
                   sql_text(write_history(history, doc))),
        err);
}

static bool take_one(void *arg, const struct sql_row *row)
{
    (void)row;
    *(bool *)arg = true;
    return true;
}

/* In the transaction of what is saved: a request may end long after its key was
   purged, and what it used must not come back as a row that nobody removes. */
static bool find_subject(struct sql *sql, int64_t subject, bool *is_there,
                         struct err *err)
{
    const struct sql_ask ask = { subject % 2 == 0
                                     ? "SELECT id FROM key WHERE id = $1"
                                     : "SELECT id FROM key_group WHERE id = $1",
                                 SQL_VALUES(sql_number(subject / 2)), take_one,
                                 is_there };

    *is_there = subject == SUBJECT_ALL;
    return *is_there || sql_query(sql, &ask, err);
}

static bool save_all(struct sql *sql, const struct counters_unsaved *use,
                     struct err *err)
{
    const struct use none = { 0 };
    bool fine = true;

    for (size_t i = 0; i < use->quarter_count && fine; i++)
        fine = save_quarter(sql, use->subject, &use->quarters[i], err);
    if (fine && memcmp(&use->total, &none, sizeof(none)) != 0)
        fine = save_total(sql, use->subject, &use->total, err);
    for (size_t i = 0; i < use->history_count && fine; i++)
        fine = save_history(sql, use->subject, &use->histories[i], err);
    return fine;
}

bool use_store_save(struct sql *sql, const struct counters_unsaved *use,
                    struct err *err)
{
    bool is_there;

    return find_subject(sql, use->subject, &is_there, err) &&
           (!is_there || save_all(sql, use, err));
}

/* ---- removing ------------------------------------------------------------ */

static bool take_start(void *arg, const struct sql_row *row)
{
    *(uint64_t *)arg = (uint64_t)sql_row_number(row, 0);
    return true;
}

/* As quarters_certain_s(), of all keys together. */
static bool find_certain(struct sql *sql, uint64_t now_s, uint64_t *certain_s,
                         struct err *err)
{
    const struct sql_ask ask = { "SELECT DISTINCT start_s FROM use_quarter"
                                 " ORDER BY start_s DESC LIMIT 1 OFFSET $1",
                                 SQL_VALUES(number(QUARTERS_DOUBTED)),
                                 take_start, certain_s };

    *certain_s = 0;
    if (!sql_query(sql, &ask, err))
        return false;
    if (*certain_s > now_s)
        *certain_s = now_s;
    return true;
}

static bool trim_old(struct sql *sql, uint64_t now_s, struct err *err)
{
    uint64_t certain_s;

    return find_certain(sql, now_s, &certain_s, err) &&
           (certain_s <= USE_KEPT_S ||
            sql_run(sql, "DELETE FROM use_quarter WHERE start_s < $1",
                    SQL_VALUES(number(certain_s - USE_KEPT_S)), err));
}

#define IS_GONE                                                                \
    " subject > 0 AND NOT (CASE subject % 2"                                   \
    " WHEN 0 THEN EXISTS (SELECT 1 FROM key WHERE id = subject / 2)"           \
    " ELSE EXISTS (SELECT 1 FROM key_group WHERE id = subject / 2) END)"

/* What has quarter hours has a total, of which there is but one. */
static bool trim_gone(struct sql *sql, struct err *err)
{
    return sql_run(sql,
                   "DELETE FROM use_quarter WHERE subject IN"
                   " (SELECT subject FROM use_total WHERE" IS_GONE ")",
                   SQL_NO_VALUES, err) &&
           sql_run(sql, "DELETE FROM use_total WHERE" IS_GONE, SQL_NO_VALUES,
                   err) &&
           sql_run(sql, "DELETE FROM estimate WHERE" IS_GONE, SQL_NO_VALUES,
                   err);
}

bool use_store_trim(struct sql *sql, uint64_t now_wall_ms, struct err *err)
{
    return trim_old(sql, now_wall_ms / 1000, err) && trim_gone(sql, err);
}
