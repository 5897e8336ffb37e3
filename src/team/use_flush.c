// SPDX-License-Identifier: MIT
/* What is saved together is a batch: one transaction, all of it or nothing. */
#include "team/use_flush.h"

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "team/key_store.h"
#include "team/use_store.h"

#define EVERY_MS 1000
/* What the first of a batch waits for others. */
#define SOON_MS 30
#define TRIM_FIRST_MS 60000
#define TRIM_EVERY_MS (6ull * 3600 * 1000)
#define BATCH_COUNTERS 256
/* Histories are for estimates, dear to write, and have all of them changed. */
#define HISTORIES_EVERY_MS 1000
#define BATCH_KEYS 256

struct batch {
    size_t count;
    size_t cap;
    struct counters *of[BATCH_COUNTERS]; /* references */
    struct counters_unsaved *use;        /* as many */
    size_t key_count;
    struct key *keys[BATCH_KEYS]; /* references */
    struct key_used used[BATCH_KEYS];
    uint64_t trim_ms; /* wall clock: old rows go, too; 0: not this time */
    struct use_flush_rider rider;
    void *ridden; /* what that took, or NULL */
    bool saved;
};

struct use_flush {
    struct use_flush_options options;
    struct use_flush_rider rider;
    struct loop_timer *timer;
    struct records_job *job;  /* while SAVING */
    struct batch *batch;      /* likewise */
    uint64_t due_ms;          /* steady: the next batch */
    uint64_t histories_at_ms; /* steady */
    uint64_t trim_at_ms;      /* steady */
    bool complained;          /* and nothing was saved since */
    bool hurried;             /* while SAVING: again, at once */
    bool stopped;
};

/* ---- a batch ------------------------------------------------------------- */

static struct counters_unsaved *room_for_one(struct batch *batch)
{
    if (batch->count == batch->cap) {
        batch->cap = batch->cap ? 2 * batch->cap : 4;
        batch->use =
            mem_realloc(batch->use, batch->cap * sizeof(batch->use[0]));
    }
    return &batch->use[batch->count];
}

static bool histories_are_due(struct use_flush *flush)
{
    uint64_t now_ms = clock_steady_ms();

    if (now_ms < flush->histories_at_ms)
        return false;
    flush->histories_at_ms = now_ms + HISTORIES_EVERY_MS;
    return true;
}

/* Those that have only what waits are listed again, behind all others. */
static void take_counters(struct batch *batch, struct unsaved *unsaved,
                          bool histories)
{
    const struct counters *first_again = NULL;
    bool round = false;

    while (batch->count < BATCH_COUNTERS && !round) {
        struct counters *counters = unsaved_next(unsaved);

        if (!counters)
            return;
        round = counters == first_again;
        if (counters_take_unsaved(counters, histories, room_for_one(batch))) {
            batch->of[batch->count++] = counters;
            continue;
        }
        if (counters_again(counters) && !first_again)
            first_again = counters;
        counters_unref(counters);
    }
}

static void take_keys(struct batch *batch, struct keyring *ring)
{
    batch->key_count = keyring_take_used(ring, batch->keys, BATCH_KEYS);
    for (size_t i = 0; i < batch->key_count; i++) {
        const struct key *key = batch->keys[i];

        batch->used[i] = (struct key_used){
            .id = key->id,
            .first_ms = atomic_load(&key->use->first_ms),
            .last_ms = atomic_load(&key->use->last_ms),
        };
    }
}

static void take_time(struct use_flush *flush, struct batch *batch)
{
    if (clock_steady_ms() < flush->trim_at_ms)
        return;
    flush->trim_at_ms = clock_steady_ms() + TRIM_EVERY_MS;
    batch->trim_ms = clock_wall_ms();
}

static bool is_empty(const struct batch *batch)
{
    return batch->count == 0 && batch->key_count == 0 && batch->trim_ms == 0 &&
           !batch->ridden;
}

static void take_ridden(struct use_flush *flush, struct batch *batch)
{
    batch->rider = flush->rider;
    if (batch->rider.take)
        batch->ridden = batch->rider.take(batch->rider.arg);
}

