// SPDX-License-Identifier: MIT
/* The HTTP/1.1 server: the listener and the set of its connections. */
#include "http/server.h"

#include <sys/random.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/connection.h"
#include "http/problem.h"

static uint64_t or_default(uint64_t value, uint64_t otherwise)
{
    return value ? value : otherwise;
}

static struct server_options with_defaults(const struct server_options *options)
{
    struct server_options all = *options;

    all.head_timeout_ms = or_default(all.head_timeout_ms, 10000);
    all.idle_timeout_ms = or_default(all.idle_timeout_ms, 75000);
    all.body_grace_ms = or_default(all.body_grace_ms, 10000);
    all.write_stall_ms = or_default(all.write_stall_ms, 300000);
    all.connections_max = or_default(all.connections_max, 16384);
    return all;
}

/* Nothing is read from it and nothing is kept: one send, and it goes. */
static void turn_away(int fd)
{
    static const char text[] =
        "HTTP/1.1 503 Service Unavailable\r\n"
        "content-type: application/json\r\nretry-after: 1\r\n"
        "connection: close\r\ncontent-length: 120\r\n\r\n"
        "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":"
        "\"the relay serves as many connections as MAX_CONNECTIONS allows\"}}";

    (void)!write(fd, text, sizeof(text) - 1);
    (void)close(fd);
}

static void accepted(void *arg, int fd, const struct addr *peer)
{
    struct server *server = arg;

    if (server->count >= server->options.connections_max)
        turn_away(fd);
    else
        connection_new(server, fd, peer);
}

struct server *server_new(struct loop *loop,
                          const struct server_options *options,
                          server_fn handle, void *arg, struct err *err)
{
    struct server *server = MEM_NEW(struct server);

    server->loop = loop;
    server->options = with_defaults(options);
    server->handle = handle;
    server->arg = arg;
    list_init(&server->connections);
    (void)!getrandom(&server->next_id, sizeof(server->next_id), 0);
    server->listener =
        listener_new(loop, &options->listen, accepted, server, err);
    if (server->listener)
        return server;
    mem_free(server);
    return NULL;
}

void server_free(struct server *server)
{
    if (!server)
        return;
    listener_free(server->listener);
    while (!list_is_empty(&server->connections))
        connection_close(
            LIST_ITEM(server->connections.next, struct connection, link));
    mem_free(server);
}

uint16_t server_port(const struct server *server)
{
    return listener_port(server->listener);
}

size_t server_connections(const struct server *server)
{
    return server->count;
}
