// SPDX-License-Identifier: MIT
/* The records: opening, ending, what is asked of them. */
#include "store/records.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/records_file.h"
#include "store/records_internal.h"
#include "store/schema.h"

#define READING_MS 2000
#define SLOW_WRITING_MS 2000
#define SLOW_READING_MS 5000
#define STOP_MS 30000
#define RETRY_MS 20
/* How long a start waits for whoever holds the database, and when the log says so. */
#define START_MS 30000
#define SAY_FIRST_MS 1000
#define SAY_AGAIN_MS 3000

struct records {
    const struct sql_backend *backend;
    char *where;
    struct checkpointer *checkpointer;
    struct syncer *syncer;
    struct lane writing;
    struct lane reading;
    bool stopped;
};

/* ---- opening ------------------------------------------------------------ */

static struct records *records_new(const struct sql_backend *backend,
                                   const char *where)
{
    struct records *records = MEM_NEW(struct records);

    records->backend = backend;
    records->where = mem_strdup(where);
    records->checkpointer = checkpointer_new(backend, where);
    records->syncer = syncer_new(backend, where);
    lane_init(&records->writing,
              &(struct lane_options){ .backend = backend,
                                      .where = records->where,
                                      .use = SQL_WRITES,
                                      .probe =
                                          "UPDATE schema SET version = version",
                                      .slow_ms = SLOW_WRITING_MS,
                                      .checkpointer = records->checkpointer,
                                      .syncer = records->syncer });
    lane_init(&records->reading,
              &(struct lane_options){ .backend = backend,
                                      .where = records->where,
                                      .use = SQL_READS,
                                      .probe = "SELECT version FROM schema",
                                      .limit_ms = READING_MS,
                                      .slow_ms = SLOW_READING_MS });
    return records;
}

static bool bring_up(struct records *records, struct err *err)
{
    struct lane *lane = &records->writing;

    if (!lane->sql)
        lane->sql = records->backend->open(records->where, SQL_WRITES, err);
    return lane->sql && sql_others(lane->sql, &lane->others, err) &&
           schema_bring_up(lane->sql, err);
}

static void pause_a_moment(void)
{
    struct timespec pause = { .tv_nsec = RETRY_MS * 1000000 };

    (void)nanosleep(&pause, NULL);
}

/* Another process may be opening, closing or changing it. */
static bool bring_up_in_time(struct records *records, struct err *err)
{
    uint64_t now_ms = clock_steady_ms();
    uint64_t end_ms = now_ms + START_MS;
    uint64_t say_ms = now_ms + SAY_FIRST_MS;
    bool ok = bring_up(records, err);

    while (!ok && err->code == ERR_BUSY && now_ms < end_ms) {
        if (now_ms >= say_ms) {
            log_line(LOG_WARN, "%s: waiting for it, %llu s more at most",
                     err->text, (unsigned long long)(end_ms - now_ms) / 1000);
            say_ms = now_ms + SAY_AGAIN_MS;
        }
        pause_a_moment();
        ok = bring_up(records, err);
        now_ms = clock_steady_ms();
    }
    return ok;
}

struct records *records_over(const struct sql_backend *backend,
                             const char *where, struct err *err)
{
    struct records *records = records_new(backend, where);

    if (bring_up_in_time(records, err))
        return records;
    records_free(records);
    return NULL;
}

struct records *records_open(const char *data_dir, struct err *err)
{
    char path[RECORDS_PATH_SIZE];

    if (!records_file_prepare(data_dir, path, err))
        return NULL;
    return records_over(sql_backends[0], path, err);
}

/* ---- ending ------------------------------------------------------------- */

void records_stop(struct records *records)
{
    uint64_t give_up_ms = clock_steady_ms() + STOP_MS;

    if (!records || records->stopped)
        return;
    lane_stop(&records->writing, give_up_ms);
    lane_stop(&records->reading, give_up_ms);
    syncer_stop(records->syncer);
    records->stopped = true;
}

size_t records_lost(const struct records *records)
{
    return records ? records->writing.lost : 0;
}

void records_free(struct records *records)
{
    if (!records)
        return;
    records_stop(records);
    syncer_free(records->syncer);
    checkpointer_free(records->checkpointer);
    lane_done(&records->reading);
    lane_done(&records->writing);
    mem_free(records->where);
    mem_free(records);
}

/* ---- asking ------------------------------------------------------------- */

static struct lane *lane_for(struct records *records,
                             const struct records_work *work)
{
    return work->reads ? &records->reading : &records->writing;
}

struct records_job *records_start(struct records *records, struct loop *loop,
                                  const struct records_work *work,
                                  void (*wake)(void *arg), void *arg)
{
    return records_job_start(lane_for(records, work), loop, work, wake, arg);
}

bool records_do(struct records *records, const struct records_work *work,
                struct err *err)
{
    struct lane *lane = lane_for(records, work);
    struct sql_transaction transaction = {
        .run = work->run,
        .arg = work->arg,
        .how = { .reads = work->reads || work->looks, .later = work->later }
    };
    uint64_t patience_ms =
        work->patience_ms > 0 ? work->patience_ms : RECORDS_PATIENCE_MS;
    uint64_t end_ms = clock_steady_ms() + patience_ms;
    bool ok = lane_do(lane, &transaction, err);

    while (!ok && sql_may_work_later(err) && clock_steady_ms() < end_ms) {
        pause_a_moment();
        ok = lane_do(lane, &transaction, err);
    }
    if (work->kept)
        *work->kept = ok;
    if (work->drop)
        work->drop(work->arg);
    return ok;
}

void records_state(struct records *records, struct store_state *state)
{
    *state = (struct store_state){ 0 };
    lane_state(&records->writing, state);
    lane_state(&records->reading, state);
    syncer_state(records->syncer, state);
}

uint64_t records_unsynced_ms(struct records *records)
{
    return syncer_unsynced_ms(records->syncer);
}

bool records_backup(struct records *records, const char *file, struct err *err)
{
    const struct sql_backend *backend = records->backend;
    struct sql *sql = backend->open(records->where, SQL_READS, err);
    bool ok =
        sql && records_file_make(file, err) && backend->copy(sql, file, err);

    sql_close(sql);
    return ok;
}
