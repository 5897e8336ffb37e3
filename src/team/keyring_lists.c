// SPDX-License-Identifier: MIT
/* Lists of keys, and which were used. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "team/keyring_internal.h"
#include "team/queue.h"

/* ---- searching ----------------------------------------------------------- */

#define FOLDED_MAX 256

/* A text that is looked for, in small letters; longer than anything is found
   nowhere. */
struct folded {
    char at[FOLDED_MAX];
    size_t len;
    bool impossible;
};

static struct folded fold(struct str text)
{
    struct folded folded = { .len = text.len,
                             .impossible = text.len > FOLDED_MAX };

    for (size_t i = 0; i < text.len && !folded.impossible; i++)
        folded.at[i] = text.at[i] >= 'A' && text.at[i] <= 'Z'
                           ? (char)(text.at[i] - 'A' + 'a')
                           : text.at[i];
    return folded;
}

static bool is_in(const struct folded *folded, struct str text)
{
    return folded->len == 0 ||
           (!folded->impossible &&
            memmem(text.at, text.len, folded->at, folded->len));
}

struct search {
    const struct keyring_query *query;
    struct folded all;
    struct folded name;
    struct folded owner;
    struct folded tag;
    uint64_t group_id; /* 0: any */
    bool nothing;      /* it asks for a group that is not there */
    uint64_t now_wall_ms;
};

static bool has_tag(struct str tags, const struct folded *tag)
{
    struct str one;

    if (tag->len == 0)
        return true;
    while (str_next(&tags, '\n', &one)) {
        if (!tag->impossible && str_eq(one, (struct str){ tag->at, tag->len }))
            return true;
    }
    return false;
}

static bool is_of_group(const struct key *key, uint64_t id)
{
    struct key_group *group = key_group_of(key);
    bool is = group && group->id == id;

    key_group_unref(group);
    return is;
}

/* One that is younger than the moment says nothing by not having been used since. */
static bool was_used(const struct key *key, const struct keyring_query *query)
{
    uint64_t last_ms = atomic_load(&key->use->last_ms);

    return last_ms >= query->used_since_ms &&
           (query->unused_since_ms == 0 ||
            (last_ms < query->unused_since_ms &&
             key->created_ms < query->unused_since_ms));
}

/* The folded text has a line each: name, owner, tags. */
static bool fits(const struct key *key, const struct search *search)
{
    struct str folded = str_of(key->folded);
    struct str name = str_sub(folded, 0, str_index(folded, '\n'));
    struct str rest = str_from(folded, name.len + 1);
    struct str owner = str_sub(rest, 0, str_index(rest, '\n'));

    return is_in(&search->all, folded) && is_in(&search->name, name) &&
           is_in(&search->owner, owner) &&
           has_tag(str_from(rest, owner.len + 1), &search->tag) &&
           (search->group_id == 0 || is_of_group(key, search->group_id)) &&
           was_used(key, search->query) &&
           (search->query->state.len == 0 ||
            str_eq(search->query->state,
                   str_of(key_state(key, search->now_wall_ms))));
}

static void prepare(struct keyring *ring, const struct keyring_query *query,
                    struct search *search)
{
    struct key_group *group;

    search->query = query;
    search->all = fold(query->search);
    search->name = fold(query->name);
    search->owner = fold(query->owner);
    search->tag = fold(query->tag);
    if (query->group.len == 0)
        return;
    group = keyring_get_group(ring, query->group);
    search->nothing = !group;
    search->group_id = group ? group->id : 0;
    key_group_unref(group);
}

/* One that matches: counted, and shown if it is of this page. */
static void add(struct keyring_page *page, struct key *key, size_t max)
{
    page->total++;
    if (page->next != 0)
        return;
    if (page->count == max)
        page->next = page->at[max - 1]->id;
    else
        page->at[page->count++] = key_ref(key);
}

/* Whoever follows pages has been told the total: counting again on each would make a
   long list a matter of squares. */
static bool is_over(const struct keyring_query *query,
                    const struct keyring_page *page)
{
    return page->seen == UINT64_MAX ||
           (!keyring_is_sorted(query) && query->after != 0 && page->next != 0);
}

/* Counters are behind locks of their own, which costs more. */
static size_t step_of(const struct keyring_query *query)
{
    return query->order > KEYRING_BY_LAST_USE ? KEYRING_STEP / 16
                                              : KEYRING_STEP;
}

static void take(const struct search *search, struct key *key, size_t max,
                 struct keyring_page *page)
{
    if (keyring_is_sorted(search->query))
        keyring_sort_in(page, key, search->query, search->now_wall_ms);
    else
        add(page, key, max);
}

/* Under the lock. */
static void look(struct keyring *ring, const struct search *search, size_t max,
                 struct keyring_page *page)
{
    size_t at = keyring_place(ring, page->seen + 1);
    size_t step = step_of(search->query);
    size_t end = ring->count - at < step ? ring->count : at + step;

    for (; at < end && !is_over(search->query, page); at++) {
        page->seen = ring->keys[at]->id;
        if (fits(ring->keys[at], search))
            take(search, ring->keys[at], max, page);
    }
    if (at == ring->count)
        page->seen = UINT64_MAX;
}