static void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    mem_free(batch->use);
    mem_free(batch);
}

/* NULL if there is nothing. */
static struct batch *take(struct use_flush *flush)
{
    struct batch *batch = MEM_NEW(struct batch);

    take_ridden(flush, batch);
    take_counters(batch, flush->options.unsaved, histories_are_due(flush));
    take_keys(batch, flush->options.ring);
    take_time(flush, batch);
    if (!is_empty(batch))
        return batch;
    batch_free(batch);
    return NULL;
}

static bool save(struct sql *sql, void *arg, struct err *err)
{
    struct batch *batch = arg;
    bool fine = key_store_used(sql, batch->used, batch->key_count, err);

    for (size_t i = 0; i < batch->count && fine; i++)
        fine = use_store_save(sql, &batch->use[i], err);
    if (fine && batch->trim_ms > 0)
        fine = use_store_trim(sql, batch->trim_ms, err);
    if (fine && batch->ridden)
        fine = batch->rider.save(sql, batch->ridden, err);
    return fine;
}

/* What was not saved is there again.  Does more of the rider's wait? */
static bool settle(struct batch *batch, struct keyring *ring)
{
    bool more =
        batch->ridden && batch->rider.settle(batch->ridden, batch->saved);

    for (size_t i = 0; i < batch->count; i++) {
        counters_saved(batch->of[i], batch->saved);
        counters_unref(batch->of[i]);
    }
    for (size_t i = 0; i < batch->key_count; i++) {
        if (!batch->saved)
            keyring_used_again(ring, batch->keys[i]);
        key_unref(batch->keys[i]);
    }
    batch_free(batch);
    return more;
}

/* ---- turns --------------------------------------------------------------- */

static void saved(void *arg);

static void wait_for_turn(struct use_flush *flush)
{
    uint64_t now_ms = clock_steady_ms();

    loop_timer_set(flush->timer,
                   flush->due_ms > now_ms ? flush->due_ms - now_ms : 0);
}

static void begin(void *arg)
{
    struct use_flush *flush = arg;

    if (flush->stopped || flush->job)
        return;
    flush->hurried = false;
    flush->due_ms = clock_steady_ms() + flush->options.every_ms;
    flush->batch = take(flush);
    if (!flush->batch) {
        wait_for_turn(flush);
        return;
    }
    /* For ever: a batch that waits holds up nobody. */
    flush->job =
        records_start(flush->options.records, flush->options.loop,
                      &(struct records_work){
                          .run = save, .arg = flush->batch, .later = true },
                      saved, flush);
}

static void soon(void *arg)
{
    struct use_flush *flush = arg;
    uint64_t at_ms = clock_steady_ms() + SOON_MS;

    if (flush->stopped)
        return;
    if (at_ms < flush->due_ms)
        flush->due_ms = at_ms;
    if (!flush->job)
        wait_for_turn(flush);
}

void use_flush_soon(struct use_flush *flush)
{
    loop_post(flush->options.loop, soon, flush);
}

/* Once, until it works again: it is tried every second. */
static void complain(struct use_flush *flush, const struct err *err)
{
    if (err && !flush->complained)
        log_line(LOG_ERROR,
                 "what relay keys have used cannot be saved and is %s: %s",
                 flush->stopped ? "lost" : "kept in memory", err->text);
    flush->complained = err != NULL;
}

static void saved(void *arg)
{
    struct use_flush *flush = arg;
    struct batch *batch = flush->batch;
    bool full =
        batch->count == BATCH_COUNTERS || batch->key_count == BATCH_KEYS;

    batch->saved = !records_job_error(flush->job);
    full = full && batch->saved;
    complain(flush, records_job_error(flush->job));
    records_job_free(flush->job);
    flush->job = NULL;
    flush->batch = NULL;
    full |= settle(batch, flush->options.ring);
    if (full || flush->hurried)
        begin(flush);
    else if (!flush->stopped)
        wait_for_turn(flush);
}

static void hurry(void *arg)
{
    struct use_flush *flush = arg;

    flush->hurried = true;
    begin(flush);
}

