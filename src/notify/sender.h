// SPDX-License-Identifier: MIT
/* Notices on their way: a bounded queue, one in hand at a time, in their order.

       IDLE --added--> SENDING --taken, or given up--> RESTING (as long as the reader wants
         ^              |   ^                            |     them apart)
         |       failed v   | after 1 s, 5 s, 30 s,      |
         |          WAITING-'  2 min, 10 min             |
         '--------- the queue is empty ------------------'

   What failed after the last wait, or would only be refused again, is given up, with a
   line in the log.  If there is no more room, the oldest of the lowest rank that waits is
   dropped, and counted; of EVENT_STAYS there is more room.  On its loop; sender_state() on any thread. */
#pragma once

#include "notify/post.h"

#define SENDER_QUEUE_MAX 256
/* As many as can be told at a time (notifier.h), and that they are over. */
#define SENDER_STAYS_MAX 2000
#define SENDER_TRIES 6

struct sender;
struct sender_options {
    struct loop *loop;
    enum notify_format format;
    struct post_way *way;     /* borrowed */
    const uint64_t *waits_ms; /* SENDER_TRIES - 1 of them; NULL: as drawn */
    bool hasty;               /* for tests: the reader wants none apart */
};

struct sender *sender_new(const struct sender_options *options);
/* What was not sent is named in the log as a number: nobody waits for it.  NULL is
   fine. */
void sender_free(struct sender *sender);

struct sender_notice {
    const char *id; /* for the log */
    enum event_rank rank;
    struct str fields;
    struct str body;
};
/* All copied. */
void sender_add(struct sender *sender, const struct sender_notice *notice);

struct sender_state {
    size_t waiting; /* the one in hand too */
    uint64_t sent;
    uint64_t given_up;
    uint64_t dropped;
    /* Of the last attempt. */
    uint64_t at_ms; /* wall clock; 0: there was none */
    bool taken;
    unsigned status; /* 0: there was no answer */
    char error[480]; /* unless it was taken */
};
void sender_state(struct sender *sender, struct sender_state *state);
