// SPDX-License-Identifier: MIT
/* Syncs on a thread of their own. */
#include "store/syncer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/mem.h"

#define PAUSE_FIRST_MS 20
#define PAUSE_MAX_MS 1000
/* One that takes longer is not waited for, and then it is trouble. */
#define STUCK_MS 100
#define SLOW_MS 5000

struct syncer {
    const struct sql_backend *backend;
    char *where;
    struct sql *sql; /* the thread's */
    pthread_t thread;
    pthread_mutex_t lock; /* guards all that follows */
    pthread_cond_t changed;
    bool started;
    bool ending;
    uint64_t wanted_since; /* steady, or 0 */
    uint64_t
        syncing_since; /* likewise: of the oldest that is being synced now */
    uint64_t began_ms; /* likewise: when that began */
    uint64_t pause_ms; /* after a failure */
    bool failed;       /* the last time */
    struct err trouble;
};

struct syncer *syncer_new(const struct sql_backend *backend, const char *where)
{
    struct syncer *self = MEM_NEW(struct syncer);

    self->backend = backend;
    self->where = mem_strdup(where);
    (void)pthread_mutex_init(&self->lock, NULL);
    condition_init(&self->changed);
    return self;
}

/* ---- the thread ---------------------------------------------------------- */

/* After a failure the kernel takes what it could not write for written.  It still has
   it, though: a checkpoint writes it once more, elsewhere. */
static bool sync_all(struct syncer *self, bool doubted, struct err *err)
{
    if (!self->sql)
        self->sql = self->backend->open(self->where, SQL_CHECKPOINTS, err);
    return self->sql && self->backend->sync(self->sql, err) &&
           (!doubted || self->backend->checkpoint(self->sql, err));
}

/* All that follow are under the lock. */
static bool wait_for_work(struct syncer *self)
{
    while (self->wanted_since == 0 && !self->ending)
        (void)pthread_cond_wait(&self->changed, &self->lock);
    return self->wanted_since > 0;
}

static void note_success(struct syncer *self)
{
    if (self->failed)
        log_line(LOG_INFO, "the database %s is synced again", self->where);
    self->failed = false;
    self->pause_ms = 0;
}

static void note_failure(struct syncer *self, const struct err *err)
{
    if (!self->failed)
        log_line(LOG_WARN,
                 "%s: what was written last may not be on the disk yet: trying "
                 "again",
                 err->text);
    self->failed = true;
    self->trouble = *err;
    self->wanted_since = self->syncing_since;
    self->pause_ms = self->pause_ms ? 2 * self->pause_ms : PAUSE_FIRST_MS;
    if (self->pause_ms > PAUSE_MAX_MS)
        self->pause_ms = PAUSE_MAX_MS;
}

static void pause_a_moment(struct syncer *self)
{
    uint64_t end_ms = clock_steady_ms() + self->pause_ms;

    while (!self->ending && clock_steady_ms() < end_ms)
        condition_wait(&self->changed, &self->lock, end_ms);
}

static void turn(struct syncer *self)
{
    bool doubted = self->failed;
    struct err err;
    bool ok;

    self->syncing_since = self->wanted_since;
    self->began_ms = clock_steady_ms();
    self->wanted_since = 0;
    (void)pthread_mutex_unlock(&self->lock);
    ok = sync_all(self, doubted, &err);
    (void)pthread_mutex_lock(&self->lock);
    if (ok)
        note_success(self);
    else
        note_failure(self, &err);
    self->syncing_since = 0;
    (void)pthread_cond_broadcast(&self->changed);
}

static void *run(void *arg)
{
    struct syncer *self = arg;
    bool last = false;

    (void)pthread_mutex_lock(&self->lock);
    while (!last && wait_for_work(self)) {
        last = self->ending;
        turn(self);
        last = last && self->failed;
        if (self->failed)
            pause_a_moment(self);
    }
    (void)pthread_mutex_unlock(&self->lock);
    return NULL;
}

/* ---- from other threads -------------------------------------------------- */

void syncer_want(struct syncer *self)
{
    uint64_t now_ms = clock_steady_ms();

    (void)pthread_mutex_lock(&self->lock);
    if (self->wanted_since == 0)
        self->wanted_since = now_ms;
    if (!self->started && pthread_create(&self->thread, NULL, run, self) != 0)
        abort();
    self->started = true;
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->lock);
}

static uint64_t oldest(const struct syncer *self)
{
    return self->syncing_since > 0 ? self->syncing_since : self->wanted_since;
}

static uint64_t age_ms(const struct syncer *self)
{
    uint64_t since = oldest(self);
    uint64_t age_ms = since > 0 ? clock_steady_ms() - since : 0;

    /* A moment is not nothing. */
    return since > 0 && age_ms == 0 ? 1 : age_ms;
}

uint64_t syncer_unsynced_ms(struct syncer *self)
{
    uint64_t age;

    (void)pthread_mutex_lock(&self->lock);
    age = age_ms(self);
    (void)pthread_mutex_unlock(&self->lock);
    return age;
}

bool syncer_is_stuck(struct syncer *self)
{
    bool stuck;

    (void)pthread_mutex_lock(&self->lock);
    stuck = self->syncing_since > 0 &&
            clock_steady_ms() - self->began_ms >= STUCK_MS;
    (void)pthread_mutex_unlock(&self->lock);
    return stuck;
}

static void say_problem(const struct syncer *self, struct store_state *state)
{
    uint64_t age = age_ms(self);

    if (self->failed)
        (void)snprintf(state->problem, sizeof(state->problem),
                       "%.240s: what was written last may not be on the disk",
                       self->trouble.text);
    else if (age >= SLOW_MS)
        (void)
            snprintf(state->problem, sizeof(state->problem),
                     "the database %.200s: what was written %llu s ago is not "
                     "on the disk yet",
                     self->where, (unsigned long long)age / 1000);
}

void syncer_state(struct syncer *self, struct store_state *state)
{
    if (state->problem[0])
        return;
    (void)pthread_mutex_lock(&self->lock);
    say_problem(self, state);
    (void)pthread_mutex_unlock(&self->lock);
}

/* ---- ending -------------------------------------------------------------- */

void syncer_stop(struct syncer *self)
{
    if (!self)
        return;
    (void)pthread_mutex_lock(&self->lock);
    self->ending = true;
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->lock);
    if (self->started)
        (void)pthread_join(self->thread, NULL);
    self->started = false;
    if (self->failed)
        log_line(LOG_ERROR,
                 "%s: what was written last is lost if the machine fails now",
                 self->trouble.text);
    self->failed = false;
}

void syncer_free(struct syncer *self)
{
    if (!self)
        return;
    syncer_stop(self);
    sql_close(self->sql);
    (void)pthread_cond_destroy(&self->changed);
    (void)pthread_mutex_destroy(&self->lock);
    mem_free(self->where);
    mem_free(self);
}