/* Any thread. */
static void hear_of_first_use(void *arg)
{
    struct use_flush *flush = arg;

    loop_post(flush->options.loop, hurry, flush);
}

struct use_flush *use_flush_new(const struct use_flush_options *options)
{
    struct use_flush *flush = MEM_NEW(struct use_flush);

    flush->options = *options;
    if (flush->options.every_ms == 0)
        flush->options.every_ms = EVERY_MS;
    flush->trim_at_ms = clock_steady_ms() + TRIM_FIRST_MS;
    flush->due_ms = clock_steady_ms() + flush->options.every_ms;
    flush->timer = loop_timer_new(options->loop, begin, flush);
    wait_for_turn(flush);
    keyring_tell_first_use(options->ring, hear_of_first_use, flush);
    return flush;
}

void use_flush_join(struct use_flush *flush,
                    const struct use_flush_rider *rider)
{
    flush->rider = *rider;
}

/* ---- the end ------------------------------------------------------------- */

static void drop_last(void *arg)
{
    struct batch *batch = arg;

    if (!batch->saved && batch->count > 0)
        log_line(LOG_ERROR,
                 "what %zu relay keys and groups have used in the last moments "
                 "could not be saved and is lost",
                 batch->count);
    if (batch->ridden)
        (void)batch->rider.settle(batch->ridden, batch->saved);
    for (size_t i = 0; i < batch->key_count; i++)
        key_unref(batch->keys[i]);
    batch_free(batch);
}

/* What is left, in batches that the records carry out when nobody asks for them. */
struct last {
    struct use_flush *flush;
    struct batch *batch; /* being filled; or NULL */
};

static void hand_over(struct last *last)
{
    if (last->batch && !is_empty(last->batch))
        (void)records_start(last->flush->options.records, NULL,
                            &(struct records_work){ .run = save,
                                                    .drop = drop_last,
                                                    .kept = &last->batch->saved,
                                                    .arg = last->batch,
                                                    .later = true },
                            NULL, NULL);
    else
        batch_free(last->batch);
    last->batch = NULL;
}

static struct batch *with_room(struct last *last)
{
    if (last->batch && last->batch->count == BATCH_COUNTERS)
        hand_over(last);
    if (!last->batch)
        last->batch = MEM_NEW(struct batch);
    return last->batch;
}

static void take_last(struct last *last, struct counters *counters)
{
    struct batch *batch = with_room(last);

    while (counters_take_last(counters, room_for_one(batch))) {
        batch->count++;
        batch = with_room(last);
    }
}

/* Of counters that are being saved some may be left, without being listed. */
static void take_rest(struct last *last)
{
    struct use_flush *flush = last->flush;
    struct counters *counters;

    for (size_t i = 0; flush->batch && i < flush->batch->count; i++)
        take_last(last, flush->batch->of[i]);
    for (counters = unsaved_next(flush->options.unsaved); counters;
         counters = unsaved_next(flush->options.unsaved)) {
        take_last(last, counters);
        counters_unref(counters);
    }
}

/* True while there may be more. */
static bool take_last_keys(struct last *last)
{
    struct batch *batch = with_room(last);
    bool full;

    take_keys(batch, last->flush->options.ring);
    full = batch->key_count == BATCH_KEYS;
    hand_over(last);
    return full;
}

/* Likewise. */
static bool take_last_ridden(struct last *last)
{
    struct batch *batch = with_room(last);
    bool any;

    take_ridden(last->flush, batch);
    any = batch->ridden != NULL;
    hand_over(last);
    return any;
}

void use_flush_stop(struct use_flush *flush)
{
    struct last last = { .flush = flush };

    if (flush->stopped)
        return;
    flush->stopped = true;
    keyring_tell_first_use(flush->options.ring, NULL, NULL);
    loop_timer_free(flush->timer);
    flush->timer = NULL;
    take_rest(&last);
    while (take_last_keys(&last))
        continue;
    while (take_last_ridden(&last))
        continue;
}

void use_flush_free(struct use_flush *flush)
{
    if (!flush)
        return;
    assert(flush->stopped && !flush->job);
    mem_free(flush);
}
