// SPDX-License-Identifier: MIT
/* The slow way to learn who is at the other end, where netlink is refused: the
   system's list of all TCP connections, up to 70 ms for ten thousand of them.
   Blocking: never on a loop. */
#pragma once

#include "net/peer.h"

struct peer_search {
    struct peer_pair pair;
    bool is_found;
    struct peer_socket found;
};

/* One pass over `folder`/tcp and `folder`/tcp6 for all of them, however many; they are
   put into another order.  False and err if
   there is no such list. */
bool peer_proc_search(const char *folder, struct peer_search **searches,
                      size_t count, struct err *err) MUST_CHECK;

/* A line of the list; false if it is something else. */
bool peer_proc_line(const char *line, struct peer_socket *found);
