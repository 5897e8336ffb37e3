// SPDX-License-Identifier: MIT
/* An event loop on libuv.  Handles live until libuv has closed them, which is
   what lets a callback free any handle, its own included. */
#include "base/loop.h"

#include <stdlib.h>
#include <uv.h>

#include "base/log.h"
#include "base/mem.h"

/* So long may lines of the log wait for others: each write is a system call. */
#define LOG_WAIT_MS 250

struct work {
    struct work *next;
    void (*run)(void *arg);
    void *arg;
};

struct loop {
    uv_loop_t uv;
    uv_async_t wake;
    uv_prepare_t prepare;
    uv_timer_t log_timer;
    uv_mutex_t lock; /* guards posted, posted_last, stopping */
    struct work *posted;
    struct work **posted_last;
    bool stopping;
    struct list tasks;
    uint64_t turn;
    unsigned events; /* of this turn */
    bool calm;       /* as the last one was */
    char *scratch[LOOP_SCRATCH_COUNT];
};

struct loop_poll {
    uv_poll_t uv;
    loop_poll_fn ready;
    void *arg;
    unsigned wanted;
};

struct loop_timer {
    uv_timer_t uv;
    void (*fire)(void *arg);
    void *arg;
    uint64_t at_ms;    /* the deadline; 0: stopped */
    uint64_t armed_ms; /* when libuv will call us; 0: not armed */
    bool firing;
};

struct loop_signal {
    uv_signal_t uv;
    void (*caught)(void *arg);
    void *arg;
};

/* Run what was posted; true if the loop was told to stop. */
static bool run_posted(struct loop *loop)
{
    struct work *work;
    bool stopping;

    uv_mutex_lock(&loop->lock);
    work = loop->posted;
    loop->posted = NULL;
    loop->posted_last = &loop->posted;
    stopping = loop->stopping;
    uv_mutex_unlock(&loop->lock);
    while (work) {
        struct work *next = work->next;

        work->run(work->arg);
        mem_free(work);
        work = next;
    }
    return stopping;
}

static void woken(uv_async_t *wake)
{
    struct loop *loop = CONTAINER_OF(wake, struct loop, wake);

    if (run_posted(loop))
        uv_stop(&loop->uv);
}

static void log_waited(uv_timer_t *timer)
{
    (void)timer;
    log_flush();
}

/* A task may bring others. */
static void end_turn(struct loop *loop)
{
    while (!list_is_empty(&loop->tasks)) {
        struct loop_task *task =
            LIST_ITEM(loop->tasks.next, struct loop_task, node);

        list_remove(&task->node);
        task->run(task->arg);
    }
    if (log_is_waiting() && !uv_is_active((uv_handle_t *)&loop->log_timer))
        (void)uv_timer_start(&loop->log_timer, log_waited, LOG_WAIT_MS, 0);
    loop->calm = loop->events <= 1;
    loop->events = 0;
    loop->turn++;
}

static void before_sleep(uv_prepare_t *prepare)
{
    end_turn(CONTAINER_OF(prepare, struct loop, prepare));
}

void loop_at_turn_end(struct loop *loop, struct loop_task *task)
{
    if (list_is_empty(&task->node))
        list_push(&loop->tasks, &task->node);
}

void loop_cancel(struct loop_task *task)
{
    list_remove(&task->node);
}

uint64_t loop_turn(const struct loop *loop)
{
    return loop->turn;
}

bool loop_is_calm(const struct loop *loop)
{
    return loop->calm;
}

bool loop_is_due(const struct loop_task *task)
{
    return !list_is_empty(&task->node);
}

struct loop *loop_new(void)
{
    struct loop *loop = MEM_NEW(struct loop);

    if (uv_loop_init(&loop->uv) != 0 || uv_mutex_init(&loop->lock) != 0 ||
        uv_async_init(&loop->uv, &loop->wake, woken) != 0 ||
        uv_prepare_init(&loop->uv, &loop->prepare) != 0 ||
        uv_prepare_start(&loop->prepare, before_sleep) != 0 ||
        uv_timer_init(&loop->uv, &loop->log_timer) != 0)
        abort();
    uv_unref((uv_handle_t *)&loop->prepare);
    uv_unref((uv_handle_t *)&loop->log_timer);
    loop->posted_last = &loop->posted;
    list_init(&loop->tasks);
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    /* What others handed over may own memory. */
    (void)run_posted(loop);
    uv_close((uv_handle_t *)&loop->wake, NULL);
    uv_close((uv_handle_t *)&loop->prepare, NULL);
    uv_close((uv_handle_t *)&loop->log_timer, NULL);
    /* Runs the close callbacks of every handle freed so far. */
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    if (uv_loop_close(&loop->uv) != 0)
        abort();
    uv_mutex_destroy(&loop->lock);
    for (size_t i = 0; i < LOOP_SCRATCH_COUNT; i++)
        mem_free(loop->scratch[i]);
    mem_free(loop);
}

void loop_run(struct loop *loop)
{
    log_hold(true);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    end_turn(loop);
    log_hold(false);
    uv_mutex_lock(&loop->lock);
    loop->stopping = false;
    uv_mutex_unlock(&loop->lock);
}

void loop_stop(struct loop *loop)
{
    uv_mutex_lock(&loop->lock);
    loop->stopping = true;
    uv_mutex_unlock(&loop->lock);
    (void)uv_async_send(&loop->wake);
}

void loop_post(struct loop *loop, void (*work)(void *arg), void *arg)
{
    struct work *item = MEM_NEW(struct work);

    item->run = work;
    item->arg = arg;
    uv_mutex_lock(&loop->lock);
    *loop->posted_last = item;
    loop->posted_last = &item->next;
    uv_mutex_unlock(&loop->lock);
    (void)uv_async_send(&loop->wake);
}

