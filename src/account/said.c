// SPDX-License-Identifier: MIT
/* The operator's words, written and heard by jobs of the records. */
#include "account/said.h"

#include <stdio.h>

#include "account/vitals.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

#define LOOK_EVERY_MS 1000

/* Of one row, each saying is later than those before, whatever the clocks say; so who
   hears of one knows whether it is news. */
#define LATER                                                                  \
    "CASE WHEN account_said.said_ms >= excluded.said_ms"                       \
    " THEN account_said.said_ms + 1 ELSE excluded.said_ms END"
#define ROW "name, said_ms, since_ms, until_ms, why, cleared_ms"
#define SELECT_ALL "SELECT " ROW " FROM account_said"

static struct vitals_said said_of(const struct sql_row *row)
{
    struct vitals_said said = {
        .said_ms = (uint64_t)sql_row_number(row, 1),
        .held = { .since_ms = (uint64_t)sql_row_number(row, 2),
                  .until_ms = (uint64_t)sql_row_number(row, 3) },
        .cleared_ms = (uint64_t)sql_row_number(row, 5),
    };

    text_copy(said.held.cause, sizeof(said.held.cause), sql_row_text(row, 4));
    return said;
}

/* ---- saying -------------------------------------------------------------- */

/* The job's own. */
struct saying {
    struct vitals *vitals; /* a reference */
    char name[ACCOUNT_NAME_MAX + 1];
    enum said_what what;
    uint64_t said_ms;
    struct health_pause held;
    struct vitals_said written;
    bool kept; /* for the records */
};

struct said {
    struct saying *saying;
    struct records_job *job;
};

static bool take_written(void *arg, const struct sql_row *row)
{
    struct saying *saying = arg;

    saying->written = said_of(row);
    return true;
}

static const char *text_of(enum said_what what)
{
    switch (what) {
    case SAID_PAUSE:
    case SAID_RESUME:
        return "INSERT INTO account_said(" ROW
               ") VALUES($1, $2, $3, $4, $5, 0) ON CONFLICT (name) DO UPDATE"
               " SET said_ms = " LATER ", since_ms = excluded.since_ms,"
               " until_ms = excluded.until_ms, why = excluded.why"
               " RETURNING " ROW;
    case SAID_CLEAR:
        break;
    }
    return "INSERT INTO account_said(" ROW
           ") VALUES($1, $2, $3, $4, $5, $2) ON CONFLICT (name) DO UPDATE"
           " SET said_ms = " LATER ", cleared_ms = " LATER " RETURNING " ROW;
}

static bool run(struct sql *sql, void *arg, struct err *err)
{
    struct saying *saying = arg;
    const struct sql_ask ask = {
        text_of(saying->what),
        SQL_VALUES(sql_text(str_of(saying->name)),
                   sql_number((int64_t)saying->said_ms),
                   sql_number((int64_t)saying->held.since_ms),
                   sql_number((int64_t)saying->held.until_ms),
                   sql_text(str_of(saying->held.cause))),
        take_written, saying
    };

    return sql_query(sql, &ask, err);
}

/* Nobody may have waited for it. */
static void drop(void *arg)
{
    struct saying *saying = arg;

    if (saying->kept)
        vitals_hear(saying->vitals, &saying->written);
    vitals_unref(saying->vitals);
    mem_free(saying);
}

/* Later than what was heard of it, too: that may be in the database no more. */
static struct saying *saying_of(const struct said_ask *ask)
{
    struct saying *saying = MEM_NEW(struct saying);
    uint64_t heard_ms = vitals_heard_ms(ask->account->vitals);

    saying->vitals = vitals_ref(ask->account->vitals);
    (void)snprintf(saying->name, sizeof(saying->name), "%s",
                   ask->account->name);
    saying->what = ask->what;
    saying->said_ms = ask->now_ms > heard_ms ? ask->now_ms : heard_ms + 1;
    if (ask->what != SAID_PAUSE)
        return saying;
    saying->held.since_ms = ask->now_ms;
    saying->held.until_ms = ask->until_ms;
    text_copy(saying->held.cause, sizeof(saying->held.cause), ask->note);
    return saying;
}

