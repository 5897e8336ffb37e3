// SPDX-License-Identifier: MIT
/* The queue of changes. */
#include "team/key_change.h"

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/reason.h"
#include "store/audit.h"
#include "team/key_change_internal.h"

/* Others who are faster again and again. */
#define CONFLICTS_MAX 4

uint64_t key_changed_ms(const struct key_change *change, uint64_t was_ms)
{
    return change->now_ms > was_ms ? change->now_ms : was_ms + 1;
}

/* ---- answering ----------------------------------------------------------- */

/* NULL: none waits. */
static struct key_change *first_of(const struct key_changes *changes)
{
    return list_is_empty(&changes->queue)
               ? NULL
               : LIST_ITEM(changes->queue.next, struct key_change, job.node);
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
    key_audit_end(change, err);
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
        return REASON_SET(err, RELAY_STOPPING);
    if (patience_of(change) == 0)
        return REASON_SET(err, KEYS_BUSY, RECORDS_PATIENCE_MS / 1000);
    return true;
}

static void fail_first(struct key_changes *changes, const struct err *err)
{
    if (first_of(changes))
        finish(first_of(changes), err);
}

/* ---- what the records said ----------------------------------------------- */

static enum key_event judge_look(struct key_changes *changes,
                                 const struct err *err)
{
    struct key_change *change = first_of(changes);

    if (!err && changes->now != changes->seen)
        return KEY_EVENT_MOVED;
    if (!err && (!change || change->conflicts == 0))
        return KEY_EVENT_SAME;
    /* Nobody has changed anything, and it is in conflict all the same. */
    fail_first(changes, err ? err : &change->err);
    return KEY_EVENT_FAILED;
}

static enum key_event judge_reading(struct key_changes *changes,
                                    const struct err *err)
{
    const struct key_reload *reload = &changes->reload;

    if (err) {
        fail_first(changes, err);
        return KEY_EVENT_FAILED;
    }
    changes->seen = changes->now;
    if (reload->keys + reload->groups + reload->removed > 0)
        LOG_EVENT(LOG_INFO, "keys changed by another process",
                  LOG_NUM("keys", reload->keys),
                  LOG_NUM("groups", reload->groups),
                  LOG_NUM("removed", reload->removed));
    return KEY_EVENT_READ;
}

/* To be prepared once more, from what is there then. */
static void begin_again(struct key_change *change, const struct err *err)
{
    change->err = *err;
    audit_undone(change->audit);
    forget(change);
    key_unref(change->key);
    change->key = NULL;
    key_group_unref(change->group);
    change->group = NULL;
}

static enum key_event judge_write(struct key_changes *changes,
                                  const struct err *err)
{
    struct key_change *change = first_of(changes);

    if (err && err->code == ERR_CONFLICT &&
        ++change->conflicts < CONFLICTS_MAX) {
        begin_again(change, err);
        return KEY_EVENT_CONFLICT;
    }
    if (!err) {
        change->op->show(change);
        if (!change->audit)
            log_done(change);
    }
    finish(change, err);
    return err ? KEY_EVENT_FAILED : KEY_EVENT_WRITTEN;
}

/* ---- asking them --------------------------------------------------------- */

static void act(struct key_changes *changes, enum key_event event);

static void told(void *arg)
{
    static enum key_event (*const judge[])(struct key_changes *,
                                           const struct err *) = {
        [KEY_TURN_LOOKING] = judge_look,
        [KEY_TURN_READING] = judge_reading,
        [KEY_TURN_WRITING] = judge_write,
    };
    struct key_changes *changes = arg;
    struct records_job *job = changes->job;
    enum key_event event =
        judge[changes->turn](changes, records_job_error(job));

    changes->job = NULL;
    records_job_free(job);
    act(changes, event);
}

static void ask(struct key_changes *changes, const struct records_work *work)
{
    const struct key_changes_options *options = &changes->options;
    const struct key_change *change = first_of(changes);
    struct records_work limited = *work;

    limited.patience_ms =
        change ? patience_of(change) + 1 : RECORDS_PATIENCE_MS;
    changes->job =
        records_start(options->records, options->loop, &limited, told, changes);
}

