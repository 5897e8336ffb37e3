// SPDX-License-Identifier: MIT
/* Keeps `accounts` in step with the store. */
#include "account/sync.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Several files often change together. */
#define DELAY_MS 10
/* What nobody would tell us of is looked for so often. */
#define AGAIN_MS 2000
/* Beyond that, reading all is no more work. */
#define KEYS_MAX 64
#define ENDING ".json"

enum sync_state {
    SYNC_IDLE,
    SYNC_ASKED,
    SYNC_READING,
};

struct keys {
    char **at;
    size_t count;
    bool all;
};

struct sync {
    struct sync_options options;
    enum sync_state state;
    struct loop_timer *timer; /* ASKED */
    struct keys wanted;       /* and not being read yet */
    struct store_job *job;    /* READING */
    struct task *task;        /* of the job */
};

/* What the store's thread is given, and what it brings. */
struct task {
    struct keys keys;
    struct readings readings;
    bool failed;
    struct err err;
};

/* ---- keys --------------------------------------------------------------- */

static void keys_done(struct keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        mem_free(keys->at[i]);
    mem_free(keys->at);
    *keys = (struct keys){ 0 };
}

static void keys_add(struct keys *keys, struct str key)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (str_eq(str_of(keys->at[i]), key))
            return;
    }
    keys->at = mem_realloc(keys->at, (keys->count + 1) * sizeof(char *));
    keys->at[keys->count++] = mem_strndup(key.at, key.len);
}

static bool keys_are_empty(const struct keys *keys)
{
    return keys->count == 0 && !keys->all;
}

/* There may be thousands, and each comes once. */
static void add_known(void *arg, const char *key)
{
    struct keys *keys = arg;

    keys->at = mem_realloc(keys->at, (keys->count + 1) * sizeof(char *));
    keys->at[keys->count++] = mem_strdup(key);
}

/* ---- reading, on the store's thread ------------------------------------- */

static void read_keys(struct store_driver *driver, void *arg)
{
    struct task *task = arg;

    /* Those that are known, but not listed, are asked for one by one: were they
       removed? */
    task->failed = task->keys.all &&
                   !readings_add_all(&task->readings, driver, &task->err);
    for (size_t i = 0; !task->failed && i < task->keys.count; i++)
        readings_add(&task->readings, driver, task->keys.at[i]);
}

static void task_drop(void *arg)
{
    struct task *task = arg;

    keys_done(&task->keys);
    readings_done(&task->readings);
    mem_free(task);
}

/* ---- states ------------------------------------------------------------- */

static void done(void *arg);

static void ask(struct sync *sync, uint64_t in_ms)
{
    assert(sync->state != SYNC_READING && !keys_are_empty(&sync->wanted));
    sync->state = SYNC_ASKED;
    loop_timer_set(sync->timer, in_ms);
}

static void start_reading(void *arg)
{
    struct sync *sync = arg;
    struct store_work work = { .run = read_keys, .drop = task_drop };

    assert(sync->state == SYNC_ASKED);
    if (sync->wanted.all) {
        keys_done(&sync->wanted);
        sync->wanted.all = true;
        accounts_keys(sync->options.accounts, false, add_known, &sync->wanted);
    }
    sync->state = SYNC_READING;
    sync->task = MEM_NEW(struct task);
    sync->task->keys = sync->wanted;
    sync->wanted = (struct keys){ 0 };
    work.arg = sync->task;
    sync->job =
        store_call(sync->options.store, sync->options.loop, &work, done, sync);
}

/* What memory has is newer. */
static bool is_older(const struct sync *sync, const struct reading *reading)
{
    const struct sync_options *options = &sync->options;
    struct account *known;
    bool other;

    if (reading->state != READING_FOUND || reading->account->problem[0] ||
        !options->is_spent ||
        !options->is_spent(options->arg, reading->account))
        return false;
    known = accounts_get(options->accounts, str_of(reading->name));
    other = known && known->kind == reading->kind && !known->problem[0] &&
            strcmp(known->grant, reading->account->grant) != 0;
    account_unref(known);
    return other;
}

