// SPDX-License-Identifier: MIT
/* The queue of changes. */
#include "team/key_change.h"

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "team/key_change_internal.h"

struct key_changes *key_changes_new(const struct key_changes_options *options)
{
    struct key_changes *changes = MEM_NEW(struct key_changes);

    changes->options = *options;
    list_init(&changes->queue);
    return changes;
}

void key_changes_free(struct key_changes *changes)
{
    if (!changes)
        return;
    assert(list_is_empty(&changes->queue) && !changes->saving);
    mem_free(changes);
}

uint64_t key_changed_ms(const struct key_change *change, uint64_t was_ms)
{
    return change->now_ms > was_ms ? change->now_ms : was_ms + 1;
}

/* ---- carrying out -------------------------------------------------------- */

static void next(struct key_changes *changes);

static struct key_change *first_of(const struct key_changes *changes)
{
    return LIST_ITEM(changes->queue.next, struct key_change, job.node);
}

/* What was to be, and the text that opens nothing. */
static void forget(struct key_change *change)
{
    secret_unref(change->text);
    change->text = NULL;
    key_unref(change->next);
    change->next = NULL;
    key_group_unref(change->next_group);
    change->next_group = NULL;
}

static void finish(struct key_change *change, const struct err *err)
{
    list_remove(&change->job.node);
    change->failed = err != NULL;
    if (err) {
        change->err = *err;
        forget(change);
    }
    change->job.state = JOB_DONE;
    job_finish(&change->job);
}

static void log_done(const struct key_change *change)
{
    const struct key *key = change->next ? change->next : change->key;
    const struct key_group *group =
        change->next_group ? change->next_group : change->group;

    LOG_EVENT(LOG_INFO, change->op->done,
              LOG_STR("name", str_of(key ? key->name : group->name)),
              LOG_NUM("id", key ? key->id : group->id));
}

static bool write(struct sql *sql, void *arg, struct err *err)
{
    struct key_change *change = arg;

    return change->op->write(sql, change, err);
}

static void written(void *arg)
{
    struct key_changes *changes = arg;
    struct key_change *change = first_of(changes);
    const struct err *err = records_job_error(changes->saving);

    if (err) {
        finish(change, err);
    } else {
        change->op->show(change);
        log_done(change);
        finish(change, NULL);
    }
    records_job_free(changes->saving);
    changes->saving = NULL;
    next(changes);
}

/* How much of its patience is left; 0: none. */
static uint64_t patience_of(const struct key_change *change)
{
    uint64_t waited_ms = clock_steady_ms() - change->job.since_ms;

    return waited_ms < RECORDS_PATIENCE_MS ? RECORDS_PATIENCE_MS - waited_ms
                                           : 0;
}

static bool may_begin(const struct key_change *change, struct err *err)
{
    if (change->changes->stopped)
        return err_set(err, ERR_BUSY,
                       "the relay is stopping: try again when "
                       "it runs");
    if (patience_of(change) == 0)
        return err_set(err, ERR_BUSY,
                       "the database of keys has been busy for %d s, and "
                       "nothing was changed: try again, and see /health",
                       RECORDS_PATIENCE_MS / 1000);
    return true;
}

/* True if it is being written now. */
static bool begin(struct key_change *change)
{
    struct key_changes *changes = change->changes;
    struct err err;

    change->now_ms = clock_wall_ms();
    if (!may_begin(change, &err) || !key_prepare(change, &err)) {
        finish(change, &err);
        return false;
    }
    if (change->nothing) {
        finish(change, NULL);
        return false;
    }
    changes->saving =
        records_start(changes->options.records, changes->options.loop,
                      &(struct records_work){ .run = write,
                                              .arg = change,
                                              .patience_ms =
                                                  patience_of(change) + 1 },
                      written, changes);
    return true;
}

static void next(struct key_changes *changes)
{
    while (!changes->saving && !list_is_empty(&changes->queue)) {
        if (begin(first_of(changes)))
            return;
    }
}

void key_changes_stop(struct key_changes *changes)
{
    changes->stopped = true;
    next(changes);
}

/* ---- the asker's side ---------------------------------------------------- */

static void destroy(struct job *job)
{
    struct key_change *change = CONTAINER_OF(job, struct key_change, job);

    key_unref(change->key);
    key_unref(change->next);
    key_group_unref(change->group);
    key_group_unref(change->next_group);
    secret_unref(change->text);
    json_doc_free(change->document);
    mem_free(change->of);
    mem_free(change);
}

static void arrive(void *arg)
{
    struct key_change *change = arg;

    list_push(&change->changes->queue, &change->job.node);
    next(change->changes);
}

struct key_change *key_change_start(struct key_changes *changes,
                                    struct loop *loop,
                                    const struct key_ask *ask,
                                    void (*wake)(void *arg), void *arg)
{
    struct key_change *change = MEM_NEW(struct key_change);

    job_init(&change->job, destroy);
    job_ask(&change->job, loop, wake, arg);
    change->changes = changes;
    change->op = key_op_row(ask->op);
    change->of = mem_strndup(ask->of.at, ask->of.len);
    change->document = ask->change ? json_doc_copy(ask->change) : NULL;
    change->overlap_ms = ask->overlap_ms;
    loop_post(changes->options.loop, arrive, change);
    return change;
}

void key_change_free(struct key_change *change)
{
    if (change)
        job_free(&change->job);
}

bool key_change_is_done(const struct key_change *change)
{
    return job_is_done(&change->job);
}

const struct err *key_change_error(const struct key_change *change)
{
    return change->failed ? &change->err : NULL;
}

const struct key *key_change_key(const struct key_change *change)
{
    return change->next ? change->next : change->key;
}

const struct key_group *key_change_group(const struct key_change *change)
{
    return change->next_group ? change->next_group : change->group;
}

struct str key_change_text(const struct key_change *change)
{
    return secret_reveal(change->text);
}
