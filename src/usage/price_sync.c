// SPDX-License-Identifier: MIT
/* Keeps the board in step with its file. */
#include "usage/price_sync.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

/* An editor writes, renames and removes. */
#define DELAY_MS 10
#define MISSED_MS 1000

enum price_sync_state {
    PRICE_SYNC_IDLE,
    PRICE_SYNC_ASKED,
    PRICE_SYNC_READING,
    PRICE_SYNC_OUTDATED, /* reading, and it changed meanwhile */
    PRICE_SYNC_MISSED,   /* it was not there */
};

/* What the store's thread is given, and what it brings. */
struct reading {
    char *folder;
    struct prices *prices;
    bool away;   /* the folder: what was known stays in force */
    bool failed; /* err */
    bool missed; /* it was not there before */
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
    reading->away = price_file_is_away(reading->folder);
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

static struct json_doc *facts(struct price_board *board)
{
    struct prices *prices = price_board_take(board);
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "version", str_of(prices_version(prices)));
    prices_unref(prices);
    return doc;
}

static struct audit *by_itself(const struct price_sync *sync)
{
    return audit_begin(sync->options.audit,
                       &(struct audit_act){ .who = AUDIT_BY_RELAY,
                                            .peer = STR_EMPTY,
                                            .action = "prices.load",
                                            .target = STR(PRICE_FILE) });
}

static void show_prices(struct price_sync *sync)
{
    struct price_board *board = sync->options.board;
    struct json_doc *before = facts(board);
    struct json_doc *after;
    struct audit *audit;

    price_file_show(board, sync->reading->prices);
    sync->reading->prices = NULL;
    after = facts(board);
    if (json_doc_is_same(before, after)) {
        json_doc_free(before);
        json_doc_free(after);
        return;
    }
    audit = by_itself(sync);
    audit_before(audit, before);
    audit_after(audit, after);
    audit_done(audit);
}

/* Once for each reason, like the line of the log. */
static void refuse(struct price_sync *sync)
{
    struct price_board *board = sync->options.board;
    char before[PRICE_COMPLAINT_MAX] = "";
    char after[PRICE_COMPLAINT_MAX] = "";

    (void)price_board_complaint(board, before);
    price_file_refuse(board, &sync->reading->err);
    (void)price_board_complaint(board, after);
    if (strcmp(before, after) != 0)
        audit_refused(by_itself(sync), &sync->reading->err);
}

/* False: it is looked for once more. */
static bool show(struct price_sync *sync)
{
    const struct reading *reading = sync->reading;

    if (reading->away)
        return true;
    if (!reading->failed && !reading->prices && !reading->missed)
        return false;
    if (reading->failed)
        refuse(sync);
    else
        show_prices(sync);
    return true;
}

static void miss(struct price_sync *sync)
{
    uint64_t ms = sync->options.missed_ms;

    sync->state = PRICE_SYNC_MISSED;
    loop_timer_set(sync->timer, ms > 0 ? ms : MISSED_MS);
}

static void done(void *arg)
{
    struct price_sync *sync = arg;
    bool outdated = sync->state == PRICE_SYNC_OUTDATED;
    bool shown;

    assert(outdated || sync->state == PRICE_SYNC_READING);
    shown = outdated || show(sync);
    store_job_free(sync->job);
    sync->job = NULL;
    sync->reading = NULL;
    sync->state = PRICE_SYNC_IDLE;
    if (outdated)
        ask(sync);
    else if (!shown)
        miss(sync);
}

static void start_reading(void *arg)
{
    struct price_sync *sync = arg;
    struct store_work work = { .run = read_file, .drop = drop };

    assert(sync->state == PRICE_SYNC_ASKED || sync->state == PRICE_SYNC_MISSED);
    sync->reading = MEM_NEW(struct reading);
    sync->reading->missed = sync->state == PRICE_SYNC_MISSED;
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
    if (sync->state == PRICE_SYNC_IDLE || sync->state == PRICE_SYNC_MISSED)
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
