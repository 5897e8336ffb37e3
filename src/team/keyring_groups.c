// SPDX-License-Identifier: MIT
/* The groups of the keyring: few, in a line by rising id.  A group's cell stays while
   the group is changed, so that its keys need not be. */
#include <string.h>

#include "base/mem.h"
#include "base/reason.h"
#include "base/shown.h"
#include "team/keyring_internal.h"
#include "team/queue.h"

/* Cells are changed by the thread that puts, and only there. */
static size_t place_of(const struct keyring *ring, uint64_t id, bool *found)
{
    size_t at = 0;

    *found = false;
    for (; at < ring->group_count; at++) {
        struct key_group *group = group_cell_get(ring->groups[at]);
        uint64_t there = group->id;

        key_group_unref(group);
        if (there >= id) {
            *found = there == id;
            break;
        }
    }
    return at;
}

struct group_cell *keyring_group_cell(struct keyring *ring, uint64_t id)
{
    struct group_cell *cell = NULL;
    bool found;
    size_t at;

    pthread_rwlock_rdlock(&ring->lock);
    at = place_of(ring, id, &found);
    if (found)
        cell = group_cell_ref(ring->groups[at]);
    pthread_rwlock_unlock(&ring->lock);
    return cell;
}

size_t keyring_group_keys(struct keyring *ring, uint64_t id)
{
    struct group_cell *cell = keyring_group_cell(ring, id);
    size_t keys = cell ? group_cell_keys(cell) : 0;

    group_cell_unref(cell);
    return keys;
}

struct key_group *keyring_get_group(struct keyring *ring, struct str id_or_name)
{
    struct key_group *group = NULL;
    uint64_t id = 0;
    bool by_id = str_to_u64(id_or_name, INT64_MAX, &id);

    pthread_rwlock_rdlock(&ring->lock);
    for (size_t i = 0; i < ring->group_count && !group; i++) {
        group = group_cell_get(ring->groups[i]);
        if (by_id ? group->id != id
                  : !str_eq(str_of(group->name), id_or_name)) {
            key_group_unref(group);
            group = NULL;
        }
    }
    pthread_rwlock_unlock(&ring->lock);
    return group;
}

struct key_group *keyring_need_group(struct keyring *ring,
                                     struct str id_or_name, struct err *err)
{
    struct key_group *group = keyring_get_group(ring, id_or_name);
    char text[SHOWN_MAX];

    if (!group)
        (void)REASON_SET(err, GROUP_NOT_FOUND, shown(id_or_name, text));
    return group;
}

void keyring_put_group(struct keyring *ring, struct key_group *group)
{
    struct key_group *shown = key_group_ref(group);
    bool found;
    size_t at;

    pthread_rwlock_wrlock(&ring->lock);
    at = place_of(ring, group->id, &found);
    if (found) {
        group_cell_put(ring->groups[at], group);
    } else {
        ring->groups =
            mem_realloc(ring->groups,
                        (ring->group_count + 1) * sizeof(struct group_cell *));
        memmove(ring->groups + at + 1, ring->groups + at,
                (ring->group_count - at) * sizeof(struct group_cell *));
        ring->groups[at] = group_cell_new(group);
        ring->group_count++;
    }
    pthread_rwlock_unlock(&ring->lock);
    keyring_count_change(ring);
    queue_owner_changed(shown->counters, shown->changed_ms);
    key_group_unref(shown);
}

void keyring_remove_group(struct keyring *ring, uint64_t id)
{
    struct group_cell *cell = NULL;
    struct key_group *group;
    bool found;
    size_t at;

    pthread_rwlock_wrlock(&ring->lock);
    at = place_of(ring, id, &found);
    if (found) {
        cell = ring->groups[at];
        ring->group_count--;
        memmove(ring->groups + at, ring->groups + at + 1,
                (ring->group_count - at) * sizeof(struct group_cell *));
    }
    pthread_rwlock_unlock(&ring->lock);
    keyring_count_change(ring);
    if (!cell)
        return;
    group = group_cell_get(cell);
    queue_owner_changed(group->counters, group->changed_ms);
    key_group_unref(group);
    group_cell_unref(cell);
}

size_t keyring_group_count(struct keyring *ring)
{
    size_t count;

    pthread_rwlock_rdlock(&ring->lock);
    count = ring->group_count;
    pthread_rwlock_unlock(&ring->lock);
    return count;
}

struct key_group *keyring_after_group(struct keyring *ring, uint64_t after)
{
    struct key_group *group = NULL;
    bool found;
    size_t at;

    pthread_rwlock_rdlock(&ring->lock);
    at = place_of(ring, after + 1, &found);
    if (at < ring->group_count)
        group = group_cell_get(ring->groups[at]);
    pthread_rwlock_unlock(&ring->lock);
    return group;
}

void keyring_each_group(struct keyring *ring,
                        bool (*visit)(void *arg, struct key_group *group),
                        void *arg)
{
    struct key_group *group;
    uint64_t after = 0;
    bool more = true;

    while (more) {
        group = keyring_after_group(ring, after);
        if (!group)
            return;
        after = group->id;
        more = visit(arg, group);
        key_group_unref(group);
    }
}
