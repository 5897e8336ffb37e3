// SPDX-License-Identifier: MIT
/* Keys: their snapshots, from rows of the database. */
#include "team/key.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "team/counters.h"
#include "team/key_build.h"
#include "team/patterns.h"

/* ---- use ----------------------------------------------------------------- */

struct key_use *key_use_new(uint64_t first_ms, uint64_t last_ms)
{
    struct key_use *use = MEM_NEW(struct key_use);

    atomic_init(&use->first_ms, first_ms);
    atomic_init(&use->last_ms, last_ms);
    atomic_init(&use->unsaved, false);
    atomic_init(&use->refs, 1);
    return use;
}

struct key_use *key_use_ref(struct key_use *use)
{
    (void)atomic_fetch_add(&use->refs, 1);
    return use;
}

void key_use_unref(struct key_use *use)
{
    if (use && atomic_fetch_sub(&use->refs, 1) == 1)
        mem_free(use);
}

void key_use_learn(struct key_use *use, uint64_t first_ms, uint64_t last_ms)
{
    uint_fast64_t first = atomic_load(&use->first_ms);
    uint_fast64_t last = atomic_load(&use->last_ms);

    while (first_ms != 0 && (first == 0 || first > first_ms) &&
           !atomic_compare_exchange_weak(&use->first_ms, &first, first_ms))
        continue;
    while (last < last_ms &&
           !atomic_compare_exchange_weak(&use->last_ms, &last, last_ms))
        continue;
}

/* ---- snapshots ----------------------------------------------------------- */

static struct key *make(const struct key_row *row,
                        const struct key_parts *parts)
{
    struct key *key =
        mem_zalloc(sizeof(*key) + row->text_count * sizeof(key->texts[0]));

    atomic_init(&key->refs, 1);
    key->id = row->id;
    key->name = mem_strndup(row->name.at, row->name.len);
    key->enabled = row->enabled;
    key->created_ms = row->created_ms;
    key->changed_ms = row->changed_ms;
    key->revoked_ms = row->revoked_ms;
    key->expires_ms = KEY_NEVER;
    key->expires_after_ms = KEY_NEVER;
    key->doc = mem_strndup(row->doc.at, row->doc.len);
    key->counters = counters_ref(parts->counters);
    key->use = key_use_ref(parts->use);
    key->group = parts->group ? group_cell_ref(parts->group) : NULL;
    key->zone = parts->zone;
    limits_init(&key->limits);
    assert(row->text_count <= KEY_TEXTS_MAX);
    key->text_count = (unsigned char)row->text_count;
    for (size_t i = 0; i < row->text_count; i++) {
        key->texts[i] = row->texts[i];
        key->texts[i].at = (unsigned char)i;
    }
    return key;
}

struct key *key_build(const struct key_row *row, const struct key_parts *parts,
                      struct err *err)
{
    struct json_doc *doc = json_doc_parse(row->doc, err);
    struct key *key = NULL;

    /* A member of a wrong type would be no restriction at all. */
    if (doc && key_check_doc(doc, err)) {
        key = make(row, parts);
        if (!key_fill(key, doc, parts, err)) {
            key_unref(key);
            key = NULL;
        }
    }
    json_doc_free(doc);
    return key;
}

struct key *key_build_disabled(const struct key_row *row,
                               const struct key_parts *parts)
{
    struct key *key = make(row, parts);

    key->damaged = true;
    key->folded = mem_strndup(row->name.at, row->name.len);
    return key;
}

struct key *key_ref(struct key *key)
{
    if (key)
        (void)atomic_fetch_add(&key->refs, 1);
    return key;
}

void key_unref(struct key *key)
{
    if (!key || atomic_fetch_sub(&key->refs, 1) != 1)
        return;
    patterns_free(key->accounts);
    patterns_free(key->models);
    patterns_free(key->deny_models);
    patterns_free(key->clients);
    /* Its own memory, although whoever looks into it may not write there. */
    mem_free((void *)(uintptr_t)key->addresses.at);
    counters_unref(key->counters);
    key_use_unref(key->use);
    group_cell_unref(key->group);
    mem_free(key->name);
    mem_free(key->owner);
    mem_free(key->doc);
    mem_free(key->folded);
    mem_free(key);
}

/* ---- time ---------------------------------------------------------------- */

uint64_t key_expiry(const struct key *key)
{
    uint64_t first_ms;
    uint64_t after_ms;

    if (key->expires_after_ms == KEY_NEVER)
        return key->expires_ms;
    first_ms = atomic_load(&key->use->first_ms);
    after_ms = first_ms ? first_ms + key->expires_after_ms : KEY_NEVER;
    return key->expires_ms < after_ms ? key->expires_ms : after_ms;
}

static uint64_t sooner(uint64_t best_ms, uint64_t at_ms, uint64_t now_wall_ms)
{
    return at_ms > now_wall_ms && at_ms < best_ms ? at_ms : best_ms;
}

uint64_t key_next_end(const struct key *key, uint64_t now_wall_ms)
{
    uint64_t next_ms = sooner(KEY_NEVER, key_expiry(key), now_wall_ms);

    for (size_t i = 0; i < key->text_count; i++)
        next_ms = sooner(next_ms, key->texts[i].expires_ms, now_wall_ms);
    return next_ms;
}

const char *key_state(const struct key *key, uint64_t now_wall_ms)
{
    if (key->revoked_ms != KEY_NEVER)
        return "revoked";
    if (!key_is_on(key))
        return "disabled";
    return key_expiry(key) <= now_wall_ms ? "expired" : "active";
}
