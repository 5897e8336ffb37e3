// SPDX-License-Identifier: MIT
/* The fast way to learn who is at the other end: one exact question to the
   kernel (NETLINK_SOCK_DIAG), about 5 us, that needs no privilege.  The kernel
   answers while the question is being sent, so nothing waits.  Any thread; a
   descriptor is one thread's. */
#pragma once

#include "net/peer.h"

/* -1 and err if the system has or allows no such socket. */
int peer_netlink_open(struct err *err);

enum peer_netlink_found {
    PEER_NETLINK_FOUND,
    PEER_NETLINK_NONE,   /* no such socket */
    PEER_NETLINK_FAILED, /* err; close the descriptor */
};

/* The client's socket of the connection `pair`. */
enum peer_netlink_found peer_netlink_ask(int fd, const struct peer_pair *pair,
                                         struct peer_socket *found,
                                         struct err *err);

#define PEER_NETLINK_QUESTION 72

/* The parts, for tests. */
void peer_netlink_write(const struct peer_pair *pair,
                        unsigned char out[PEER_NETLINK_QUESTION]);
enum peer_netlink_found peer_netlink_read(struct str answer,
                                          struct peer_socket *found,
                                          struct err *err);
