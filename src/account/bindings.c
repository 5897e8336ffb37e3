// SPDX-License-Identifier: MIT
/* A table of sets of eight, made when they are needed: a session has its place in one of
   them. */
#include "account/bindings.h"

#include <pthread.h>

#include "base/mem.h"

#define WAYS 8
#define SETS (BINDINGS_MAX / WAYS)
#define KEEP_AGAIN_MS (600u * 1000)

struct bindings {
    pthread_mutex_t lock;
    uint64_t last_ms;
    struct binding *sets[SETS];  /* of WAYS each, or NULL */
    unsigned char changed[SETS]; /* a bit for each of them */
    size_t next;                 /* the set with which the next part begins */
};

struct bindings *bindings_new(uint64_t last_ms)
{
    struct bindings *bindings = MEM_NEW(struct bindings);

    (void)pthread_mutex_init(&bindings->lock, NULL);
    bindings->last_ms = last_ms;
    return bindings;
}

void bindings_free(struct bindings *bindings)
{
    if (!bindings)
        return;
    (void)pthread_mutex_destroy(&bindings->lock);
    for (size_t i = 0; i < SETS; i++)
        mem_free(bindings->sets[i]);
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
    struct binding **at = &bindings->sets[session % SETS];
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

static void note_change(struct bindings *bindings, const struct binding *place)
{
    size_t set = place->session % SETS;

    bindings->changed[set] |=
        (unsigned char)(1u << (place - bindings->sets[set]));
}

static void put(struct bindings *bindings, uint64_t session, uint64_t account,
                uint64_t until_ms)
{
    struct binding *place = place_of(bindings, session);
    bool keeps = is_worth_keeping(place, session, account, until_ms);

    *place = (struct binding){ session, account, until_ms,
                               keeps ? until_ms : place->kept_until_ms };
    if (keeps)
        note_change(bindings, place);
}

void bindings_put(struct bindings *bindings, uint64_t session, uint64_t account,
                  uint64_t now_ms)
{
    (void)pthread_mutex_lock(&bindings->lock);
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
                                   binding->until_ms, binding->until_ms };
    (void)pthread_mutex_unlock(&bindings->lock);
}

uint64_t bindings_find(struct bindings *bindings, uint64_t session,
                       uint64_t now_ms)
{
    struct binding found = { .session = 0 };

    (void)pthread_mutex_lock(&bindings->lock);
    if (bindings->sets[session % SETS])
        found = *place_of(bindings, session);
    (void)pthread_mutex_unlock(&bindings->lock);
    return found.session == session && found.until_ms > now_ms ? found.account
                                                               : 0;
}

static void take_set(struct bindings *bindings, size_t set,
                     struct bindings_part *part)
{
    for (size_t i = 0; i < WAYS; i++) {
        if (bindings->changed[set] & 1u << i)
            part->at[part->count++] = bindings->sets[set][i];
    }
    bindings->changed[set] = 0;
}

static void take(struct bindings *bindings, struct bindings_part *part)
{
    size_t first = bindings->next;

    for (size_t i = 0; i < SETS && !part->more; i++) {
        size_t set = (first + i) % SETS;

        if (!bindings->changed[set])
            continue;
        part->more = part->count + WAYS > BINDINGS_TAKEN_MAX;
        if (part->more)
            bindings->next = set;
        else
            take_set(bindings, set, part);
    }
}

void bindings_take(struct bindings *bindings, struct bindings_part *part)
{
    part->count = 0;
    part->more = false;
    (void)pthread_mutex_lock(&bindings->lock);
    take(bindings, part);
    (void)pthread_mutex_unlock(&bindings->lock);
}

/* One that was forgotten meanwhile needs no saving. */
void bindings_put_back(struct bindings *bindings,
                       const struct bindings_part *part)
{
    (void)pthread_mutex_lock(&bindings->lock);
    for (size_t i = 0; i < part->count; i++) {
        const struct binding *place = place_of(bindings, part->at[i].session);

        if (place->session == part->at[i].session)
            note_change(bindings, place);
    }
    (void)pthread_mutex_unlock(&bindings->lock);
}
