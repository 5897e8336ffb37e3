// SPDX-License-Identifier: MIT
/* Checkpoints on a thread of their own. */
#include "store/checkpointer.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

/* As measured (docs/store.md): the log stays near 5 MB. */
#define PAGES 1000

struct checkpointer {
    const struct sql_backend *backend;
    char *where;
    struct sql *sql; /* the thread's */
    pthread_t thread;
    pthread_mutex_t lock; /* guards all that follows */
    pthread_cond_t changed;
    bool started;
    bool wanted;
    bool ending;
};

struct checkpointer *checkpointer_new(const struct sql_backend *backend,
                                      const char *where)
{
    struct checkpointer *self = MEM_NEW(struct checkpointer);

    self->backend = backend;
    self->where = mem_strdup(where);
    (void)pthread_mutex_init(&self->lock, NULL);
    (void)pthread_cond_init(&self->changed, NULL);
    return self;
}

static bool checkpoint(struct checkpointer *self, struct err *err)
{
    if (!self->sql)
        self->sql = self->backend->open(self->where, SQL_CHECKPOINTS, err);
    return self->sql && self->backend->checkpoint(self->sql, err);
}

static bool wait_for_work(struct checkpointer *self)
{
    bool ending;

    (void)pthread_mutex_lock(&self->lock);
    while (!self->wanted && !self->ending)
        (void)pthread_cond_wait(&self->changed, &self->lock);
    self->wanted = false;
    ending = self->ending;
    (void)pthread_mutex_unlock(&self->lock);
    return !ending;
}

/* One that fails is made up for by the next; what was committed is in the log. */
static void *run(void *arg)
{
    struct checkpointer *self = arg;
    struct err err;

    while (wait_for_work(self)) {
        if (!checkpoint(self, &err))
            log_line(LOG_DEBUG, "%s", err.text);
    }
    return NULL;
}

void checkpointer_look(struct checkpointer *self, size_t pages)
{
    if (pages < PAGES)
        return;
    (void)pthread_mutex_lock(&self->lock);
    self->wanted = true;
    if (!self->started && pthread_create(&self->thread, NULL, run, self) != 0)
        abort();
    self->started = true;
    (void)pthread_cond_signal(&self->changed);
    (void)pthread_mutex_unlock(&self->lock);
}

void checkpointer_free(struct checkpointer *self)
{
    if (!self)
        return;
    (void)pthread_mutex_lock(&self->lock);
    self->ending = true;
    (void)pthread_cond_signal(&self->changed);
    (void)pthread_mutex_unlock(&self->lock);
    if (self->started)
        (void)pthread_join(self->thread, NULL);
    sql_close(self->sql);
    (void)pthread_cond_destroy(&self->changed);
    (void)pthread_mutex_destroy(&self->lock);
    mem_free(self->where);
    mem_free(self);
}
