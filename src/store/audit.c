// SPDX-License-Identifier: MIT
/* Entries of the audit log, and their way into the table. */
#include "store/audit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log_fields.h"
#include "base/mem.h"
#include "base/reason.h"
#include "store/audit_difference.h"
#include "store/audit_line.h"
#include "store/audit_reason.h"
#include "store/sql_backend.h"

/* For whom a row has room while it waits for the database. */
enum room {
    ROOM_NONE,
    ROOM_CHANGE, /* also while the change is made */
    ROOM_REFUSAL,
};
#define ROOMS 3
static const size_t room_max[ROOMS] = {
    [ROOM_CHANGE] = 512, [ROOM_REFUSAL] = 256
};

struct audit_log {
    struct records *records;
    pthread_mutex_t lock; /* guards the rest */
    size_t taken[ROOMS];
    size_t left_out; /* refusals that had no room since it was said last */
    bool stopped;
    bool loud;                 /* audit_log_tell() */
    atomic_uint_fast64_t lost; /* without it */
};

struct audit {
    struct audit_log *log; /* or NULL */
    uint64_t at_ms;
    const char *who;
    char *peer;
    const char *action;
    char *target;
    struct json_doc *before;
    struct json_doc *after;
    char *result;            /* why not; or empty */
    struct json_doc *reason; /* the same for programs; or NULL */
    enum room room;
    bool added; /* its row went in with the change */
    bool kept;  /* its row went in by itself */
    bool said;  /* the log has it that it did not */
};

/* ---- life --------------------------------------------------------------- */

struct audit_log *audit_log_new(struct records *records)
{
    struct audit_log *log = MEM_NEW(struct audit_log);

    log->records = records;
    (void)pthread_mutex_init(&log->lock, NULL);
    return log;
}

void audit_log_stop(struct audit_log *log)
{
    if (!log)
        return;
    (void)pthread_mutex_lock(&log->lock);
    log->stopped = true;
    (void)pthread_mutex_unlock(&log->lock);
}

void audit_log_tell(struct audit_log *log)
{
    log->loud = true;
}

/* Once for a whole crowd of them. */
static void say_left_out(size_t count)
{
    if (count > 0)
        log_line(LOG_WARN,
                 "the audit log has no entries of %zu requests that were "
                 "refused: too many came at once",
                 count);
}

void audit_log_free(struct audit_log *log)
{
    if (!log)
        return;
    say_left_out(log->left_out);
    (void)pthread_mutex_destroy(&log->lock);
    mem_free(log);
}

struct audit *audit_begin(struct audit_log *log, const struct audit_act *act)
{
    struct audit *audit = MEM_NEW(struct audit);

    audit->log = log;
    audit->at_ms = clock_wall_ms();
    audit->who = act->who;
    audit->peer = audit_shown_text(act->peer);
    audit->action = act->action;
    audit->target = audit_shown_text(act->target);
    audit->result = mem_strdup("");
    return audit;
}

/* ---- room --------------------------------------------------------------- */

/* Under the lock, as the next.  How many were left out, if that is to be said now: the
   crowd is over. */
static size_t leave_room(struct audit *audit)
{
    struct audit_log *log = audit->log;
    enum room room = audit->room;
    size_t left_out = 0;

    audit->room = ROOM_NONE;
    if (room == ROOM_NONE || --log->taken[room] > 0 || room != ROOM_REFUSAL)
        return 0;
    left_out = log->left_out;
    log->left_out = 0;
    return left_out;
}

static bool take_room(struct audit *audit, enum room room)
{
    struct audit_log *log = audit->log;

    if (audit->room == room)
        return true;
    (void)leave_room(audit); /* it is a change's */
    if (log->taken[room] >= room_max[room])
        return false;
    log->taken[room]++;
    audit->room = room;
    return true;
}

bool audit_reserve(struct audit *audit, struct err *err)
{
    bool fits;

    if (!audit || !audit->log)
        return true;
    (void)pthread_mutex_lock(&audit->log->lock);
    fits = take_room(audit, ROOM_CHANGE);
    (void)pthread_mutex_unlock(&audit->log->lock);
    return fits || REASON_SET(err, AUDIT_FULL, (unsigned)room_max[ROOM_CHANGE]);
}

