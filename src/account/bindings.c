// SPDX-License-Identifier: MIT
/* A table of sets of eight, made when they are needed: a session has its place in one of
   them. */
#include "account/bindings.h"

#include <pthread.h>

#include "base/mem.h"

#define WAYS 8
#define KEEP_AGAIN_MS (600u * 1000)

struct bindings {
    pthread_mutex_t lock;
    uint64_t last_ms;
    size_t count;
    struct binding **sets;  /* of WAYS each, or NULL */
    unsigned char *changed; /* a bit for each of them */
    size_t next;            /* the set with which the next part begins */
};

struct bindings *bindings_new(uint64_t last_ms, size_t max)
{
    struct bindings *bindings = MEM_NEW(struct bindings);

    (void)pthread_mutex_init(&bindings->lock, NULL);
    bindings->last_ms = last_ms;
    bindings->count = max / WAYS;
    bindings->sets = mem_zalloc(bindings->count * sizeof(bindings->sets[0]));
    bindings->changed = mem_zalloc(bindings->count);
    return bindings;
}

void bindings_free(struct bindings *bindings)
{
    if (!bindings)
        return;
    (void)pthread_mutex_destroy(&bindings->lock);
    for (size_t i = 0; i < bindings->count; i++)
        mem_free(bindings->sets[i]);
    mem_free(bindings->sets);
    mem_free(bindings->changed);
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
    struct binding **at = &bindings->sets[session % bindings->count];
    struct binding *set = *at ? *at : mem_zalloc(WAYS * sizeof(**at));
    struct binding *place = &set[0];

    *at = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].session == session)
            return &set[i];
        if (set[i].until_ms < place->until_ms)
            place = &set[i];
    }
    return place;
}

/* Renewed a little, it is as good as it is kept. */
static bool is_worth_keeping(const struct binding *place, uint64_t session,
                             uint64_t account, uint64_t until_ms)
{
    return place->session != session || place->account != account ||
           until_ms > place->kept_until_ms + KEEP_AGAIN_MS;
}

static void note_change(struct bindings *bindings, size_t set,
                        const struct binding *place)
{
    bindings->changed[set] |=
        (unsigned char)(1u << (place - bindings->sets[set]));
}

static void put(struct bindings *bindings, uint64_t session, uint64_t account,
                uint64_t until_ms)
{
    struct binding *place = place_of(bindings, session);
    bool keeps = is_worth_keeping(place, session, account, until_ms);

    *place = (struct binding){ session, account, until_ms,
                               keeps ? until_ms : place->kept_until_ms,
                               place->kept };
    if (keeps)
        note_change(bindings, session % bindings->count, place);
}

void bindings_put(struct bindings *bindings, uint64_t session, uint64_t account,
                  uint64_t now_ms)
{
    (void)pthread_mutex_lock(&bindings->lock);
    put(bindings, session, account, now_ms + bindings->last_ms);
    (void)pthread_mutex_unlock(&bindings->lock);
}

/* Of the session, and not over. */
static bool is_bound(const struct binding *place, uint64_t session,
                     uint64_t now_ms)
{
    return place->session == session && place->until_ms > now_ms;
}

void bindings_renew(struct bindings *bindings, uint64_t session, uint64_t was,
                    uint64_t account, uint64_t now_ms)
{
    const struct binding *place;

    (void)pthread_mutex_lock(&bindings->lock);
    place = place_of(bindings, session);
    if (!is_bound(place, session, now_ms) || place->account == was ||
        place->account == account)
        put(bindings, session, account, now_ms + bindings->last_ms);
    (void)pthread_mutex_unlock(&bindings->lock);
}

void bindings_restore(struct bindings *bindings, const struct binding *binding)
{
    struct binding *place;

    (void)pthread_mutex_lock(&bindings->lock);
    place = place_of(bindings, binding->session);
    if (place->until_ms <= binding->until_ms)
        *place = (struct binding){ binding->session, binding->account,
                                   binding->until_ms, binding->until_ms,
                                   binding->session };
    (void)pthread_mutex_unlock(&bindings->lock);
}

uint64_t bindings_find(struct bindings *bindings, uint64_t session,
                       uint64_t now_ms)
{
    struct binding found = { .session = 0 };

    (void)pthread_mutex_lock(&bindings->lock);
    if (bindings->sets[session % bindings->count])
        found = *place_of(bindings, session);
    (void)pthread_mutex_unlock(&bindings->lock);
    return is_bound(&found, session, now_ms) ? found.account : 0;
}

static void forget_in(struct bindings *bindings, size_t set, uint64_t account)
{
    for (size_t i = 0; i < WAYS; i++) {
        struct binding *place = &bindings->sets[set][i];

        if (place->account != account)
            continue;
        *place = (struct binding){ .kept = place->kept };
        note_change(bindings, set, place);
    }
}

void bindings_forget(struct bindings *bindings, uint64_t account)
{
    (void)pthread_mutex_lock(&bindings->lock);
    for (size_t set = 0; set < bindings->count; set++) {
        if (bindings->sets[set])
            forget_in(bindings, set, account);
    }
    (void)pthread_mutex_unlock(&bindings->lock);
}

/* Whatever its place held when it was taken last is replaced by it. */
static void take_place(struct binding *set, size_t i,
                       struct bindings_part *part)
{
    if (set[i].session == 0 && set[i].kept == 0)
        return;
    part->place[part->count] = (unsigned char)i;
    part->at[part->count++] = set[i];
    set[i].kept = set[i].session;
}

static void take_set(struct bindings *bindings, size_t set,
                     struct bindings_part *part)
{
    for (size_t i = 0; i < WAYS; i++) {
        if (bindings->changed[set] & 1u << i)
            take_place(bindings->sets[set], i, part);
    }
    bindings->changed[set] = 0;
}

static void take(struct bindings *bindings, size_t max,
                 struct bindings_part *part)
{
    size_t first = bindings->next;

    for (size_t i = 0; i < bindings->count && !part->more; i++) {
        size_t set = (first + i) % bindings->count;

        if (!bindings->changed[set])
            continue;
        part->more = part->count + WAYS > max;
        if (part->more)
            bindings->next = set;
        else
            take_set(bindings, set, part);
    }
}

void bindings_take(struct bindings *bindings, size_t max,
                   struct bindings_part *part)
{
    part->count = 0;
    part->more = false;
    (void)pthread_mutex_lock(&bindings->lock);
    take(bindings, max, part);
    (void)pthread_mutex_unlock(&bindings->lock);
}

/* Nothing was saved of its place, whatever that holds by now. */
static void put_back(struct bindings *bindings, const struct binding *taken,
                     size_t i)
{
    uint64_t number = taken->session ? taken->session : taken->kept;
    size_t set = number % bindings->count;
    struct binding *place = &bindings->sets[set][i];

    if (place->kept == taken->session)
        place->kept = taken->kept;
    note_change(bindings, set, place);
}

void bindings_put_back(struct bindings *bindings,
                       const struct bindings_part *part)
{
    (void)pthread_mutex_lock(&bindings->lock);
    for (size_t i = 0; i < part->count; i++)
        put_back(bindings, &part->at[i], part->place[i]);
    (void)pthread_mutex_unlock(&bindings->lock);
}
