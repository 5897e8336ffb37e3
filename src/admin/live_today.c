// SPDX-License-Identifier: MIT
/* What was used today. */
#include "admin/live_today.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define AGAIN_MS 3000

/* A job's: it may outlive whoever asked. */
struct work {
    struct ask ask;
    struct asking *asking;
    struct ask_answer answer;
};

struct live_today {
    struct records *records;
    struct loop *loop;
    const struct zone *zone;
    struct records_job *job;
    struct work *work; /* the job's */
    uint64_t asked_ms; /* steady; 0: never */
    bool known;
    int64_t sums[ASK_SUMS];
};

static void drop(void *arg)
{
    struct work *work = arg;

    ask_free(work->asking);
    ask_answer_done(&work->answer);
    mem_free(work);
}

static bool run(struct sql *sql, void *arg, struct err *err)
{
    struct work *work = arg;

    while (!work->answer.done) {
        if (!ask_step(sql, work->asking, &work->answer, err))
            return false;
    }
    return true;
}

static void answered(void *arg)
{
    struct live_today *today = arg;

    if (!records_job_error(today->job)) {
        today->known = true;
        memcpy(today->sums, today->work->answer.total, sizeof(today->sums));
    }
    records_job_free(today->job);
    today->job = NULL;
    today->work = NULL;
}

static struct work *work_new(const struct zone *zone)
{
    struct work *work = MEM_NEW(struct work);
    uint64_t now_ms = clock_wall_ms();

    work->ask = (struct ask){
        .by = ASK_BY_DAY,
        .filter = { .since_ms = zone_window(zone, ZONE_DAY, now_ms).start_ms,
                    .until_ms = ASK_NO_END },
        .zone = zone,
        .now_ms = now_ms,
        .step_ms = ASK_STEP_MS,
    };
    work->asking = ask_new(&work->ask);
    return work;
}

void live_today_ask(struct live_today *today)
{
    uint64_t now_ms = clock_steady_ms();

    if (!today->records || today->job ||
        (today->asked_ms > 0 && now_ms - today->asked_ms < AGAIN_MS))
        return;
    today->asked_ms = now_ms;
    today->work = work_new(today->zone);
    today->job = records_start(today->records, today->loop,
                               &(struct records_work){
                                   .run = run,
                                   .drop = drop,
                                   .arg = today->work,
                                   .reads = true,
                                   .patience_ms = RECORDS_PATIENCE_MS },
                               answered, today);
}

bool live_today_sums(const struct live_today *today, int64_t sums[ASK_SUMS])
{
    memcpy(sums, today->sums, sizeof(today->sums));
    return today->known;
}

struct live_today *live_today_new(struct records *records, struct loop *loop,
                                  const struct zone *zone)
{
    struct live_today *today = MEM_NEW(struct live_today);

    today->records = records;
    today->loop = loop;
    today->zone = zone;
    return today;
}

void live_today_free(struct live_today *today)
{
    if (!today)
        return;
    records_job_free(today->job);
    mem_free(today);
}
