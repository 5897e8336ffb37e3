// SPDX-License-Identifier: MIT
/* A connection of the test's own between two loopback addresses, both ends open. */
#pragma once

#include "net/peer.h"
#include "unit.h"

struct loopback_pair {
    int listening;
    int client;
    int server;
    struct addr client_addr; /* as the server sees it */
    struct peer_pair pair;
};

/* `server` is where it listens, `client` the address connected to, which may be
   IPv4 inside IPv6; `bound`: the client is bound to the loopback device.  False if
   this machine cannot do that. */
bool loopback_pair_open(struct loopback_pair *pair, const char *server,
                        const char *client, bool bound);
/* The client sends something and resets, and another one connects from its address;
   the server's end is still the first one's.  False if somebody else was faster. */
bool loopback_pair_replace_client(struct loopback_pair *pair);
void loopback_pair_close(struct loopback_pair *pair);

/* The same ends without a connection. */
struct peer_pair loopback_pair_of(const char *client, uint16_t client_port,
                                  const char *server, uint16_t server_port);
