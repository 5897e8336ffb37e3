// SPDX-License-Identifier: MIT
/* The management API on connections that are handed over: those of the control
   socket (app/control.h), and a command's own (app/remote.h).  Whoever is at the
   other end is admin, if the kernel says that it is this user or root.  One per loop;
   loop thread only. */
#pragma once

#include "admin/routes.h"

struct admin_server;

struct admin_server *admin_server_new(const struct admin_options *options);
/* One end of a Unix socket, non-blocking; taken over. */
void admin_server_admit(struct admin_server *server, int fd);
/* Requests in hand are let go.  NULL is fine. */
void admin_server_free(struct admin_server *server);
