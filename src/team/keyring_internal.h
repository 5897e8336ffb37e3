// SPDX-License-Identifier: MIT
/* What the parts of the keyring share. */
#pragma once

#include <pthread.h>

#include "team/key_build.h"
#include "team/keyring.h"
#include "team/slots.h"

struct keyring {
    atomic_uint_fast64_t changes; /* counted once what is new can be found */
    pthread_rwlock_t lock;        /* of all that follows */
    struct slots by_text;         /* struct key_text, inside the key */
    struct slots by_name;         /* struct key */
    struct key **keys;            /* references, by rising id */
    size_t count;
    size_t cap;
    struct group_cell **groups; /* likewise */
    size_t group_count;
    pthread_mutex_t used_lock; /* of what follows; taken alone */
    struct key **used;         /* references: their use is not saved */
    size_t used_count;
    size_t used_cap;
    void (*tell_first)(void *arg);
    void *tell_arg;
};

static inline void keyring_count_change(struct keyring *ring)
{
    atomic_fetch_add_explicit(&ring->changes, 1, memory_order_release);
}

/* A key that matches, for a page that is not by rising id. */
void keyring_sort_in(struct keyring_page *page, struct key *key,
                     const struct keyring_query *query, uint64_t now_wall_ms);
static inline bool keyring_is_sorted(const struct keyring_query *query)
{
    return query->order != KEYRING_BY_ID || query->falling;
}

/* Where the key of that id stands, or the first one behind it. */
size_t keyring_place(const struct keyring *ring, uint64_t id);