uint64_t loop_now_ms(const struct loop *loop)
{
    return uv_now(&loop->uv);
}

char *loop_scratch(struct loop *loop, enum loop_scratch which)
{
    if (!loop->scratch[which])
        loop->scratch[which] = mem_alloc(LOOP_SCRATCH_SIZE);
    return loop->scratch[which];
}

void loop_wipe_scratch(struct loop *loop)
{
    for (int i = 0; i < LOOP_SCRATCH_COUNT; i++) {
        if (loop->scratch[i])
            mem_wipe(loop->scratch[i], LOOP_SCRATCH_SIZE);
    }
}

static void closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

/* Final for the owner at once; the memory goes when libuv is done with it. */
static void close_handle(void *handle, void *owner)
{
    uv_handle_t *uv = handle;

    uv->data = owner;
    uv_close(uv, closed);
}

static void poll_ready(uv_poll_t *uv, int status, int events)
{
    struct loop_poll *poll = CONTAINER_OF(uv, struct loop_poll, uv);
    struct loop *loop = CONTAINER_OF(uv->loop, struct loop, uv);
    unsigned seen = 0;

    loop->events++;
    if (status < 0) {
        /* libuv has stopped the poll: the descriptor is broken. */
        poll->wanted = 0;
        poll->ready(poll->arg, LOOP_READ | LOOP_WRITE | LOOP_HANGUP);
        return;
    }
    seen |= (events & UV_READABLE) ? LOOP_READ : 0u;
    seen |= (events & UV_WRITABLE) ? LOOP_WRITE : 0u;
    seen |= (events & UV_DISCONNECT) ? LOOP_HANGUP : 0u;
    poll->ready(poll->arg, seen);
}

struct loop_poll *loop_poll_new(struct loop *loop, int fd, loop_poll_fn ready,
                                void *arg)
{
    struct loop_poll *poll = MEM_NEW(struct loop_poll);

    poll->ready = ready;
    poll->arg = arg;
    if (uv_poll_init(&loop->uv, &poll->uv, fd) != 0)
        abort();
    return poll;
}

void loop_poll_want(struct loop_poll *poll, unsigned events)
{
    int uv = 0;

    if (events == poll->wanted)
        return;
    poll->wanted = events;
    uv |= (events & LOOP_READ) ? UV_READABLE : 0;
    uv |= (events & LOOP_WRITE) ? UV_WRITABLE : 0;
    uv |= (events & LOOP_HANGUP) ? UV_DISCONNECT : 0;
    if (uv == 0)
        (void)uv_poll_stop(&poll->uv);
    else
        (void)uv_poll_start(&poll->uv, uv, poll_ready);
}

unsigned loop_poll_wanted(const struct loop_poll *poll)
{
    return poll->wanted;
}

void loop_poll_free(struct loop_poll *poll)
{
    if (poll)
        close_handle(&poll->uv, poll);
}

static void timer_arm(struct loop_timer *timer, uint64_t now_ms);

static void timer_fired(uv_timer_t *uv)
{
    struct loop_timer *timer = CONTAINER_OF(uv, struct loop_timer, uv);
    uint64_t now_ms = uv_now(uv->loop);

    timer->armed_ms = 0;
    if (timer->at_ms == 0)
        return;
    if (now_ms < timer->at_ms) {
        timer_arm(timer, now_ms);
        return;
    }
    timer->at_ms = 0;
    timer->firing = true;
    timer->fire(timer->arg);
    timer->firing =
        false; /* a freed timer's memory lives until libuv's close */
}

static void timer_arm(struct loop_timer *timer, uint64_t now_ms)
{
    timer->armed_ms = timer->at_ms;
    (void)uv_timer_start(&timer->uv, timer_fired, timer->at_ms - now_ms, 0);
}

struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *arg),
                                  void *arg)
{
    struct loop_timer *timer = MEM_NEW(struct loop_timer);

    timer->fire = fire;
    timer->arg = arg;
    (void)uv_timer_init(&loop->uv, &timer->uv);
    return timer;
}

/* A later deadline leaves libuv's timer alone: it fires early, once, and is then
   armed for the rest.  That is what makes a deadline per event cheap. */
void loop_timer_set(struct loop_timer *timer, uint64_t in_ms)
{
    uint64_t now_ms = uv_now(timer->uv.loop);

    /* libuv runs due timers until none is due: one that sets itself to "now" from
       its own callback would starve everything else. */
    if (timer->firing && in_ms == 0)
        in_ms = 1;
    timer->at_ms = now_ms + in_ms;
    if (timer->armed_ms == 0 || timer->armed_ms > timer->at_ms)
        timer_arm(timer, now_ms);
}

void loop_timer_stop(struct loop_timer *timer)
{
    timer->at_ms = 0;
}

void loop_timer_free(struct loop_timer *timer)
{
    if (timer)
        close_handle(&timer->uv, timer);
}

static void signal_caught(uv_signal_t *uv, int number)
{
    struct loop_signal *signal = CONTAINER_OF(uv, struct loop_signal, uv);

    (void)number;
    signal->caught(signal->arg);
}

struct loop_signal *loop_signal_new(struct loop *loop, int number,
                                    void (*caught)(void *arg), void *arg)
{
    struct loop_signal *signal = MEM_NEW(struct loop_signal);

    signal->caught = caught;
    signal->arg = arg;
    if (uv_signal_init(&loop->uv, &signal->uv) != 0 ||
        uv_signal_start(&signal->uv, signal_caught, number) != 0)
        abort();
    return signal;
}

void loop_signal_free(struct loop_signal *signal)
{
    if (signal)
        close_handle(&signal->uv, signal);
}
