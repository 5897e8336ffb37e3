// SPDX-License-Identifier: MIT
/* Our own outgoing connections, of all threads: a client whose connection is the
   other end of one of them is the relay itself, whose upstream leads back to it.
   Both addresses count: the kernel gives out a local port twice if the other ends
   differ.  Memory only; any thread. */
#pragma once

#include "net/addr.h"

struct outgoing;        /* all of them */
struct outgoing_socket; /* one that is open */

struct outgoing *outgoing_new(void);
/* Every socket must have been forgotten.  NULL is fine. */
void outgoing_free(struct outgoing *outgoing);

/* Remember a connected socket until outgoing_forget().  NULL, which may be
   forgotten too, if it has no IP address or `outgoing` is NULL. */
struct outgoing_socket *outgoing_add(struct outgoing *outgoing, int fd);
void outgoing_forget(struct outgoing_socket *socket);

/* Is the accepted connection `fd`, with that peer, the other end of one of them?
   IPv4 inside IPv6 is IPv4. */
bool outgoing_is_own(struct outgoing *outgoing, const struct addr *peer,
                     int fd);
