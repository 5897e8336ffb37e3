// SPDX-License-Identifier: MIT
/* Who is at the other end of each connection, asked once, when a request first
   needs to know.  At start a connection of our own finds out how to ask:

       netlink             the kernel answers at once (net/peer_netlink.h)
       /proc/self/net/tcp  a thread reads the list; one pass answers all who wait
       neither             nobody is known, so nobody is this machine

   `struct peers` is the process's: immutable but for its queue and what it said in
   the log, any thread.  A
   `struct peer_asker` is one loop's, and a `struct peer_process` a connection's:
   loop thread only. */
#pragma once

#include "base/loop.h"
#include "net/peer.h"

struct peers;
struct peer_asker;
struct peer_job;

enum peers_way { PEERS_NETLINK, PEERS_PROC, PEERS_NEITHER };

/* For tests; 0 and NULL take what the system has. */
struct peers_options {
    bool without_netlink;
    const char *proc; /* instead of /proc/self/net */
};

/* Blocking, for the start: finds the way.  `options` may be NULL. */
struct peers *peers_new(const struct peers_options *options);
/* All askers are freed. */
void peers_free(struct peers *peers);

enum peers_way peers_way(const struct peers *peers);
/* Why it is not a better way: "netlink: ..., /proc/self/net/tcp: ...". */
const char *peers_trouble(const struct peers *peers);

struct peer_asker *peer_asker_new(struct peers *peers, struct loop *loop);
/* All jobs are freed. */
void peer_asker_free(struct peer_asker *asker);
const struct peers *peer_asker_peers(const struct peer_asker *asker);

/* The rules for a user, in this process's user namespace. */
struct peer_rules peers_rules_for(uint32_t uid);

/* Root's relay in a user's folder: whoever connects over a Unix socket of that folder
   may be that user, who owns all that is in it.  Before anybody connects. */
void peers_trust_owner(uint32_t uid);

/* Over a Unix socket the kernel says at once who made the connection.  Is it the
   rules' user, or root?  PEER_OURS, PEER_OTHER_USER or PEER_UNKNOWN; `*uid`, unless it
   is unknown, is whoever it is. */
enum peer_verdict peers_look_unix(int fd, const struct peer_rules *rules,
                                  uint32_t *uid);

/* The process at the other end of a connection, as far as it was asked for.  One over
   a Unix socket needs no asker. */
struct peer_process {
    struct peer_asker *asker;  /* NULL: nobody is known */
    const struct addr *client; /* outlives it, as the descriptor does */
    int fd;
    enum peer_verdict verdict; /* what does not change any more, or UNASKED */
};

/* The verdict, if it is known or can be had at once; PEER_UNASKED if it needs a
   job.  The log says who it is, if it is not ours; of many in one minute, how many. */
enum peer_verdict peer_process_look(struct peer_process *process);

/* True if it is not known yet and cannot be had at once. */
bool peer_process_takes_time(const struct peer_process *process);

/* Find out, and let the process keep the verdict: `wake` comes once, on the loop,
   never from inside and never after peer_job_free().  NULL if there is nothing to
   wait for: peer_process_look() has the verdict.  Freed before the process is. */
struct peer_job *peer_job_start(struct peer_process *process,
                                void (*wake)(void *arg), void *arg);
void peer_job_free(struct peer_job *job);
