// SPDX-License-Identifier: MIT
/* Groups of keys: snapshots, and the cells in which keys find the present one. */
#include <pthread.h>

#include "base/mem.h"
#include "team/counters.h"
#include "team/key_build.h"

/* ---- snapshots ----------------------------------------------------------- */

static struct key_group *make(const struct key_group_row *row,
                              const struct key_parts *parts)
{
    struct key_group *group = MEM_NEW(struct key_group);

    atomic_init(&group->refs, 1);
    group->id = row->id;
    group->name = mem_strndup(row->name.at, row->name.len);
    group->created_ms = row->created_ms;
    group->changed_ms = row->changed_ms;
    group->doc = mem_strndup(row->doc.at, row->doc.len);
    group->counters = counters_ref(parts->counters);
    group->zone = parts->zone;
    limits_init(&group->limits);
    return group;
}

struct key_group *key_group_build(const struct key_group_row *row,
                                  const struct key_parts *parts,
                                  struct err *err)
{
    struct json_doc *doc = json_doc_parse(row->doc, err);
    struct key_group *group = NULL;

    if (doc && key_group_check_doc(doc, err)) {
        group = make(row, parts);
        if (!key_fill_zone(&group->zone, doc, parts, err) ||
            !key_fill_limits(&group->limits, doc, err)) {
            key_group_unref(group);
            group = NULL;
        }
    }
    json_doc_free(doc);
    return group;
}

struct key_group *key_group_build_closed(const struct key_group_row *row,
                                         const struct key_parts *parts)
{
    struct key_group *group = make(row, parts);

    group->damaged = true;
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        group->limits.at[i] = 0;
    return group;
}

struct key_group *key_group_ref(struct key_group *group)
{
    if (group)
        (void)atomic_fetch_add(&group->refs, 1);
    return group;
}

void key_group_unref(struct key_group *group)
{
    if (!group || atomic_fetch_sub(&group->refs, 1) != 1)
        return;
    counters_unref(group->counters);
    mem_free(group->name);
    mem_free(group->doc);
    mem_free(group);
}

/* ---- cells --------------------------------------------------------------- */

struct group_cell {
    pthread_mutex_t mutex;
    struct key_group *group; /* a reference */
    atomic_uint refs;
    atomic_size_t keys; /* of the keyring, that are in it */
};

struct group_cell *group_cell_new(struct key_group *group)
{
    struct group_cell *cell = MEM_NEW(struct group_cell);

    (void)pthread_mutex_init(&cell->mutex, NULL);
    cell->group = group;
    atomic_init(&cell->refs, 1);
    atomic_init(&cell->keys, 0);
    return cell;
}

struct group_cell *group_cell_ref(struct group_cell *cell)
{
    (void)atomic_fetch_add(&cell->refs, 1);
    return cell;
}

void group_cell_unref(struct group_cell *cell)
{
    if (!cell || atomic_fetch_sub(&cell->refs, 1) != 1)
        return;
    key_group_unref(cell->group);
    (void)pthread_mutex_destroy(&cell->mutex);
    mem_free(cell);
}

void group_cell_enter(struct group_cell *cell)
{
    (void)atomic_fetch_add(&cell->keys, 1);
}

void group_cell_leave(struct group_cell *cell)
{
    (void)atomic_fetch_sub(&cell->keys, 1);
}

size_t group_cell_keys(const struct group_cell *cell)
{
    return atomic_load(&cell->keys);
}

void group_cell_put(struct group_cell *cell, struct key_group *group)
{
    struct key_group *old;

    pthread_mutex_lock(&cell->mutex);
    old = cell->group;
    cell->group = group;
    pthread_mutex_unlock(&cell->mutex);
    key_group_unref(old);
}

struct key_group *group_cell_get(struct group_cell *cell)
{
    struct key_group *group;

    pthread_mutex_lock(&cell->mutex);
    group = key_group_ref(cell->group);
    pthread_mutex_unlock(&cell->mutex);
    return group;
}

struct key_group *key_group_of(const struct key *key)
{
    return key->group ? group_cell_get(key->group) : NULL;
}