void keyring_page_begin(const struct keyring_query *query,
                        struct keyring_page *page)
{
    page->count = 0;
    page->total = 0;
    page->next = 0;
    page->seen = keyring_is_sorted(query) ? 0 : query->after;
}

bool keyring_page_step(struct keyring *ring, const struct keyring_query *query,
                       uint64_t now_wall_ms, struct keyring_page *page)
{
    struct search search = { .now_wall_ms = now_wall_ms };
    size_t max = query->max < KEYRING_PAGE_MAX ? query->max : KEYRING_PAGE_MAX;

    prepare(ring, query, &search);
    if (search.nothing || max == 0 || is_over(query, page))
        return true;
    pthread_rwlock_rdlock(&ring->lock);
    look(ring, &search, max, page);
    pthread_rwlock_unlock(&ring->lock);
    return is_over(query, page);
}

void keyring_page(struct keyring *ring, const struct keyring_query *query,
                  uint64_t now_wall_ms, struct keyring_page *page)
{
    keyring_page_begin(query, page);
    while (!keyring_page_step(ring, query, now_wall_ms, page))
        continue;
}

void keyring_page_done(struct keyring_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        key_unref(page->at[i]);
    page->count = 0;
}

void keyring_page_cut(struct keyring_page *page, size_t count)
{
    assert(count > 0);
    if (count >= page->count)
        return;
    for (size_t i = count; i < page->count; i++)
        key_unref(page->at[i]);
    page->count = count;
    page->next = page->at[count - 1]->id;
}

void keyring_each(struct keyring *ring,
                  bool (*visit)(void *arg, struct key *key), void *arg)
{
    struct keyring_query query = { .max = KEYRING_PAGE_MAX };
    struct keyring_page page;
    bool more = true;

    do {
        keyring_page(ring, &query, 0, &page);
        for (size_t i = 0; i < page.count && more; i++)
            more = visit(arg, page.at[i]);
        query.after = page.next;
        keyring_page_done(&page);
    } while (more && query.after != 0);
}

struct key *keyring_after(struct keyring *ring, uint64_t after)
{
    struct key *key;
    size_t at;

    pthread_rwlock_rdlock(&ring->lock);
    at = keyring_place(ring, after + 1);
    key = at < ring->count ? key_ref(ring->keys[at]) : NULL;
    pthread_rwlock_unlock(&ring->lock);
    return key;
}

/* ---- those who wait ------------------------------------------------------ */

/* Nothing of them was changed. */
static bool call_at_group(void *arg, struct key_group *group)
{
    (void)arg;
    queue_owner_changed(group->counters, group->changed_ms);
    return true;
}

void keyring_call_waiting(struct keyring *ring)
{
    pthread_rwlock_rdlock(&ring->lock);
    for (size_t i = 0; i < ring->count; i++)
        queue_owner_changed(ring->keys[i]->counters, ring->keys[i]->changed_ms);
    pthread_rwlock_unlock(&ring->lock);
    keyring_each_group(ring, call_at_group, NULL);
}

/* ---- use ----------------------------------------------------------------- */

/* Half of what is promised, for saving takes a while. */
#define ACCURATE_MS 30000

static void list_used(struct keyring *ring, struct key *key)
{
    if (atomic_exchange(&key->use->unsaved, true))
        return;
    pthread_mutex_lock(&ring->used_lock);
    if (ring->used_count == ring->used_cap) {
        ring->used_cap = ring->used_cap ? 2 * ring->used_cap : 64;
        ring->used =
            mem_realloc(ring->used, ring->used_cap * sizeof(struct key *));
    }
    ring->used[ring->used_count++] = key_ref(key);
    pthread_mutex_unlock(&ring->used_lock);
}

void keyring_tell_first_use(struct keyring *ring, void (*tell)(void *arg),
                            void *arg)
{
    pthread_mutex_lock(&ring->used_lock);
    ring->tell_first = tell;
    ring->tell_arg = arg;
    pthread_mutex_unlock(&ring->used_lock);
}

static void tell_first_use(struct keyring *ring)
{
    pthread_mutex_lock(&ring->used_lock);
    if (ring->tell_first)
        ring->tell_first(ring->tell_arg);
    pthread_mutex_unlock(&ring->used_lock);
}

void keyring_used(struct keyring *ring, struct key *key, uint64_t now_wall_ms)
{
    struct key_use *use = key->use;
    uint_fast64_t never = 0;
    uint_fast64_t last_ms = atomic_load(&use->last_ms);
    bool is_first;

    if (last_ms != 0 && now_wall_ms < last_ms + ACCURATE_MS)
        return;
    is_first =
        atomic_compare_exchange_strong(&use->first_ms, &never, now_wall_ms);
    atomic_store(&use->last_ms, now_wall_ms);
    list_used(ring, key);
    if (is_first)
        tell_first_use(ring);
}

size_t keyring_take_used(struct keyring *ring, struct key **out, size_t max)
{
    size_t count = 0;

    pthread_mutex_lock(&ring->used_lock);
    while (count < max && ring->used_count > 0) {
        out[count] = ring->used[--ring->used_count];
        atomic_store(&out[count++]->use->unsaved, false);
    }
    pthread_mutex_unlock(&ring->used_lock);
    return count;
}

void keyring_used_again(struct keyring *ring, struct key *key)
{
    list_used(ring, key);
}
