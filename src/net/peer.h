// SPDX-License-Identifier: MIT
/* Who is at the other end of a connection between two loopback addresses: what
   the system says of the client's socket, and what follows from it.  Pure.

   A reverse proxy on this machine that rewrites Host and adds no field looks like
   a local client in all but the user that it runs as.  Three things mislead:
   an orphan (a client that has closed already) shows uid 0, but also inode 0;
   65534 stands for every user that our user namespace does not map; and an
   IPv6 socket may hold an IPv4 connection. */
#pragma once

#include "net/addr.h"

enum peer_verdict {
    PEER_UNASKED,
    PEER_OURS,          /* runs as our user, or as root */
    PEER_OTHER_USER,    /* as with a reverse proxy */
    PEER_GONE,          /* it closed before it could be identified */
    PEER_OTHER_ADDRESS, /* it did not connect to a loopback address */
    PEER_OTHER_NETWORK, /* the connection is of another network namespace */
    PEER_UNKNOWN,       /* the system does not say */
};

/* One end of a connection; IPv4 inside IPv6 is IPv4 here. */
struct peer_end {
    unsigned char ip[16];
    size_t ip_len; /* 4 or 16 */
    uint16_t port;
};

/* A connection as the server sees it. */
struct peer_pair {
    struct peer_end client;
    struct peer_end server;
};

/* False unless both are loopback addresses of one family. */
bool peer_pair_make(const struct addr *client, const struct addr *server,
                    struct peer_pair *pair);

struct peer_end peer_end_of(const unsigned char *ip, size_t ip_len,
                            uint16_t port);
bool peer_end_is(const struct peer_end *a, const struct peer_end *b);

/* What the system says of a socket. */
struct peer_socket {
    struct peer_end local;
    struct peer_end remote;
    unsigned state; /* TCP_ESTABLISHED, ... */
    uint32_t uid;
    uint64_t inode;
};

/* True if it is the client's socket of this connection. */
bool peer_socket_is(const struct peer_socket *found,
                    const struct peer_pair *pair);

/* Whom we trust. */
struct peer_rules {
    uint32_t uid;    /* the relay's effective user, or who owns its folder */
    bool all_mapped; /* our user namespace maps every user to itself */
};

/* Is that user the rules' own, or root? */
bool peer_user_is_trusted(const struct peer_rules *rules, uint32_t uid);

/* Does this /proc/self/uid_map map every user to itself? */
bool peer_map_is_whole(struct str uid_map);

/* PEER_OURS, PEER_OTHER_USER or PEER_GONE. */
enum peer_verdict peer_judge(const struct peer_rules *rules,
                             const struct peer_pair *pair,
                             const struct peer_socket *found);
