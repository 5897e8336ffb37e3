// SPDX-License-Identifier: MIT
/* The keyring: looking up and putting. */
#include <string.h>

#include "base/mem.h"
#include "base/reason.h"
#include "base/shown.h"
#include "team/key_text.h"
#include "team/keyring_internal.h"
#include "team/queue.h"

struct keyring *keyring_new(void)
{
    struct keyring *ring = MEM_NEW(struct keyring);
    pthread_rwlockattr_t attr;

    /* A change must not wait for a gap between look-ups that may never come. */
    (void)pthread_rwlockattr_init(&attr);
    (void)pthread_rwlockattr_setkind_np(
        &attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    (void)pthread_rwlock_init(&ring->lock, &attr);
    (void)pthread_rwlockattr_destroy(&attr);
    (void)pthread_mutex_init(&ring->used_lock, NULL);
    return ring;
}

void keyring_free(struct keyring *ring)
{
    if (!ring)
        return;
    for (size_t i = 0; i < ring->used_count; i++)
        key_unref(ring->used[i]);
    for (size_t i = 0; i < ring->count; i++)
        key_unref(ring->keys[i]);
    for (size_t i = 0; i < ring->group_count; i++)
        group_cell_unref(ring->groups[i]);
    slots_done(&ring->by_text);
    slots_done(&ring->by_name);
    mem_free(ring->used);
    mem_free(ring->keys);
    mem_free(ring->groups);
    (void)pthread_rwlock_destroy(&ring->lock);
    (void)pthread_mutex_destroy(&ring->used_lock);
    mem_free(ring);
}

size_t keyring_count(struct keyring *ring)
{
    size_t count;

    pthread_rwlock_rdlock(&ring->lock);
    count = ring->count;
    pthread_rwlock_unlock(&ring->lock);
    return count;
}

uint64_t keyring_changes(struct keyring *ring)
{
    return atomic_load_explicit(&ring->changes, memory_order_acquire);
}

/* ---- by text ------------------------------------------------------------- */

static uint64_t number_of(const unsigned char hash[HASH_SHA256_LEN])
{
    uint64_t number;

    memcpy(&number, hash, sizeof(number));
    return number;
}

static struct key *key_with(struct key_text *text)
{
    return CONTAINER_OF(text - text->at, struct key, texts);
}

/* Whoever could learn something from how long it takes to compare hashes would have
   to make texts with hashes of his choice. */
static struct key_text *text_of(const struct keyring *ring,
                                const unsigned char *hash)
{
    size_t at = 0;

    for (;;) {
        struct key_text *text =
            slots_next(&ring->by_text, number_of(hash), &at);

        if (!text || memcmp(text->hash, hash, HASH_SHA256_LEN) == 0)
            return text;
    }
}

static enum key_verdict judge(const struct key *key, uint64_t text_expires_ms,
                              uint64_t now_wall_ms)
{
    if (key->revoked_ms != KEY_NEVER)
        return KEY_REVOKED;
    if (text_expires_ms <= now_wall_ms)
        return KEY_REPLACED;
    if (!key_is_on(key))
        return KEY_DISABLED;
    return key_expiry(key) <= now_wall_ms ? KEY_EXPIRED : KEY_FINE;
}

struct key *keyring_find(struct keyring *ring, struct str presented,
                         uint64_t now_wall_ms, enum key_verdict *verdict)
{
    unsigned char hash[HASH_SHA256_LEN];
    struct key_text *text;
    struct key *key = NULL;
    uint64_t expires_ms = 0;

    *verdict = KEY_UNKNOWN;
    if (!key_text_is_valid(presented))
        return NULL;
    hash_sha256(presented, hash);
    pthread_rwlock_rdlock(&ring->lock);
    text = text_of(ring, hash);
    if (text) {
        key = key_ref(key_with(text));
        expires_ms = text->expires_ms;
    }
    pthread_rwlock_unlock(&ring->lock);
    if (key)
        *verdict = judge(key, expires_ms, now_wall_ms);
    return key;
}

bool key_verdict_err(enum key_verdict verdict, const struct key *key,
                     struct err *err)
{
    if (verdict == KEY_FINE)
        return true;
    if (verdict == KEY_UNKNOWN || !key)
        return REASON_SET(err, KEY_UNKNOWN);
    if (verdict == KEY_REVOKED)
        return REASON_SET(err, KEY_REVOKED, key->name);
    if (verdict == KEY_EXPIRED)
        return REASON_SET(err, KEY_EXPIRED, key->name);
    if (verdict == KEY_DISABLED)
        return REASON_SET(err, KEY_DISABLED, key->name);
    return REASON_SET(err, KEY_REPLACED, key->name);
}

bool key_is_usable(const struct key *key, uint64_t now_wall_ms, struct err *err)
{
    return key_verdict_err(judge(key, KEY_NEVER, now_wall_ms), key, err);
}

/* ---- by id and by name --------------------------------------------------- */

size_t keyring_place(const struct keyring *ring, uint64_t id)
{
    size_t from = 0;
    size_t to = ring->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (ring->keys[middle]->id < id)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static struct key *key_of(const struct keyring *ring, uint64_t id)
{
    size_t at = keyring_place(ring, id);

    return at < ring->count && ring->keys[at]->id == id ? ring->keys[at] : NULL;
}

static uint64_t number_of_name(struct str name)
{
    unsigned char hash[HASH_SHA256_LEN];

    hash_sha256(name, hash);
    return number_of(hash);
}

static struct key *key_named(const struct keyring *ring, struct str name)
{
    uint64_t number = number_of_name(name);
    size_t at = 0;

    for (;;) {
        struct key *key = slots_next(&ring->by_name, number, &at);

        if (!key || str_eq(str_of(key->name), name))
            return key;
    }
}

struct key *keyring_get(struct keyring *ring, struct str id_or_name)
{
    struct key *key;
    uint64_t id;

    pthread_rwlock_rdlock(&ring->lock);
    key = key_ref(str_to_u64(id_or_name, INT64_MAX, &id)
                      ? key_of(ring, id)
                      : key_named(ring, id_or_name));
    pthread_rwlock_unlock(&ring->lock);
    return key;
}

struct key *keyring_need(struct keyring *ring, struct str id_or_name,
                         struct err *err)
{
    struct key *key = keyring_get(ring, id_or_name);
    char text[SHOWN_MAX];

    if (!key)
        (void)REASON_SET(err, KEY_NOT_FOUND, shown(id_or_name, text));
    return key;
}

/* ---- putting ------------------------------------------------------------- */

static void enter(struct keyring *ring, struct key *key)
{
    for (size_t i = 0; i < key->text_count; i++)
        slots_put(&ring->by_text, number_of(key->texts[i].hash),
                  &key->texts[i]);
    slots_put(&ring->by_name, number_of_name(str_of(key->name)), key);
    if (key->group)
        group_cell_enter(key->group);
}

static void leave(struct keyring *ring, struct key *key)
{
    for (size_t i = 0; i < key->text_count; i++)
        (void)slots_remove(&ring->by_text, number_of(key->texts[i].hash),
                           &key->texts[i]);
    (void)slots_remove(&ring->by_name, number_of_name(str_of(key->name)), key);
    if (key->group)
        group_cell_leave(key->group);
}

static void make_room(struct keyring *ring, size_t count)
{
    if (count <= ring->cap)
        return;
    ring->cap = count > 2 * ring->cap ? count : 2 * ring->cap;
    ring->keys = mem_realloc(ring->keys, ring->cap * sizeof(struct key *));
}

void keyring_reserve(struct keyring *ring, size_t keys)
{
    pthread_rwlock_wrlock(&ring->lock);
    slots_reserve(&ring->by_text, keys);
    slots_reserve(&ring->by_name, keys);
    make_room(ring, keys);
    pthread_rwlock_unlock(&ring->lock);
}

/* What stood there before, or NULL. */
static struct key *put_in_line(struct keyring *ring, struct key *key)
{
    size_t at = keyring_place(ring, key->id);
    struct key *old = at < ring->count ? ring->keys[at] : NULL;

    if (!old || old->id != key->id) {
        make_room(ring, ring->count + 1);
        memmove(ring->keys + at + 1, ring->keys + at,
                (ring->count - at) * sizeof(struct key *));
        ring->count++;
        old = NULL;
    }
    ring->keys[at] = key;
    return old;
}

/* The last reference frees: outside the lock.  Those who wait are called after the new
   snapshot can be found. */
void keyring_put(struct keyring *ring, struct key *key)
{
    struct key *old;

    pthread_rwlock_wrlock(&ring->lock);
    old = put_in_line(ring, key);
    if (old)
        leave(ring, old);
    enter(ring, key);
    (void)key_ref(key);
    pthread_rwlock_unlock(&ring->lock);
    keyring_count_change(ring);
    queue_owner_changed(key->counters, key->changed_ms);
    key_unref(key);
    key_unref(old);
}

void keyring_remove(struct keyring *ring, uint64_t id)
{
    struct key *key;
    size_t at;

    pthread_rwlock_wrlock(&ring->lock);
    at = keyring_place(ring, id);
    key = key_of(ring, id);
    if (key) {
        leave(ring, key);
        ring->count--;
        memmove(ring->keys + at, ring->keys + at + 1,
                (ring->count - at) * sizeof(struct key *));
    }
    pthread_rwlock_unlock(&ring->lock);
    keyring_count_change(ring);
    if (key)
        queue_owner_changed(key->counters, key->changed_ms);
    key_unref(key);
}
