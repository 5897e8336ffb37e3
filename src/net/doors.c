// SPDX-License-Identifier: MIT
/* The sockets that HOST means. */
#include "net/doors.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"

/* A port that is free at one address is taken at the other now and then. */
#define TRIES_MAX 50

struct doors {
    struct listener *listeners[DOORS_MAX];
    size_t count;
};

size_t doors_hosts(const char *host, const char *hosts[DOORS_MAX])
{
    bool local = strcasecmp(host, "localhost") == 0;

    hosts[0] = local ? "127.0.0.1" : host;
    hosts[1] = "::1";
    return local || strcmp(host, "0.0.0.0") == 0 ? 2 : 1;
}

/* Without IPv6 the kernel knows no such address. */
static bool is_here(const char *host)
{
    struct err ignored;
    struct addr addr;
    int fd;
    bool here;

    if (!addr_parse(host, 0, &addr, &ignored))
        return false;
    fd = socket(addr.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    here = fd >= 0 && bind(fd, (const struct sockaddr *)(const void *)&addr.sa,
                           addr.len) == 0;
    if (fd >= 0)
        (void)close(fd);
    return here;
}

static void close_all(struct doors *doors)
{
    while (doors->count > 0)
        listener_free(doors->listeners[--doors->count]);
}

struct opening {
    struct loop *loop;
    struct listener_options options;
    listener_fn accepted;
    void *arg;
};

/* The first decides the port. */
static bool open_all(struct doors *doors, const struct opening *opening,
                     struct err *err)
{
    struct listener_options options = opening->options;
    const char *hosts[DOORS_MAX];
    size_t count = doors_hosts(options.host, hosts);

    for (size_t i = 0; i < count; i++) {
        options.host = hosts[i];
        if (i > 0 && !is_here(hosts[i]))
            break;
        doors->listeners[i] =
            listener_new(opening->loop, &options, opening->accepted,
                         opening->arg, err);
        if (!doors->listeners[i])
            return false;
        options.port = listener_port(doors->listeners[i]);
        doors->count++;
    }
    return true;
}

struct doors *doors_new(struct loop *loop,
                        const struct listener_options *options,
                        listener_fn accepted, void *arg, struct err *err)
{
    struct opening opening = { loop, *options, accepted, arg };
    struct doors *doors = MEM_NEW(struct doors);

    for (unsigned tries = 0; !open_all(doors, &opening, err); tries++) {
        bool again =
            options->port == 0 && doors->count > 0 && tries < TRIES_MAX;

        close_all(doors);
        if (!again) {
            mem_free(doors);
            return NULL;
        }
    }
    return doors;
}

void doors_free(struct doors *doors)
{
    if (!doors)
        return;
    close_all(doors);
    mem_free(doors);
}

uint16_t doors_port(const struct doors *doors)
{
    return listener_port(doors->listeners[0]);
}

size_t doors_count(const struct doors *doors)
{
    return doors->count;
}
