// SPDX-License-Identifier: MIT
/* Which tags there are. */
#include <string.h>

#include "base/mem.h"
#include "team/keyring_internal.h"

/* Where it is, or has to be put. */
static size_t place_of(const struct keyring_tags *tags, struct str name,
                       bool *found)
{
    size_t low = 0;
    size_t high = tags->count;

    *found = false;
    while (low < high && !*found) {
        size_t middle = (low + high) / 2;
        struct str there = str_of(tags->at[middle].name);
        size_t len = there.len < name.len ? there.len : name.len;
        int order = memcmp(there.at, name.at, len);

        if (order == 0)
            order = there.len < name.len ? -1 : there.len > name.len;
        *found = order == 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

static void count(struct keyring_tags *tags, struct str name)
{
    bool found;
    size_t at = place_of(tags, name, &found);

    if (found) {
        tags->at[at].keys++;
        return;
    }
    tags->more = tags->more || tags->count == KEYRING_TAGS_MAX;
    if (tags->more)
        return;
    if (!tags->at)
        tags->at = mem_alloc(KEYRING_TAGS_MAX * sizeof(tags->at[0]));
    memmove(&tags->at[at + 1], &tags->at[at],
            (tags->count - at) * sizeof(tags->at[0]));
    tags->at[at].name = mem_strndup(name.at, name.len);
    tags->at[at].keys = 1;
    tags->count++;
}

/* Behind the lines of the name and of the owner. */
static void count_those_of(struct keyring_tags *tags, const struct key *key)
{
    struct str rest = str_of(key->folded);
    struct str line;
    size_t number = 0;

    while (str_next(&rest, '\n', &line)) {
        if (number++ >= 2 && line.len > 0)
            count(tags, line);
    }
}

bool keyring_tags_step(struct keyring *ring, struct keyring_tags *tags)
{
    size_t at;
    size_t end;
    bool done;

    pthread_rwlock_rdlock(&ring->lock);
    at = keyring_place(ring, tags->seen + 1);
    end = ring->count - at < KEYRING_STEP ? ring->count : at + KEYRING_STEP;
    for (; at < end; at++) {
        tags->seen = ring->keys[at]->id;
        count_those_of(tags, ring->keys[at]);
    }
    done = at == ring->count;
    pthread_rwlock_unlock(&ring->lock);
    return done;
}

void keyring_tags_done(struct keyring_tags *tags)
{
    for (size_t i = 0; i < tags->count; i++)
        mem_free(tags->at[i].name);
    mem_free(tags->at);
    *tags = (struct keyring_tags){ .at = NULL };
}
