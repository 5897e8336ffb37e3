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
#define TRIM_FIRST_MS 60000
#define TRIM_EVERY_MS (6ull * 3600 * 1000)
#define BATCH_COUNTERS 32
#define BATCH_KEYS 256

struct batch {
    size_t count;
    struct counters *of[BATCH_COUNTERS]; /* references */
    struct counters_unsaved use[BATCH_COUNTERS];
    size_t key_count;
    struct key *keys[BATCH_KEYS]; /* references */
    struct key_used used[BATCH_KEYS];
    uint64_t trim_ms; /* wall clock: old rows go, too; 0: not this time */
    bool saved;
};

struct use_flush {
    struct use_flush_options options;
    struct loop_timer *timer;
    struct records_job *job; /* while SAVING */
    struct batch *batch;     /* likewise */
    uint64_t trim_at_ms;     /* steady */
    bool complained;         /* and nothing was saved since */
    bool hurried;            /* while SAVING: again, at once */
    bool stopped;
};

/* ---- a batch ------------------------------------------------------------- */

static void take_counters(struct batch *batch, struct unsaved *unsaved)
{
    while (batch->count < BATCH_COUNTERS) {
        struct counters *counters = unsaved_next(unsaved);

        if (!counters)
            return;
        if (counters_take_unsaved(counters, &batch->use[batch->count]))
            batch->of[batch->count++] = counters;
        else
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
    return batch->count == 0 && batch->key_count == 0 && batch->trim_ms == 0;
}

/* NULL if there is nothing. */
static struct batch *take(struct use_flush *flush)
{
    struct batch *batch = MEM_NEW(struct batch);

    take_counters(batch, flush->options.unsaved);
    take_keys(batch, flush->options.ring);
    take_time(flush, batch);
    if (!is_empty(batch))
        return batch;
    mem_free(batch);
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
    return fine;
}

/* What was not saved is there again. */
static void settle(struct batch *batch, struct keyring *ring)
{
    for (size_t i = 0; i < batch->count; i++) {
        counters_saved(batch->of[i], batch->saved);
        counters_unref(batch->of[i]);
    }
    for (size_t i = 0; i < batch->key_count; i++) {
        if (!batch->saved)
            keyring_used_again(ring, batch->keys[i]);
        key_unref(batch->keys[i]);
    }
    mem_free(batch);
}

/* ---- turns --------------------------------------------------------------- */

static void saved(void *arg);

static void begin(void *arg)
{
    struct use_flush *flush = arg;

    if (flush->stopped || flush->job)
        return;
    flush->hurried = false;
    flush->batch = take(flush);
    if (!flush->batch) {
        loop_timer_set(flush->timer, flush->options.every_ms);
        return;
    }
    /* For ever: a batch that waits holds up nobody. */
    flush->job = records_start(flush->options.records, flush->options.loop,
                               &(struct records_work){ .run = save,
                                                       .arg = flush->batch },
                               saved, flush);
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
    settle(batch, flush->options.ring);
    if (full || flush->hurried)
        begin(flush);
    else if (!flush->stopped)
        loop_timer_set(flush->timer, flush->options.every_ms);
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
    flush->timer = loop_timer_new(options->loop, begin, flush);
    loop_timer_set(flush->timer, flush->options.every_ms);
    keyring_tell_first_use(options->ring, hear_of_first_use, flush);
    return flush;
}

/* ---- the end ------------------------------------------------------------- */

static bool save_last(struct sql *sql, void *arg, struct err *err)
{
    struct batch *batch = arg;

    batch->saved = save(sql, batch, err);
    return batch->saved;
}

static void drop_last(void *arg)
{
    struct batch *batch = arg;

    if (!batch->saved)
        log_line(LOG_ERROR,
                 "what %zu relay keys and groups have used in the last moments "
                 "could not be saved and is lost",
                 batch->count);
    for (size_t i = 0; i < batch->key_count; i++)
        key_unref(batch->keys[i]);
    mem_free(batch);
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
                            &(struct records_work){ .run = save_last,
                                                    .drop = drop_last,
                                                    .arg = last->batch },
                            NULL, NULL);
    else
        mem_free(last->batch);
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

    while (counters_take_last(counters, &batch->use[batch->count])) {
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
}

void use_flush_free(struct use_flush *flush)
{
    if (!flush)
        return;
    assert(flush->stopped && !flush->job);
    mem_free(flush);
}
