// SPDX-License-Identifier: MIT
/* Who listens to what happens (admin/live.h): a desk for each loop, and what waits for each
   listener there.  What is told is written once and shared; a listener that does not
   read is dropped.

       WAITING -(the first frame: all of it)-> GREETED -(what changed)-> GREETED ...
          \____________________________________/ too much waits -> DROPPED

   The desk and its listeners belong to its loop's thread, but for live_desk_count(). */
#pragma once

#include <stdatomic.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/loop.h"

/* What may wait for one. */
#define LIVE_UNREAD_MAX (256u * 1024)
#define LIVE_FRAMES_MAX 64

/* Immutable, and shared by all threads. */
struct live_frame {
    atomic_uint refs;
    size_t len;
    char text[];
};
/* The first reference is the caller's. */
struct live_frame *live_frame_new(struct str text);
struct live_frame *live_frame_ref(struct live_frame *frame);
/* NULL is fine. */
void live_frame_unref(struct live_frame *frame);

struct live_desk {
    struct loop *loop;
    struct list listeners;
    atomic_size_t count; /* of them */
};

enum live_state { LIVE_WAITING, LIVE_GREETED, LIVE_DROPPED };

struct live_listener {
    struct list node;
    struct live_desk *desk; /* NULL: it does not listen */
    enum live_state state;
    void (*wake)(void *arg); /* something changed */
    void *arg;
    struct live_frame *frames[LIVE_FRAMES_MAX];
    size_t first;
    size_t count;
    size_t taken;  /* of the first frame */
    size_t unread; /* bytes of all that wait */
};

void live_desk_init(struct live_desk *desk, struct loop *loop);
/* Any thread. */
size_t live_desk_count(const struct live_desk *desk);

/* Zeroed memory becomes a listener.  `wake` comes when there is something to take, and
   when it is dropped; never from inside. */
void live_listen(struct live_listener *listener, struct live_desk *desk,
                 void (*wake)(void *arg), void *arg);
/* One that does not listen is fine. */
void live_leave(struct live_listener *listener);

/* To each listener: `all` to those who wait, `change` (NULL: nothing) to the others.
   Borrows both. */
void live_desk_tell(struct live_desk *desk, struct live_frame *all,
                    struct live_frame *change);

/* Append what waits, up to `max` bytes; true if some is left. */
bool live_take(struct live_listener *listener, struct buf *out, size_t max);
