// SPDX-License-Identifier: MIT
/* Who comes in.  While there are places for everybody nobody is asked; when only the
   kept ones are left, whoever comes over loopback is asked who it is first: another
   user of this machine, or a reverse proxy, has a loopback address as well.  Mostly
   the kernel says so at once; where a pass over the list of connections has to be
   waited for (net/peers.h) those who wait have no connection yet and nothing is
   read from them.  Loop thread only. */
#pragma once

#include "http/server.h"

/* Takes over the descriptor. */
void entrance_admit(struct server *server, int fd, const struct addr *peer);

/* The server ends: those who still wait are let go. */
void entrance_close(struct server *server);
