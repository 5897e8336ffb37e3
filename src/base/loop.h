// SPDX-License-Identifier: MIT
/* An event loop: descriptors, timers, signals, watched folders, and work posted
   by other threads.  One loop per thread; everything but loop_post() and
   loop_stop() is called on the loop's own thread.

   Handles are owned by whoever made them; freeing one is final: its callback
   never comes again, not even for events that were already seen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list.h"

struct loop;
struct loop_poll;
struct loop_timer;
struct loop_signal;
struct loop_watch;

struct loop *loop_new(void);
/* Carries out what was posted and not run yet, then frees.  Every handle must have
   been freed, and no other thread may post any more. */
void loop_free(struct loop *loop);

/* Runs until loop_stop(), even if that was called before; may be run again. */
void loop_run(struct loop *loop);
/* Any thread. */
void loop_stop(struct loop *loop);
/* Have `work(arg)` called on the loop's thread.  Any thread.  Work posted after
   loop_run() returned is carried out by loop_free(). */
void loop_post(struct loop *loop, void (*work)(void *arg), void *arg);

/* Something to do when the present turn ends: all that was ready has been looked at,
   and the loop may sleep now.  The owner's memory; set up once with list_init() on
   the node. */
struct loop_task {
    struct list node;
    void (*run)(void *arg);
    void *arg;
};
/* Once, however often it is asked for. */
void loop_at_turn_end(struct loop *loop, struct loop_task *task);
void loop_cancel(struct loop_task *task);
bool loop_is_due(const struct loop_task *task);
/* The number of this turn. */
uint64_t loop_turn(const struct loop *loop);
/* Did the last turn bring at most one event?  Then this one likely does, too. */
bool loop_is_calm(const struct loop *loop);

/* Steady time in ms, read once per turn of the loop. */
uint64_t loop_now_ms(const struct loop *loop);

/* Buffers that all streams of this thread share: what lies in them must be used
   before the callback returns to the loop (that is what makes an idle stream
   cheap).  IN: as received.  CLEAR: decrypted.  OUT: encrypted, about to leave. */
#define LOOP_SCRATCH_SIZE (128u * 1024)
enum loop_scratch {
    LOOP_SCRATCH_IN,
    LOOP_SCRATCH_CLEAR,
    LOOP_SCRATCH_OUT,
    LOOP_SCRATCH_COUNT,
};
char *loop_scratch(struct loop *loop, enum loop_scratch which);
/* Overwrite them all: secrets lay there, and nobody uses what lies there now. */
void loop_wipe_scratch(struct loop *loop);

/* Readiness of a descriptor, level-triggered. */
enum loop_events {
    LOOP_READ = 1,
    LOOP_WRITE = 2,
    LOOP_HANGUP = 4, /* the peer closed its side, or the connection broke */
};
typedef void (*loop_poll_fn)(void *arg, unsigned events);

/* Watches nothing until loop_poll_want().  Does not own `fd`, which must be open
   until loop_poll_free(). */
struct loop_poll *loop_poll_new(struct loop *loop, int fd, loop_poll_fn ready,
                                void *arg);
/* A set of enum loop_events; 0 watches nothing. */
void loop_poll_want(struct loop_poll *poll, unsigned events);
/* What it waits for now: nothing after an error of the descriptor. */
unsigned loop_poll_wanted(const struct loop_poll *poll);
void loop_poll_free(struct loop_poll *poll);

/* A one-shot timer that may be set again and again; moving its deadline back is
   nearly free. */
struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *arg),
                                  void *arg);
void loop_timer_set(struct loop_timer *timer, uint64_t in_ms);
void loop_timer_stop(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer);

struct loop_signal *loop_signal_new(struct loop *loop, int number,
                                    void (*caught)(void *arg), void *arg);
void loop_signal_free(struct loop_signal *signal);

/* `changed` comes after an entry of the folder was made, written and closed,
   renamed, removed, or got another mode: with its name, or with NULL when too much
   happened to say what, or the folder itself was moved or removed. */
typedef void (*loop_watch_fn)(void *arg, const char *name);
struct loop_watch *loop_watch_new(struct loop *loop, const char *folder,
                                  loop_watch_fn changed, void *arg,
                                  struct err *err);
void loop_watch_free(struct loop_watch *watch);
