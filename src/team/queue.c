// SPDX-License-Identifier: MIT
/* The queue of a key or a group hangs from its counters, under their mutex.  A call on
   its way to another loop holds a reference to the place. */
#include "team/queue.h"

#include <assert.h>

#include "base/mem.h"
#include "team/counters_internal.h"

enum place_state { WAITING, CALLED, LEFT };

struct queue_place {
    struct list node;
    struct counters *counters; /* a reference */
    struct loop *loop;
    void (*wake)(void *arg);
    void *arg;
    enum place_state state; /* behind the counters' mutex */
    bool posted;            /* likewise: a call is on its way */
};

static void place_free(struct queue_place *place)
{
    counters_unref(place->counters);
    mem_free(place);
}

/* On the place's own loop. */
static void arrive(void *arg)
{
    struct queue_place *place = arg;
    enum place_state state;

    (void)counters_lock(place->counters);
    place->posted = false;
    state = place->state;
    if (state == CALLED)
        place->state = WAITING;
    counters_unlock(place->counters);
    if (state == LEFT)
        place_free(place);
    else
        place->wake(place->arg);
}

void queue_call_next(struct activity *activity)
{
    struct list *head = &activity->waiting;

    for (struct list *node = head->next; node != head; node = node->next) {
        struct queue_place *place = LIST_ITEM(node, struct queue_place, node);

        if (place->state != WAITING)
            continue;
        place->state = CALLED;
        place->posted = true;
        loop_post(place->loop, arrive, place);
        return;
    }
}

size_t queue_ahead(struct activity *activity, const struct queue_place *place)
{
    struct list *head = &activity->waiting;
    size_t ahead = 0;

    for (struct list *node = head->next; node != head; node = node->next) {
        if (LIST_ITEM(node, struct queue_place, node) == place)
            break;
        ahead++;
    }
    return ahead;
}

struct queue_place *queue_enter(struct counters *counters, struct loop *loop,
                                void (*wake)(void *arg), void *arg)
{
    struct activity *activity = counters_lock(counters);
    struct queue_place *place = NULL;

    if (activity->waiting_count < QUEUE_MAX) {
        activity->waiting_count++;
        place = MEM_NEW(struct queue_place);
        place->counters = counters_ref(counters);
        place->loop = loop;
        place->wake = wake;
        place->arg = arg;
        list_push(&activity->waiting, &place->node);
    }
    counters_unlock(counters);
    return place;
}

void queue_leave(struct queue_place *place)
{
    struct activity *activity;
    bool posted;

    if (!place)
        return;
    activity = counters_lock(place->counters);
    assert(place->state != LEFT && activity->waiting_count > 0);
    list_remove(&place->node);
    activity->waiting_count--;
    place->state = LEFT;
    posted = place->posted;
    queue_call_next(activity);
    counters_unlock(place->counters);
    if (!posted)
        place_free(place);
}
