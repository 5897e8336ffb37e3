// SPDX-License-Identifier: MIT
/* Who listens. */
#include "admin/live_desk.h"

#include <string.h>

#include "base/mem.h"

/* ---- frames -------------------------------------------------------------- */

struct live_frame *live_frame_new(struct str text)
{
    struct live_frame *frame = mem_alloc(sizeof(*frame) + text.len);

    atomic_init(&frame->refs, 1);
    frame->len = text.len;
    memcpy(frame->text, text.at, text.len);
    return frame;
}

struct live_frame *live_frame_ref(struct live_frame *frame)
{
    atomic_fetch_add_explicit(&frame->refs, 1, memory_order_relaxed);
    return frame;
}

void live_frame_unref(struct live_frame *frame)
{
    if (frame && atomic_fetch_sub(&frame->refs, 1) == 1)
        mem_free(frame);
}

/* ---- listeners ----------------------------------------------------------- */

void live_desk_init(struct live_desk *desk, struct loop *loop)
{
    desk->loop = loop;
    list_init(&desk->listeners);
    atomic_init(&desk->count, 0);
}

size_t live_desk_count(const struct live_desk *desk)
{
    return atomic_load_explicit(&desk->count, memory_order_relaxed);
}

void live_listen(struct live_listener *listener, struct live_desk *desk,
                 void (*wake)(void *arg), void *arg)
{
    *listener =
        (struct live_listener){ .desk = desk, .wake = wake, .arg = arg };
    list_push(&desk->listeners, &listener->node);
    atomic_fetch_add(&desk->count, 1);
}

static struct live_frame **frame_at(struct live_listener *listener, size_t i)
{
    return &listener->frames[(listener->first + i) % LIVE_FRAMES_MAX];
}

static void forget_frames(struct live_listener *listener)
{
    for (size_t i = 0; i < listener->count; i++)
        live_frame_unref(*frame_at(listener, i));
    listener->count = 0;
    listener->taken = 0;
    listener->unread = 0;
}

void live_leave(struct live_listener *listener)
{
    if (!listener->desk)
        return;
    forget_frames(listener);
    list_remove(&listener->node);
    atomic_fetch_sub(&listener->desk->count, 1);
    listener->desk = NULL;
}

/* ---- telling ------------------------------------------------------------- */

/* What waits already counts, not what comes: one frame may be large. */
static void give(struct live_listener *listener, struct live_frame *frame)
{
    if (listener->unread > LIVE_UNREAD_MAX ||
        listener->count == LIVE_FRAMES_MAX) {
        forget_frames(listener);
        listener->state = LIVE_DROPPED;
        return;
    }
    *frame_at(listener, listener->count++) = live_frame_ref(frame);
    listener->unread += frame->len;
}

static void tell(struct live_listener *listener, struct live_frame *all,
                 struct live_frame *change)
{
    switch (listener->state) {
    case LIVE_WAITING:
        listener->state = LIVE_GREETED;
        give(listener, all);
        break;
    case LIVE_GREETED:
        if (change)
            give(listener, change);
        break;
    case LIVE_DROPPED:
        break;
    }
}

void live_desk_tell(struct live_desk *desk, struct live_frame *all,
                    struct live_frame *change)
{
    struct list *next;

    /* One that is woken may leave. */
    for (struct list *at = desk->listeners.next; at != &desk->listeners;
         at = next) {
        struct live_listener *listener =
            LIST_ITEM(at, struct live_listener, node);

        next = at->next;
        tell(listener, all, change);
        listener->wake(listener->arg);
    }
}

/* ---- taking -------------------------------------------------------------- */

static void take_some(struct live_listener *listener, struct buf *out,
                      size_t max)
{
    struct live_frame *frame = *frame_at(listener, 0);
    size_t left = frame->len - listener->taken;
    size_t len = left < max ? left : max;

    buf_add(out, (struct str){ frame->text + listener->taken, len });
    listener->taken += len;
    listener->unread -= len;
    if (len < left)
        return;
    live_frame_unref(frame);
    listener->first = (listener->first + 1) % LIVE_FRAMES_MAX;
    listener->count--;
    listener->taken = 0;
}

bool live_take(struct live_listener *listener, struct buf *out, size_t max)
{
    while (listener->count > 0 && out->len < max)
        take_some(listener, out, max - out->len);
    return listener->count > 0;
}
