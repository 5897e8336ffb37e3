// SPDX-License-Identifier: MIT
/* Which addresses lead to this machine. */
#include "net/own.h"

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/mem.h"
#include "net/addr.h"

#define RESOLVE_MAX_MS 2000
#define ADDRESSES_MAX 32

/* ---- one address -------------------------------------------------------- */

/* IPv4 as IPv6 writes it, so that the two forms of an address are one. */
struct place {
    struct in6_addr bytes;
    bool known;
};

static struct place place_of(const struct sockaddr *sa)
{
    struct place place = { .known = true };
    const void *any = sa;

    if (sa && sa->sa_family == AF_INET6) {
        place.bytes = ((const struct sockaddr_in6 *)any)->sin6_addr;
    } else if (sa && sa->sa_family == AF_INET) {
        place.bytes.s6_addr[10] = 0xff;
        place.bytes.s6_addr[11] = 0xff;
        memcpy(place.bytes.s6_addr + 12,
               &((const struct sockaddr_in *)any)->sin_addr, 4);
    } else {
        place.known = false;
    }
    return place;
}

static bool is_same(const struct place *a, const struct place *b)
{
    return a->known && b->known &&
           memcmp(&a->bytes, &b->bytes, sizeof(a->bytes)) == 0;
}

static bool is_anywhere(const struct place *place)
{
    static const unsigned char v4[16] = { [10] = 0xff, [11] = 0xff };

    return IN6_IS_ADDR_UNSPECIFIED(&place->bytes) ||
           memcmp(&place->bytes, v4, sizeof(v4)) == 0;
}

static bool is_loopback(const struct place *place)
{
    return IN6_IS_ADDR_LOOPBACK(&place->bytes) ||
           (IN6_IS_ADDR_V4MAPPED(&place->bytes) &&
            place->bytes.s6_addr[12] == 127);
}

/* A connection to 0.0.0.0 or :: goes to the machine itself. */
static bool is_of_this_machine(const struct place *place)
{
    struct ifaddrs *all = NULL;
    bool found = is_loopback(place) || is_anywhere(place);

    if (found || getifaddrs(&all) != 0)
        return found;
    for (const struct ifaddrs *one = all; one && !found; one = one->ifa_next) {
        struct place own = place_of(one->ifa_addr);

        found = is_same(&own, place);
    }
    freeifaddrs(all);
    return found;
}

/* ---- names -------------------------------------------------------------- */

/* Two hold it: whoever waits, and the thread that asks, which may outlast that. */
struct question {
    atomic_uint refs;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool done;
    char *host;
    struct place places[ADDRESSES_MAX];
    size_t count;
};

static void unref(struct question *question)
{
    if (atomic_fetch_sub(&question->refs, 1) != 1)
        return;
    (void)pthread_cond_destroy(&question->answered);
    (void)pthread_mutex_destroy(&question->lock);
    mem_free(question->host);
    mem_free(question);
}

static void *resolve(void *arg)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct question *question = arg;
    struct addrinfo *found = NULL;

    if (getaddrinfo(question->host, NULL, &hints, &found) != 0)
        found = NULL;
    (void)pthread_mutex_lock(&question->lock);
    for (const struct addrinfo *one = found;
         one && question->count < ADDRESSES_MAX; one = one->ai_next)
        question->places[question->count++] = place_of(one->ai_addr);
    question->done = true;
    (void)pthread_cond_signal(&question->answered);
    (void)pthread_mutex_unlock(&question->lock);
    if (found)
        freeaddrinfo(found);
    unref(question);
    return NULL;
}

static struct question *ask(const char *host)
{
    struct question *question = MEM_NEW(struct question);
    pthread_t thread;

    atomic_init(&question->refs, 2);
    (void)pthread_mutex_init(&question->lock, NULL);
    condition_init(&question->answered);
    question->host = mem_strdup(host);
    if (pthread_create(&thread, NULL, resolve, question) == 0)
        (void)pthread_detach(thread);
    else
        (void)resolve(question);
    return question;
}

static size_t wait_for(struct question *question, struct place *places)
{
    uint64_t until_ms = clock_steady_ms() + RESOLVE_MAX_MS;
    size_t count = 0;

    (void)pthread_mutex_lock(&question->lock);
    while (!question->done && clock_steady_ms() < until_ms)
        condition_wait(&question->answered, &question->lock, until_ms);
    if (question->done)
        count = question->count;
    memcpy(places, question->places, count * sizeof(struct place));
    (void)pthread_mutex_unlock(&question->lock);
    unref(question);
    return count;
}

/* RFC 6761: these are the loopback interface's, whatever a resolver says. */
static bool is_localhost(struct str host)
{
    static const char ending[] = ".localhost";
    size_t len = sizeof(ending) - 1;

    if (host.len > 0 && host.at[host.len - 1] == '.')
        host.len--;
    return str_ieq(host, STR("localhost")) ||
           (host.len > len &&
            str_ieq(str_from(host, host.len - len), str_of(ending)));
}

static size_t look_up(const char *host, struct place places[ADDRESSES_MAX])
{
    static const struct place loopback[] = {
        { { .s6_addr = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 } },
          true },
        { { .s6_addr = { [15] = 1 } }, true },
    };
    char plain[INET6_ADDRSTRLEN];

    if (host[0] == '[') {
        (void)snprintf(plain, sizeof(plain), "%.*s",
                       (int)strcspn(host + 1, "]"), host + 1);
        host = plain;
    }
    if (!is_localhost(str_of(host)))
        return wait_for(ask(host), places);
    memcpy(places, loopback, sizeof(loopback));
    return COUNT_OF(loopback);
}

/* ---- both --------------------------------------------------------------- */

static bool covers(const char *listening, const struct place *target)
{
    struct place places[ADDRESSES_MAX];
    size_t count = look_up(listening, places);

    for (size_t i = 0; i < count; i++) {
        if (is_same(&places[i], target) ||
            (is_anywhere(&places[i]) && is_of_this_machine(target)) ||
            (is_anywhere(target) && is_loopback(&places[i])))
            return true;
    }
    return false;
}

bool own_reaches(const char *listening, const char *host)
{
    struct place places[ADDRESSES_MAX];
    size_t count = look_up(host, places);

    for (size_t i = 0; i < count; i++) {
        if (covers(listening, &places[i]))
            return true;
    }
    return false;
}
