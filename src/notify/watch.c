// SPDX-License-Identifier: MIT
/* What is to be told. */
#include "notify/watch.h"

#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"

#define BUCKETS 256

enum state { SETTLING, TOLD, LEAVING, RESTING };

struct known {
    struct list node;   /* in watch->all */
    struct list bucket; /* in watch->buckets */
    char id[EVENT_ID_MAX];
    struct event
        event; /* as it was seen last; its kind is what is, or will be, told */
    enum event_kind told;          /* and is not over; EVENT_KINDS: nothing */
    uint64_t told_ms[EVENT_KINDS]; /* when each was, last; 0: never */
    enum state state;
    uint64_t changed_ms; /* when this state began */
    uint64_t look;       /* the look that saw it last */
};

struct watch {
    struct list all; /* the oldest first */
    struct list buckets[BUCKETS];
    size_t count;
    size_t max;
    uint64_t left_out;
    uint64_t looks[EVENT_SOURCES]; /* how many have begun */
    struct watch_calls calls;
    void *arg;
};

/* ---- what is known ------------------------------------------------------- */

/* FNV-1a: names that are made to collide only make looking slower, of at most `max`. */
static size_t bucket_of(const char *id)
{
    uint32_t hash = 2166136261u;

    for (; *id; id++)
        hash = (hash ^ (unsigned char)*id) * 16777619u;
    return hash % BUCKETS;
}

static struct known *find(struct watch *watch, const char *id)
{
    struct list *bucket = &watch->buckets[bucket_of(id)];

    for (struct list *at = bucket->next; at != bucket; at = at->next) {
        struct known *known = LIST_ITEM(at, struct known, bucket);

        if (strcmp(known->id, id) == 0)
            return known;
    }
    return NULL;
}

static void forget(struct watch *watch, struct known *known)
{
    list_remove(&known->node);
    list_remove(&known->bucket);
    watch->count--;
    mem_free(known);
}

/* The oldest of those that rest gives its place. */
static bool make_room(struct watch *watch)
{
    for (struct list *at = watch->all.next; at != &watch->all; at = at->next) {
        struct known *known = LIST_ITEM(at, struct known, node);

        if (known->state == RESTING) {
            forget(watch, known);
            return true;
        }
    }
    return false;
}

static struct known *add(struct watch *watch, const char *id)
{
    struct known *known;

    if (watch->count == watch->max && !make_room(watch)) {
        watch->left_out++;
        return NULL;
    }
    known = MEM_NEW(struct known);
    (void)snprintf(known->id, sizeof(known->id), "%s", id);
    known->told = EVENT_KINDS;
    known->state = RESTING;
    list_push(&watch->all, &known->node);
    list_push(&watch->buckets[bucket_of(id)], &known->bucket);
    watch->count++;
    return known;
}

/* ---- seeing -------------------------------------------------------------- */

/* The wall clock may be set back. */
static bool has_settled(const struct known *known, uint64_t now_ms)
{
    uint64_t since_ms = known->changed_ms;

    return (now_ms > since_ms ? now_ms - since_ms : 0) >=
           event_rows[known->event.kind].settle_ms;
}

static bool may_be_told(const struct known *known, unsigned kind,
                        uint64_t now_ms)
{
    uint64_t told_ms = known->told_ms[kind];

    return told_ms == 0 || now_ms < told_ms ||
           now_ms - told_ms >= event_rows[kind].again_ms;
}

static void settle(struct watch *watch, struct known *known, uint64_t now_ms)
{
    enum event_kind kind = known->event.kind;

    if (known->state != SETTLING || !has_settled(known, now_ms) ||
        !may_be_told(known, kind, now_ms))
        return;
    known->state = TOLD;
    known->told = kind;
    known->told_ms[kind] = now_ms;
    watch->calls.tell(watch->arg, &known->event, EVENT_HOLDS);
}

/* That which was told; nothing if it was none. */
static void tell_over(struct watch *watch, struct known *known,
                      enum event_end end)
{
    struct event event = known->event;

    if (known->told == EVENT_KINDS)
        return;
    event.kind = known->told;
    known->told = EVENT_KINDS;
    watch->calls.tell(watch->arg, &event, end);
}

/* It is known no more, or only that it was told. */
static void rest(struct watch *watch, struct known *known, uint64_t now_ms)
{
    unsigned kind = 0;

    while (kind < EVENT_KINDS && may_be_told(known, kind, now_ms))
        kind++;
    if (kind == EVENT_KINDS)
        forget(watch, known);
    else
        known->state = RESTING;
}

/* What was seen takes the place of what was known; since when it holds does not
   change by that. */
