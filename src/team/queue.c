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

/* Whoever has been called and has not heard of it yet will ask later than this. */
static void call(struct queue_place *place)
{
    if (place->state != WAITING)
        return;
    place->state = CALLED;
    place->posted = true;
    loop_post(place->loop, arrive, place);
}

static struct queue_place *place_at(struct list *node)
{
    return LIST_ITEM(node, struct queue_place, node);
}

void queue_call_first(struct activity *activity)
{
    if (!list_is_empty(&activity->waiting))
        call(place_at(activity->waiting.next));
}

bool queue_is_first(const struct activity *activity,
                    const struct queue_place *place)
{
    return list_is_empty(&activity->waiting) ||
           place_at(activity->waiting.next) == place;
}

static void call_all(struct activity *activity)
{
    struct list *head = &activity->waiting;

    for (struct list *node = head->next; node != head; node = node->next)
        call(place_at(node));
}

/* A key at rest has no activity, and gets none by this. */
void queue_owner_changed(struct counters *counters, uint64_t changed_ms)
{
    pthread_mutex_lock(&counters->mutex);
    counters->changed_ms = changed_ms;
    if (counters->activity)
        call_all(counters->activity);
    pthread_mutex_unlock(&counters->mutex);
}

bool queue_is_at(const struct queue_place *place,
                 const struct counters *counters)
{
    return place && place->counters == counters;
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
    queue_call_first(activity);
    counters_unlock(place->counters);
    if (!posted)
        place_free(place);
}
