// SPDX-License-Identifier: MIT
/* The HTTP/1.1 server: its doors and the set of its connections. */
#include "http/server.h"

#include <assert.h>

#include "base/mem.h"
#include "http/connection.h"
#include "http/entrance.h"

#define SEATS_DEFAULT 16384
#define TURNED_AWAY_DEFAULT 256

static uint64_t or_default(uint64_t value, uint64_t otherwise)
{
    return value ? value : otherwise;
}

static struct server_options with_defaults(const struct server_options *options)
{
    struct server_options all = *options;

    all.head_timeout_ms = or_default(all.head_timeout_ms, 10000);
    all.idle_timeout_ms = or_default(all.idle_timeout_ms, 95000);
    all.body_grace_ms = or_default(all.body_grace_ms, 10000);
    all.write_stall_ms = or_default(all.write_stall_ms, 300000);
    all.stranger_ms = or_default(all.stranger_ms, 30000);
    if (all.seats.max == 0)
        all.seats =
            (struct seats_limits){ .max = SEATS_DEFAULT,
                                   .turned_away_max = TURNED_AWAY_DEFAULT };
    return all;
}

void server_admit(struct server *server, int fd, const struct addr *peer)
{
    entrance_admit(server, fd, peer);
}

static void accepted(void *arg, int fd, const struct addr *peer)
{
    server_admit(arg, fd, peer);
}

struct server *server_new(struct loop *loop,
                          const struct server_options *options,
                          server_fn handle, void *arg, struct err *err)
{
    struct server *server = MEM_NEW(struct server);

    server->loop = loop;
    server->options = with_defaults(options);
    if (!server->options.shared)
        server->options.shared = &server->own;
    if (!server->options.ids) {
        request_ids_init(&server->ids);
        server->options.ids = &server->ids;
    }
    server->handle = handle;
    server->arg = arg;
    list_init(&server->connections);
    list_init(&server->applicants);
    if (!options->listen.host)
        return server;
    server->doors = doors_new(loop, &options->listen, accepted, server, err);
    if (server->doors)
        return server;
    mem_free(server);
    return NULL;
}

void server_free(struct server *server)
{
    if (!server)
        return;
    server->ending = true;
    doors_free(server->doors);
    entrance_close(server);
    while (!list_is_empty(&server->connections)) {
        struct list *first = server->connections.next;

        connection_close(LIST_ITEM(first, struct connection, link));
        assert(server->connections.next != first); /* it was released */
    }
    mem_free(server);
}

size_t server_hosts(const struct server *server, const char *hosts[DOORS_MAX])
{
    (void)doors_hosts(server->options.listen.host, hosts);
    return doors_count(server->doors);
}

uint16_t server_port(const struct server *server)
{
    return doors_port(server->doors);
}

size_t server_connections(const struct server *server)
{
    return server->count;
}
