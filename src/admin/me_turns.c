// SPDX-License-Identifier: MIT
/* The keys whose turn it is. */
#include "admin/me_turns.h"

#include <assert.h>
#include <pthread.h>
#include <stddef.h>

#include "base/mem.h"

struct me_turns {
    pthread_mutex_t lock;
    size_t count;
    uint64_t keys[ME_TURNS];
};

struct me_turns *me_turns_new(void)
{
    struct me_turns *turns = MEM_NEW(struct me_turns);

    (void)pthread_mutex_init(&turns->lock, NULL);
    return turns;
}

void me_turns_free(struct me_turns *turns)
{
    if (!turns)
        return;
    (void)pthread_mutex_destroy(&turns->lock);
    mem_free(turns);
}

/* Under the lock; ->count if it is not that key's turn. */
static size_t find(const struct me_turns *turns, uint64_t key_id)
{
    size_t i = 0;

    while (i < turns->count && turns->keys[i] != key_id)
        i++;
    return i;
}

bool me_turns_take(struct me_turns *turns, uint64_t key_id)
{
    bool taken;

    (void)pthread_mutex_lock(&turns->lock);
    taken = turns->count < ME_TURNS && find(turns, key_id) == turns->count;
    if (taken)
        turns->keys[turns->count++] = key_id;
    (void)pthread_mutex_unlock(&turns->lock);
    return taken;
}

void me_turns_give_back(struct me_turns *turns, uint64_t key_id)
{
    size_t at;

    (void)pthread_mutex_lock(&turns->lock);
    at = find(turns, key_id);
    assert(at < turns->count);
    turns->keys[at] = turns->keys[--turns->count];
    (void)pthread_mutex_unlock(&turns->lock);
}
