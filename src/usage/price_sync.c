// SPDX-License-Identifier: MIT
/* Keeps the board in step with its file. */
#include "usage/price_sync.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

/* An editor writes, renames and removes. */
#define DELAY_MS 10

enum price_sync_state {
    PRICE_SYNC_IDLE,
    PRICE_SYNC_ASKED,
    PRICE_SYNC_READING,
    PRICE_SYNC_OUTDATED, /* reading, and it changed meanwhile */
};

/* What the store's thread is given, and what it brings. */
struct reading {
    char *folder;
    struct prices *prices;
    bool failed;
    struct err err;
};

struct price_sync {
    struct price_sync_options options;
    enum price_sync_state state;
    struct loop_timer *timer;
    struct store_job *job;
    struct reading *reading; /* of the job */
};

static void read_file(struct store_driver *driver, void *arg)
{
    struct reading *reading = arg;

    (void)driver;
    reading->failed =
        !price_file_read(reading->folder, &reading->prices, &reading->err);
}

static void drop(void *arg)
{
    struct reading *reading = arg;

    prices_unref(reading->prices);
    mem_free(reading->folder);
    mem_free(reading);
}

static void ask(struct price_sync *sync)
{
    sync->state = PRICE_SYNC_ASKED;
    loop_timer_set(sync->timer, DELAY_MS);
}

static void show(struct price_sync *sync)
{
    struct reading *reading = sync->reading;

    if (reading->failed)
        price_file_refuse(sync->options.board, &reading->err);
    else
        price_file_show(sync->options.board, reading->prices);
    reading->prices = NULL;
}

static void done(void *arg)
{
    struct price_sync *sync = arg;
    bool outdated = sync->state == PRICE_SYNC_OUTDATED;

    assert(outdated || sync->state == PRICE_SYNC_READING);
    if (!outdated)
        show(sync);
    store_job_free(sync->job);
    sync->job = NULL;
    sync->reading = NULL;
    sync->state = PRICE_SYNC_IDLE;
    if (outdated)
        ask(sync);
}

static void start_reading(void *arg)
{
    struct price_sync *sync = arg;
    struct store_work work = { .run = read_file, .drop = drop };

    assert(sync->state == PRICE_SYNC_ASKED);
    sync->reading = MEM_NEW(struct reading);
    sync->reading->folder = mem_strdup(sync->options.folder);
    work.arg = sync->reading;
    sync->state = PRICE_SYNC_READING;
    sync->job =
        store_call(sync->options.store, sync->options.loop, &work, done, sync);
}

void price_sync_changed(struct price_sync *sync, const char *file)
{
    if (file && strcmp(file, PRICE_FILE) != 0)
        return;
    if (sync->state == PRICE_SYNC_IDLE)
        ask(sync);
    else if (sync->state == PRICE_SYNC_READING)
        sync->state = PRICE_SYNC_OUTDATED;
}

struct price_sync *price_sync_new(const struct price_sync_options *options)
{
    struct price_sync *sync = MEM_NEW(struct price_sync);

    sync->options = *options;
    sync->timer = loop_timer_new(options->loop, start_reading, sync);
    return sync;
}

void price_sync_free(struct price_sync *sync)
{
    if (!sync)
        return;
    store_job_free(sync->job);
    loop_timer_free(sync->timer);
    mem_free(sync);
}