struct said *said_start(struct records *records, struct loop *loop,
                        const struct said_ask *ask, void (*wake)(void *arg),
                        void *arg)
{
    struct said *said = MEM_NEW(struct said);
    struct records_work work = { .run = run,
                                 .drop = drop,
                                 .patience_ms = RECORDS_PATIENCE_MS };

    said->saying = saying_of(ask);
    work.arg = said->saying;
    work.kept = &said->saying->kept;
    said->job = records_start(records, loop, &work, wake, arg);
    return said;
}

void said_free(struct said *said)
{
    if (!said)
        return;
    records_job_free(said->job);
    mem_free(said);
}

bool said_is_done(const struct said *said)
{
    return records_job_is_done(said->job);
}

bool said_result(struct said *said, struct err *err)
{
    const struct err *failure = records_job_error(said->job);

    if (failure) {
        *err = *failure;
        return false;
    }
    vitals_hear(said->saying->vitals, &said->saying->written);
    return true;
}

/* ---- hearing ------------------------------------------------------------- */

static bool tell_one(void *arg, const struct sql_row *row)
{
    struct account *account = accounts_get(arg, sql_row_text(row, 0));
    struct vitals_said said = said_of(row);

    if (account)
        vitals_hear(account->vitals, &said);
    account_unref(account);
    return true;
}

bool said_tell(struct sql *sql, struct accounts *accounts, struct err *err)
{
    const struct sql_ask ask = { .text = SELECT_ALL,
                                 .row = tell_one,
                                 .arg = accounts };

    return sql_query(sql, &ask, err);
}

bool said_forget(struct sql *sql, struct str name, uint64_t heard_ms,
                 struct err *err)
{
    return sql_run(sql,
                   "DELETE FROM account_said"
                   " WHERE name = $1 AND said_ms <= $2",
                   SQL_VALUES(sql_text(name), sql_number((int64_t)heard_ms)),
                   err);
}

/* ---- watching ------------------------------------------------------------ */

struct said_watch {
    struct said_watch_options options;
    struct loop_timer *timer;
    struct records_job *job; /* while it looks */
    uint64_t seen;           /* sql_others() when all was heard last */
    uint64_t now;            /* the job's: what it is */
    bool ever;               /* all was heard once */
};

/* What was heard is heard, even if this is done again. */
static bool look(struct sql *sql, void *arg, struct err *err)
{
    struct said_watch *watch = arg;

    return sql_others(sql, &watch->now, err) &&
           ((watch->ever && watch->now == watch->seen) ||
            said_tell(sql, watch->options.accounts, err));
}

static void looked(void *arg)
{
    struct said_watch *watch = arg;

    if (!records_job_error(watch->job)) {
        watch->seen = watch->now;
        watch->ever = true;
    }
    records_job_free(watch->job);
    watch->job = NULL;
    loop_timer_set(watch->timer, watch->options.every_ms);
}

static void time_has_come(void *arg)
{
    struct said_watch *watch = arg;

    watch->job = records_start(watch->options.records, watch->options.loop,
                               &(struct records_work){
                                   .run = look,
                                   .arg = watch,
                                   .looks = true,
                                   .patience_ms = RECORDS_PATIENCE_MS },
                               looked, watch);
}

struct said_watch *said_watch_new(const struct said_watch_options *options)
{
    struct said_watch *watch = MEM_NEW(struct said_watch);

    watch->options = *options;
    watch->timer = loop_timer_new(options->loop, time_has_come, watch);
    loop_timer_set(watch->timer, options->every_ms);
    return watch;
}

void said_watch_stop(struct said_watch *watch)
{
    if (!watch || !watch->timer)
        return;
    loop_timer_free(watch->timer);
    watch->timer = NULL;
    records_job_free(watch->job);
    watch->job = NULL;
}

void said_watch_free(struct said_watch *watch)
{
    said_watch_stop(watch);
    mem_free(watch);
}