static bool look(struct sql *sql, void *arg, struct err *err)
{
    struct key_changes *changes = arg;

    return sql_others(sql, &changes->now, err);
}

static bool read_again(struct sql *sql, void *arg, struct err *err)
{
    struct key_changes *changes = arg;

    changes->reload = (struct key_reload){ .into = &changes->into };
    return key_reload(sql, &changes->reload, err) ||
           err_wrap(err, "reading what another process changed");
}

static bool write(struct sql *sql, void *arg, struct err *err)
{
    struct key_change *change = arg;

    return change->op->write(sql, change, err) &&
           key_audit_add(change, sql, err);
}

/* True if it is being written now; else it is answered. */
static bool begin(struct key_changes *changes, enum key_event *event)
{
    struct key_change *change = first_of(changes);
    bool fine;
    struct err err;

    change->now_ms = clock_wall_ms();
    fine = may_begin(change, &err) && key_prepare(change, &err);
    if (fine)
        key_audit_note(change);
    if (fine && !change->nothing) {
        ask(changes, &(struct records_work){ .run = write, .arg = change });
        return true;
    }
    finish(change, fine ? NULL : &err);
    *event = fine ? KEY_EVENT_WRITTEN : KEY_EVENT_FAILED;
    return false;
}

static void fail_all(struct key_changes *changes)
{
    struct err err;

    changes->turn = KEY_TURN_IDLE;
    while (first_of(changes) && !may_begin(first_of(changes), &err))
        fail_first(changes, &err);
}

/* False: there was nothing to wait for, and `event` says what came of it. */
static bool start(struct key_changes *changes, enum key_event *event)
{
    switch (changes->turn) {
    case KEY_TURN_IDLE:
        if (changes->timer)
            loop_timer_set(changes->timer, changes->options.look_every_ms);
        return true;
    case KEY_TURN_LOOKING:
        ask(changes, &(struct records_work){
                         .run = look, .arg = changes, .looks = true });
        return true;
    case KEY_TURN_READING:
        /* No question delays that a revoked key is refused. */
        ask(changes, &(struct records_work){ .run = read_again,
                                             .arg = changes,
                                             .reads = true,
                                             .urgent = true });
        return true;
    case KEY_TURN_WRITING:
        return begin(changes, event);
    case KEY_TURN_NEVER:
        break;
    }
    assert(false && "a turn that never comes");
    return true;
}

static void act(struct key_changes *changes, enum key_event event)
{
    bool started = false;

    while (!started) {
        changes->turn =
            key_turn_next(changes->turn, event, first_of(changes) != NULL);
        if (changes->job)
            return;
        if (changes->stopped) {
            fail_all(changes);
            return;
        }
        started = start(changes, &event);
    }
}

/* ---- life ---------------------------------------------------------------- */

static void time_has_come(void *arg)
{
    act(arg, KEY_EVENT_TIME);
}

struct key_changes *key_changes_new(const struct key_changes_options *options)
{
    struct key_changes *changes = MEM_NEW(struct key_changes);

    changes->options = *options;
    changes->seen = options->others;
    changes->into = (struct key_load){ .ring = options->ring,
                                       .zones = options->zones,
                                       .zone = options->zone,
                                       .unsaved = options->unsaved };
    list_init(&changes->queue);
    if (options->look_every_ms > 0) {
        changes->timer = loop_timer_new(options->loop, time_has_come, changes);
        loop_timer_set(changes->timer, options->look_every_ms);
    }
    return changes;
}

/* A look is not waited for, only a change that is being written. */
void key_changes_stop(struct key_changes *changes)
{
    changes->stopped = true;
    loop_timer_free(changes->timer);
    changes->timer = NULL;
    if (changes->turn == KEY_TURN_WRITING)
        return;
    records_job_free(changes->job);
    changes->job = NULL;
    fail_all(changes);
}

void key_changes_free(struct key_changes *changes)
{
    if (!changes)
        return;
    assert(list_is_empty(&changes->queue) && !changes->job);
    mem_free(changes);
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
    act(change->changes, KEY_EVENT_ASKED);
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
    change->audit = ask->audit;
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