static void audit_free(struct audit *audit)
{
    size_t left_out = 0;

    if (audit->log) {
        (void)pthread_mutex_lock(&audit->log->lock);
        left_out = leave_room(audit);
        (void)pthread_mutex_unlock(&audit->log->lock);
    }
    say_left_out(left_out);
    json_doc_free(audit->before);
    json_doc_free(audit->after);
    mem_free(audit->peer);
    mem_free(audit->target);
    mem_free(audit->result);
    json_doc_free(audit->reason);
    mem_free(audit);
}

void audit_action(struct audit *audit, const char *action)
{
    if (audit)
        audit->action = action;
}

void audit_target(struct audit *audit, struct str target)
{
    if (!audit)
        return;
    mem_free(audit->target);
    audit->target = audit_shown_text(target);
}

/* ---- what changed ------------------------------------------------------- */

static void replace(struct json_doc **held, struct json_doc *doc)
{
    json_doc_free(*held);
    *held = doc;
}

void audit_before(struct audit *audit, struct json_doc *doc)
{
    if (audit)
        replace(&audit->before, doc);
    else
        json_doc_free(doc);
}

void audit_after(struct audit *audit, struct json_doc *doc)
{
    if (audit)
        replace(&audit->after, doc);
    else
        json_doc_free(doc);
}

void audit_after_id(struct audit *audit, uint64_t id)
{
    if (audit && audit->after)
        json_doc_set_u64(audit->after, "id", id);
}

/* ---- rows --------------------------------------------------------------- */

static struct str write_doc(const struct json_doc *doc, struct buf *out)
{
    buf_init(out, AUDIT_DOC_MAX);
    return json_doc_write(doc, false, out)
               ? buf_str(out)
               : STR("{\"left_out\":\"it is too long\"}");
}

/* Nothing: it was done. */
static struct str write_reason(const struct audit *audit, struct buf *out)
{
    buf_init(out, AUDIT_DOC_MAX);
    (void)(audit->reason && json_doc_write(audit->reason, false, out));
    return buf_str(out);
}

static bool take_id(void *arg, const struct sql_row *row)
{
    int64_t *id = arg;

    *id = sql_row_number(row, 0);
    return true;
}

#define INSERT                                                                 \
    "INSERT INTO audit(at_ms, who, peer, action, target, before, after, "      \
    "result, reason) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id"

static bool insert(const struct audit *audit, struct sql *sql, int64_t *id,
                   struct err *err)
{
    struct audit_difference difference;
    struct buf before;
    struct buf after;
    struct buf reason;
    bool ok;

    audit_difference_make(&difference, audit->before, audit->after);
    ok = sql_query(sql,
                   &(struct sql_ask){
                       INSERT,
                       SQL_VALUES(sql_number((int64_t)audit->at_ms),
                                  sql_text(str_of(audit->who)),
                                  sql_text(str_of(audit->peer)),
                                  sql_text(str_of(audit->action)),
                                  sql_text(str_of(audit->target)),
                                  sql_text(
                                      write_doc(difference.before, &before)),
                                  sql_text(write_doc(difference.after, &after)),
                                  sql_text(str_of(audit->result)),
                                  sql_text(write_reason(audit, &reason))),
                       take_id, id },
                   err);
    buf_done(&before);
    buf_done(&after);
    buf_done(&reason);
    audit_difference_done(&difference);
    return ok;
}

/* The newest stays, so that its number is given once. */
static bool trim(struct sql *sql, int64_t newest, struct err *err)
{
    return newest <= AUDIT_ROWS_MAX ||
           sql_run(sql, "DELETE FROM audit WHERE id <= $1",
                   SQL_VALUES(sql_number(newest - AUDIT_ROWS_MAX)), err);
}

bool audit_add(struct audit *audit, struct sql *sql, struct err *err)
{
    int64_t id = 0;

    if (!audit)
        return true;
    audit->added = true;
    return (insert(audit, sql, &id, err) && trim(sql, id, err)) ||
           err_wrap(err, "writing the audit log");
}

void audit_undone(struct audit *audit)
{
    if (audit)
        audit->added = false;
}

/* ---- by itself ---------------------------------------------------------- */

static void say_lost(struct audit *audit, const char *why)
{
    audit->said = true;
    if (audit->log)
        atomic_fetch_add(&audit->log->lost, 1);
    log_line(LOG_ERROR, "the audit log has no entry of %s by %s: %s",
             audit->action, audit->who, why);
}

/* What may work later is tried again. */
static bool add_later(struct sql *sql, void *arg, struct err *err)
{
    if (audit_add(arg, sql, err))
        return true;
    if (!sql_may_work_later(err))
        say_lost(arg, err->text);
    return false;
}

