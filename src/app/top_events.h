// SPDX-License-Identifier: MIT
/* Server-sent events, as the relay writes them (docs/api.md, live events): takes bytes cut
   anywhere.  Pure. */
#pragma once

#include "base/buf.h"

#define TOP_EVENT_NAME_MAX 32
/* What is longer is left out. */
#define TOP_EVENT_MAX (8u * 1024 * 1024)

struct top_events {
    struct buf line;
    struct buf data;
    char name[TOP_EVENT_NAME_MAX];
    bool too_long; /* the present one */
    void (*event)(void *arg, struct str name, struct str data);
    void *arg;
};

/* `event` comes from inside top_events_feed(), with views. */
void top_events_init(struct top_events *events,
                     void (*event)(void *arg, struct str name, struct str data),
                     void *arg);
void top_events_done(struct top_events *events);
void top_events_feed(struct top_events *events, struct str bytes);
