// SPDX-License-Identifier: MIT
/* A table of sets of eight: a session has its place in one of them. */
#include "account/bindings.h"

#include <pthread.h>

#include "base/mem.h"

#define WAYS 8
#define SETS (BINDINGS_MAX / WAYS)

struct bindings {
    pthread_mutex_t lock;
    struct binding at[SETS][WAYS];
};

struct bindings *bindings_new(void)
{
    struct bindings *bindings = MEM_NEW(struct bindings);

    (void)pthread_mutex_init(&bindings->lock, NULL);
    return bindings;
}

void bindings_free(struct bindings *bindings)
{
    if (!bindings)
        return;
    (void)pthread_mutex_destroy(&bindings->lock);
    mem_free(bindings);
}

/* FNV-1a; never 0. */
uint64_t bindings_account(struct str name)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 0x100000001b3u;
    return hash ? hash : 1;
}

/* Its own, else the one that ends first. */
static struct binding *place_of(struct bindings *bindings, uint64_t session)
{
    struct binding *set = bindings->at[session % SETS];
    struct binding *place = &set[0];

    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].session == session)
            return &set[i];
        if (set[i].until_ms < place->until_ms)
            place = &set[i];
    }
    return place;
}

static void put(struct bindings *bindings, const struct binding *binding)
{
    (void)pthread_mutex_lock(&bindings->lock);
    *place_of(bindings, binding->session) = *binding;
    (void)pthread_mutex_unlock(&bindings->lock);
}

void bindings_put(struct bindings *bindings, uint64_t session, uint64_t account,
                  uint64_t now_ms)
{
    put(bindings, &(struct binding){ session, account, now_ms + BINDINGS_MS });
}

void bindings_restore(struct bindings *bindings, const struct binding *binding)
{
    put(bindings, binding);
}

uint64_t bindings_find(struct bindings *bindings, uint64_t session,
                       uint64_t now_ms)
{
    struct binding found;

    (void)pthread_mutex_lock(&bindings->lock);
    found = *place_of(bindings, session);
    (void)pthread_mutex_unlock(&bindings->lock);
    return found.session == session && found.until_ms > now_ms ? found.account
                                                               : 0;
}

void bindings_each(struct bindings *bindings, uint64_t now_ms,
                   void (*visit)(void *arg, const struct binding *binding),
                   void *arg)
{
    for (size_t i = 0; i < BINDINGS_MAX; i++) {
        struct binding binding;

        (void)pthread_mutex_lock(&bindings->lock);
        binding = bindings->at[i / WAYS][i % WAYS];
        (void)pthread_mutex_unlock(&bindings->lock);
        if (binding.until_ms > now_ms)
            visit(arg, &binding);
    }
}