static void drop(void *arg)
{
    struct audit *audit = arg;

    if (!audit->kept && !audit->said)
        say_lost(audit, "it could not be saved");
    audit_free(audit);
}

static bool was_refused(const struct audit *audit)
{
    return audit->result[0] != '\0';
}

/* Under the lock, so that nothing is started once it is stopped.  False, and why not;
   NULL: it is counted, and said later. */
static bool start(struct audit *audit, const char **why)
{
    struct audit_log *log = audit->log;
    bool refused = was_refused(audit);

    *why = NULL;
    if (log->stopped) {
        *why = "the relay is stopping";
        return false;
    }
    if (!take_room(audit, refused ? ROOM_REFUSAL : ROOM_CHANGE)) {
        if (!refused)
            *why = "too many wait for the database";
        log->left_out += refused;
        return false;
    }
    (void)records_start(log->records, NULL,
                        &(struct records_work){ .run = add_later,
                                                .drop = drop,
                                                .kept = &audit->kept,
                                                .later = true,
                                                .arg = audit },
                        NULL, NULL);
    return true;
}

/* Takes over the entry, which is gone as soon as its row may be written. */
static void save(struct audit *audit)
{
    struct audit_log *log = audit->log;
    const char *why = NULL;
    bool started;

    if (log) {
        (void)pthread_mutex_lock(&log->lock);
        started = start(audit, &why);
        (void)pthread_mutex_unlock(&log->lock);
        if (started)
            return;
        if (why)
            say_lost(audit, why);
        else
            atomic_fetch_add(&log->lost, 1);
    }
    audit_free(audit);
}

uint64_t audit_lost(const struct audit_log *log)
{
    return log ? atomic_load(&log->lost) : 0;
}

/* ---- the ends ----------------------------------------------------------- */

static void add_changed(struct log_fields *line,
                        const struct audit_difference *difference,
                        struct buf *before, struct buf *after)
{
    audit_line_write(difference->before, before);
    audit_line_write(difference->after, after);
    log_fields_add_known(line, LOG_STR("changed", buf_str(&difference->names)));
    if (json_doc_count(difference->before) > 0)
        log_fields_add(line, LOG_JSON_TEXT("before", buf_str(before)));
    if (json_doc_count(difference->after) > 0)
        log_fields_add(line, LOG_JSON_TEXT("after", buf_str(after)));
}

static void say(const struct audit *audit)
{
    struct audit_difference difference;
    struct log_fields line;
    struct buf before;
    struct buf after;

    buf_init(&before, AUDIT_LINE_MAX);
    buf_init(&after, AUDIT_LINE_MAX);
    audit_difference_make(&difference, audit->before, audit->after);
    line.count = 0;
    log_fields_add_known(&line, LOG_STR("who", str_of(audit->who)));
    log_fields_add_known(&line, LOG_STR("peer", str_of(audit->peer)));
    log_fields_add_known(&line, LOG_STR("action", str_of(audit->action)));
    log_fields_add_known(&line, LOG_STR("target", str_of(audit->target)));
    add_changed(&line, &difference, &before, &after);
    log_fields_add_known(&line, LOG_STR("refused", str_of(audit->result)));
    if (audit->log && audit->log->loud)
        log_fields_write_always(&line, "audit");
    else
        log_fields_write(&line, LOG_INFO, "audit");
    audit_difference_done(&difference);
    buf_done(&before);
    buf_done(&after);
}

static void set_result(struct audit *audit, const struct err *why)
{
    mem_free(audit->result);
    audit->result =
        audit_shown_text(str_of(why->text[0] ? why->text : "it failed"));
    replace(&audit->reason, audit_reason_of(why));
    audit_before(audit, NULL);
    audit_after(audit, NULL);
}

void audit_done(struct audit *audit)
{
    if (!audit)
        return;
    say(audit);
    if (audit->added)
        audit_free(audit);
    else
        save(audit);
}

/* Without being done, as far as is known. */
static void end_because(struct audit *audit, const struct err *why)
{
    if (!audit)
        return;
    set_result(audit, why);
    say(audit);
    save(audit);
}

void audit_refused(struct audit *audit, const struct err *err)
{
    end_because(audit, err);
}

void audit_left(struct audit *audit)
{
    struct err why;

    (void)REASON_SET(&why, CLIENT_LEFT);
    end_because(audit, &why);
}

void audit_stopped(struct audit *audit)
{
    struct err why;

    (void)REASON_SET(&why, RELAY_STOPPED);
    end_because(audit, &why);
}