static void take(struct known *known, const struct event *event,
                 enum event_kind kind)
{
    uint64_t since_ms = known->event.since_ms;

    known->event = *event;
    known->event.kind = kind;
    if (since_ms > 0 && event->since_ms == 0)
        known->event.since_ms = since_ms;
}

/* Another degree than before. */
static void change(struct watch *watch, struct known *known,
                   const struct event *event, enum event_kind kind)
{
    if (known->told != EVENT_KINDS && kind < known->told)
        tell_over(watch, known, EVENT_MENDED);
    known->state = kind == known->told ? TOLD : SETTLING;
    known->event.since_ms = 0;
    take(known, event, kind);
}

/* A degree that was told and is so no more, while a lower one is not reached either. */
static void see_none(struct watch *watch, struct known *known, uint64_t now_ms)
{
    tell_over(watch, known, EVENT_MENDED);
    rest(watch, known, now_ms);
}

/* A limit that was changed is another one. */
static enum event_kind told_of(struct known *known, const struct event *event)
{
    if (!known)
        return EVENT_KINDS;
    if (known->event.limit != event->limit) {
        memset(known->told_ms, 0, sizeof(known->told_ms));
        return EVENT_KINDS;
    }
    return known->state == RESTING ? EVENT_KINDS : known->event.kind;
}

/* It is there, for the first time or again. */
static void begin(struct known *known, enum event_kind kind, uint64_t now_ms)
{
    known->state = SETTLING;
    known->event = (struct event){ .kind = kind };
    known->changed_ms = now_ms;
}

void watch_see(struct watch *watch, const struct event *event, uint64_t now_ms)
{
    struct known *known;
    enum event_kind kind;
    char id[EVENT_ID_MAX];

    event_id(event, id);
    known = find(watch, id);
    kind = event_degree(event, told_of(known, event));
    if (kind == EVENT_KINDS) {
        if (known)
            see_none(watch, known, now_ms);
        return;
    }
    if (!known)
        known = add(watch, id);
    if (!known)
        return;
    if (known->state == RESTING)
        begin(known, kind, now_ms);
    if (kind != known->event.kind)
        change(watch, known, event, kind);
    else
        take(known, event, kind);
    if (known->event.since_ms == 0)
        known->event.since_ms = now_ms;
    if (known->state == LEAVING)
        known->state = TOLD;
    known->look = watch->looks[event_rows[kind].source];
    settle(watch, known, now_ms);
}

/* ---- looks --------------------------------------------------------------- */

void watch_begin(struct watch *watch, enum event_source source)
{
    watch->looks[source]++;
}

static void miss(struct watch *watch, struct known *known, uint64_t now_ms)
{
    enum event_end end = EVENT_MENDED;

    if (known->state == TOLD) {
        known->state = LEAVING;
        known->changed_ms = now_ms;
    }
    if (known->state == LEAVING && !has_settled(known, now_ms))
        return;
    if (known->told != EVENT_KINDS)
        end = watch->calls.end(watch->arg, &known->event);
    tell_over(watch, known, end);
    if (end == EVENT_MENDED)
        rest(watch, known, now_ms);
    else
        forget(watch, known); /* that was somebody's doing */
}

void watch_end(struct watch *watch, enum event_source source, uint64_t now_ms)
{
    struct list *next;

    for (struct list *at = watch->all.next; at != &watch->all; at = next) {
        struct known *known = LIST_ITEM(at, struct known, node);

        next = at->next;
        if (event_rows[known->event.kind].source == source &&
            known->look != watch->looks[source])
            miss(watch, known, now_ms);
    }
}

/* ---- looking at it ------------------------------------------------------- */

void watch_each(const struct watch *watch,
                void (*visit)(void *arg, const struct event *event), void *arg)
{
    for (struct list *at = watch->all.next; at != &watch->all; at = at->next) {
        const struct known *known = LIST_ITEM(at, struct known, node);
        struct event event = known->event;

        event.kind = known->told;
        if (known->told != EVENT_KINDS)
            visit(arg, &event);
    }
}

uint64_t watch_left_out(const struct watch *watch)
{
    return watch->left_out;
}

struct watch *watch_new(size_t max, const struct watch_calls *calls, void *arg)
{
    struct watch *watch = MEM_NEW(struct watch);

    list_init(&watch->all);
    for (size_t i = 0; i < BUCKETS; i++)
        list_init(&watch->buckets[i]);
    watch->max = max;
    watch->calls = *calls;
    watch->arg = arg;
    return watch;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    while (!list_is_empty(&watch->all))
        forget(watch, LIST_ITEM(watch->all.next, struct known, node));
    mem_free(watch);
}
