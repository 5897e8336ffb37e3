// SPDX-License-Identifier: MIT
/* The management API on connections that are handed over. */
#include "app/admin_server.h"

#include "admin/live.h"
#include "admin/reply.h"
#include "base/mem.h"
#include "http/server.h"

/* People and their scripts; each connection asks once.  Those who listen stay, so there
   is room for others beside them. */
#define CONNECTIONS_MAX 128

_Static_assert(CONNECTIONS_MAX >= LIVE_LISTENERS_MAX + 64,
               "whoever listens keeps nobody from asking");

struct admin_server {
    struct admin *admin;
    struct server *server;
};

static void serve(void *arg, struct request *req)
{
    struct admin_server *server = arg;
    struct err err;

    if (admin_handle(server->admin, req))
        return;
    err_set(&err, ERR_NOT_FOUND,
            "there is nothing here; docs/api.md lists what the management API "
            "has");
    reply_error(req, &err);
}

struct admin_server *admin_server_new(const struct admin_options *options)
{
    struct admin_server *server = MEM_NEW(struct admin_server);
    struct server_options without_doors = {
        .ids = options->ids,
        .log = options->log,
        .log_arg = options->callers,
        .seats = { .max = CONNECTIONS_MAX, .turned_away_max = CONNECTIONS_MAX },
    };
    struct err err;

    server->admin = admin_new(options);
    server->server =
        server_new(options->loop, &without_doors, serve, server, &err);
    return server;
}

void admin_server_admit(struct admin_server *server, int fd)
{
    const struct addr peer = { .sa = { .ss_family = AF_UNIX },
                               .len = sizeof(sa_family_t) };

    server_admit(server->server, fd, &peer);
}

void admin_server_free(struct admin_server *server)
{
    if (!server)
        return;
    server_free(server->server);
    admin_free(server->admin);
    mem_free(server);
}