static void tell_leaving(const struct sync *sync, const struct reading *reading)
{
    const struct sync_options *options = &sync->options;
    struct account *known;

    if (reading->state != READING_REMOVED || !options->leaves)
        return;
    known = accounts_get(options->accounts, str_of(reading->name));
    if (known && known->kind == reading->kind)
        options->leaves(options->arg, known);
    account_unref(known);
}

/* What was shown is no news to the keeper, but for these. */
static void tell(const struct sync *sync, const struct reading *reading)
{
    const struct sync_options *options = &sync->options;

    if (reading->state == READING_OLDER)
        options->restore(options->arg, reading->name);
    if (reading->state == READING_REMOVED && options->removed)
        options->removed(options->arg, reading->name);
}

static void show(struct sync *sync)
{
    struct readings *readings = &sync->task->readings;

    for (size_t i = 0; i < readings->count; i++) {
        if (is_older(sync, &readings->at[i]))
            readings->at[i].state = READING_OLDER;
        tell_leaving(sync, &readings->at[i]);
    }
    accounts_show(sync->options.accounts, readings);
    for (size_t i = 0; i < readings->count; i++)
        tell(sync, &readings->at[i]);
}

/* The folder as a whole.  What could be read of it before stays in use. */
static void complain(struct sync *sync)
{
    char complaint[ACCOUNTS_COMPLAINT_MAX] = "";
    struct err err = sync->task->err;

    if (!sync->task->keys.all)
        return;
    if (sync->task->failed) {
        (void)err_wrap(&err, "the accounts in memory stay in use, for the data "
                             "folder cannot be read");
        (void)snprintf(complaint, sizeof(complaint), "%.299s", err.text);
    }
    accounts_complain(sync->options.accounts, complaint);
}

static void go_on(struct sync *sync)
{
    bool failed = sync->task->failed;

    store_job_free(sync->job);
    sync->job = NULL;
    sync->task = NULL;
    sync->state = SYNC_IDLE;
    if (!keys_are_empty(&sync->wanted)) {
        ask(sync, DELAY_MS);
        return;
    }
    sync->wanted.all = failed;
    accounts_keys(sync->options.accounts, true, add_known, &sync->wanted);
    if (!keys_are_empty(&sync->wanted))
        ask(sync, sync->options.again_ms);
}

static void done(void *arg)
{
    struct sync *sync = arg;

    assert(sync->state == SYNC_READING);
    complain(sync);
    if (!sync->task->failed)
        show(sync);
    if (sync->options.shown)
        sync->options.shown(sync->options.arg);
    go_on(sync);
}

/* ---- what happens ------------------------------------------------------- */

static bool want(struct sync *sync, const char *file)
{
    struct str name = str_of(file);
    const size_t end = sizeof(ENDING) - 1;
    struct str ignored;

    if (name.len <= end || !str_eq(str_from(name, name.len - end), STR(ENDING)))
        return false;
    name.len -= end;
    if (!account_of_key(name, &ignored))
        return false;
    if (sync->wanted.count < KEYS_MAX)
        keys_add(&sync->wanted, name);
    else
        sync->wanted.all = true;
    return true;
}

void sync_changed(struct sync *sync, const char *file)
{
    if (!file)
        sync->wanted.all = true;
    else if (!want(sync, file))
        return;
    if (sync->state != SYNC_READING)
        ask(sync, DELAY_MS);
}

struct sync *sync_new(const struct sync_options *options)
{
    struct sync *sync = MEM_NEW(struct sync);

    sync->options = *options;
    if (sync->options.again_ms == 0)
        sync->options.again_ms = AGAIN_MS;
    sync->timer = loop_timer_new(options->loop, start_reading, sync);
    return sync;
}

void sync_free(struct sync *sync)
{
    if (!sync)
        return;
    store_job_free(sync->job);
    loop_timer_free(sync->timer);
    keys_done(&sync->wanted);
    mem_free(sync);
}
