// SPDX-License-Identifier: MIT
/* Jobs that nobody waits for. */
#include "usage/ledger_tend.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "usage/ledger_calendar.h"
#include "usage/ledger_retention.h"
#include "usage/ledger_trust.h"

#define FIRST_MS 5000
#define EVERY_MS 3600000
#define AGAIN_MS 50

/* A job's own: it may outlive who asked for it. */
struct tending {
    const struct zone *zone;
    uint64_t newest_ms;
    uint64_t before_ms;
    bool more;
};

struct ledger_tend {
    struct ledger_tend_options options;
    struct loop_timer *timer;
    struct records_job *job; /* while STARTING or REMOVING */
    struct tending *tending; /* the job's */
    struct ledger_trust trust;
};

/* ---- the start ----------------------------------------------------------- */

static bool run_start(struct sql *sql, void *arg, struct err *err)
{
    struct tending *tending = arg;

    return ledger_calendar_apply(sql, tending->zone, err) &&
           ledger_retention_newest(sql, &tending->newest_ms, err);
}

static void drop_job(struct ledger_tend *tend)
{
    records_job_free(tend->job);
    tend->job = NULL;
    tend->tending = NULL;
}

static void started(void *arg)
{
    struct ledger_tend *tend = arg;
    const struct ledger_tend_options *options = &tend->options;
    bool fine = !records_job_error(tend->job);

    ledger_trust_begin(&tend->trust, fine ? tend->tending->newest_ms : 0,
                       clock_wall_ms(), clock_steady_ms());
    drop_job(tend);
    if (options->retention_ms > 0)
        loop_timer_set(tend->timer,
                       options->first_ms ? options->first_ms : FIRST_MS);
}

/* The first of all jobs, so that bookings come after it. */
static void start(struct ledger_tend *tend)
{
    tend->tending = MEM_NEW(struct tending);
    tend->tending->zone = tend->options.zone;
    tend->job = records_start(tend->options.records, tend->options.loop,
                              &(struct records_work){ .run = run_start,
                                                      .drop = mem_free,
                                                      .arg = tend->tending,
                                                      .later = true,
                                                      .minor = true },
                              started, tend);
}

/* ---- removing ------------------------------------------------------------ */

static bool run_removal(struct sql *sql, void *arg, struct err *err)
{
    struct tending *tending = arg;

    return ledger_retention_step(sql, tending->zone, tending->before_ms,
                                 &tending->more, err);
}

static void removed(void *arg)
{
    struct ledger_tend *tend = arg;
    const struct err *err = records_job_error(tend->job);
    bool more = !err && tend->tending->more;

    if (err)
        log_line(LOG_WARN, "removing bookings that are too old: %s", err->text);
    drop_job(tend);
    loop_timer_set(tend->timer, more ? AGAIN_MS : EVERY_MS);
}

static void begin_removal(void *arg)
{
    struct ledger_tend *tend = arg;
    uint64_t now_ms = clock_wall_ms();

    if (!ledger_trust_look(&tend->trust, now_ms, clock_steady_ms()) ||
        now_ms < tend->options.retention_ms) {
        loop_timer_set(tend->timer, EVERY_MS);
        return;
    }
    tend->tending = MEM_NEW(struct tending);
    tend->tending->zone = tend->options.zone;
    tend->tending->before_ms = now_ms - tend->options.retention_ms;
    tend->job = records_start(tend->options.records, tend->options.loop,
                              &(struct records_work){ .run = run_removal,
                                                      .drop = mem_free,
                                                      .arg = tend->tending,
                                                      .later = true,
                                                      .minor = true },
                              removed, tend);
}

/* ---- beginning and end --------------------------------------------------- */

struct ledger_tend *ledger_tend_new(const struct ledger_tend_options *options)
{
    struct ledger_tend *tend = MEM_NEW(struct ledger_tend);

    tend->options = *options;
    tend->timer = loop_timer_new(options->loop, begin_removal, tend);
    start(tend);
    return tend;
}

void ledger_tend_free(struct ledger_tend *tend)
{
    if (!tend)
        return;
    records_job_free(tend->job);
    loop_timer_free(tend->timer);
    mem_free(tend);
}
