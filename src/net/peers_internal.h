// SPDX-License-Identifier: MIT
/* What peers.c, peers_try.c and peers_queue.c share.  Not for other folders. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/list.h"
#include "net/peers.h"

struct peers {
    enum peers_way way;
    struct peer_rules rules;
    bool knows_network;
    uint64_t network; /* our network namespace */
    const char *proc;
    char trouble[320];
    atomic_uint_least64_t said_ms; /* when the log named a stranger; 0: never */
    atomic_size_t unsaid;          /* strangers since then */

    /* PEERS_PROC alone */
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows, and the state of jobs */
    pthread_cond_t filled;
    struct list queue;
    size_t waiting; /* in the queue or in the pass */
    bool ending;
};

struct peer_asker {
    struct peers *peers;
    struct loop *loop;
    int netlink; /* -1: not open */
};

/* Try the ways; the reasons against them are put into `trouble`. */
enum peers_way peers_try(struct peers *peers, bool without_netlink);

/* What the connection itself tells; PEER_UNASKED: `pair` is to be asked for. */
enum peer_verdict peers_examine(const struct peer_process *process,
                                struct peer_pair *pair);
/* Between two lines of the log about strangers. */
#define PEERS_SAY_AGAIN_MS 60000

/* The verdict on what was found; the log names a stranger's user, but not for each
   of many.  Any thread. */
enum peer_verdict peers_conclude(struct peers *peers,
                                 const struct peer_pair *pair,
                                 const struct peer_socket *found);

/* What remains of an answer that has just come; on the loop.  It is of whoever has
   the client's address now: of our client only if our end has been connected all
   the time, and an end that is connected now has been. */
enum peer_verdict peers_confirm(const struct peer_process *process,
                                enum peer_verdict verdict);

void peers_start_thread(struct peers *peers);
void peers_stop_thread(struct peers *peers);
