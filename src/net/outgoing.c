// SPDX-License-Identifier: MIT
/* A hash set of addresses behind one mutex, which is held for a few instructions. */
#include "net/outgoing.h"

#include <netinet/in.h>
#include <pthread.h>

#include "base/list.h"
#include "base/mem.h"

#define BUCKETS 1024u

/* An address and its port; IPv4 as IPv6. */
struct end {
    struct in6_addr address;
    in_port_t port;
};

struct outgoing {
    pthread_mutex_t mutex;
    struct list buckets[BUCKETS];
};

struct outgoing_socket {
    struct list node;
    struct outgoing *outgoing;
    struct end here;
    struct end there;
};

/* False if it is no IP address. */
static bool end_of(const struct addr *addr, struct end *end)
{
    const void *sa = &addr->sa;
    const struct sockaddr_in *v4 = sa;
    const struct sockaddr_in6 *v6 = sa;

    memset(end, 0, sizeof(*end));
    if (addr->sa.ss_family == AF_INET6) {
        end->address = v6->sin6_addr;
        end->port = v6->sin6_port;
        return true;
    }
    end->address.s6_addr[10] = 0xff;
    end->address.s6_addr[11] = 0xff;
    memcpy(&end->address.s6_addr[12], &v4->sin_addr, 4);
    end->port = v4->sin_port;
    return addr->sa.ss_family == AF_INET;
}

static bool here_of(int fd, struct end *end)
{
    struct addr addr = { .len = sizeof(addr.sa) };

    return getsockname(fd, (struct sockaddr *)(void *)&addr.sa, &addr.len) ==
               0 &&
           end_of(&addr, end);
}

static bool there_of(int fd, struct end *end)
{
    struct addr addr = { .len = sizeof(addr.sa) };

    return getpeername(fd, (struct sockaddr *)(void *)&addr.sa, &addr.len) ==
               0 &&
           end_of(&addr, end);
}

/* Ports differ where addresses do not. */
static struct list *bucket_of(struct outgoing *outgoing, const struct end *here)
{
    return &outgoing->buckets[ntohs(here->port) % BUCKETS];
}

static bool is_same(const struct end *a, const struct end *b)
{
    return a->port == b->port && IN6_ARE_ADDR_EQUAL(&a->address, &b->address);
}

struct outgoing *outgoing_new(void)
{
    struct outgoing *outgoing = MEM_NEW(struct outgoing);

    (void)pthread_mutex_init(&outgoing->mutex, NULL);
    for (size_t i = 0; i < BUCKETS; i++)
        list_init(&outgoing->buckets[i]);
    return outgoing;
}

void outgoing_free(struct outgoing *outgoing)
{
    if (!outgoing)
        return;
    (void)pthread_mutex_destroy(&outgoing->mutex);
    mem_free(outgoing);
}

struct outgoing_socket *outgoing_add(struct outgoing *outgoing, int fd)
{
    struct outgoing_socket *socket;
    struct end here;
    struct end there;

    if (!outgoing || !here_of(fd, &here) || !there_of(fd, &there))
        return NULL;
    socket = MEM_NEW(struct outgoing_socket);
    socket->outgoing = outgoing;
    socket->here = here;
    socket->there = there;
    (void)pthread_mutex_lock(&outgoing->mutex);
    list_push(bucket_of(outgoing, &here), &socket->node);
    (void)pthread_mutex_unlock(&outgoing->mutex);
    return socket;
}

void outgoing_forget(struct outgoing_socket *socket)
{
    if (!socket)
        return;
    (void)pthread_mutex_lock(&socket->outgoing->mutex);
    list_remove(&socket->node);
    (void)pthread_mutex_unlock(&socket->outgoing->mutex);
    mem_free(socket);
}

/* `there` may be NULL: any. */
static bool has(struct outgoing *outgoing, const struct end *here,
                const struct end *there)
{
    struct list *bucket = bucket_of(outgoing, here);
    bool found = false;

    (void)pthread_mutex_lock(&outgoing->mutex);
    for (struct list *node = bucket->next; node != bucket && !found;
         node = node->next) {
        const struct outgoing_socket *socket =
            LIST_ITEM(node, struct outgoing_socket, node);

        found = is_same(&socket->here, here) &&
                (!there || is_same(&socket->there, there));
    }
    (void)pthread_mutex_unlock(&outgoing->mutex);
    return found;
}

/* Mostly the first look says no, and costs no system call. */
bool outgoing_is_own(struct outgoing *outgoing, const struct addr *peer, int fd)
{
    struct end client;
    struct end server;

    return end_of(peer, &client) && has(outgoing, &client, NULL) &&
           here_of(fd, &server) && has(outgoing, &client, &server);
}
