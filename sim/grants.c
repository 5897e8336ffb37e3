// SPDX-License-Identifier: MIT
/* Token states in an open-addressed table, by hash: the tokens are inventions,
   and a collision of 64 bits does not happen in a test. */
#include "sim/grants.h"

#include "base/macros.h"
#include "base/mem.h"

#define SLOTS 262144u /* a power of two */
#define FILLED_MAX 100000u

struct grant_table {
    size_t filled;
    struct {
        uint64_t hash; /* 0: free */
        enum grant_state state;
    } slots[SLOTS];
};

void grants_init(struct grants *grants)
{
    *grants = (struct grants){ .expires_in = 28800 };
    grants->table = MEM_NEW(struct grant_table);
}

void grants_done(struct grants *grants)
{
    mem_free(grants->table);
}

/* FNV-1a. */
static uint64_t hash_of(struct str token)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < token.len; i++)
        hash = (hash ^ (unsigned char)token.at[i]) * 0x100000001b3u;
    return hash ? hash : 1;
}

static size_t slot_of(const struct grant_table *table, uint64_t hash)
{
    size_t at = hash & (SLOTS - 1);

    while (table->slots[at].hash != 0 && table->slots[at].hash != hash)
        at = (at + 1) & (SLOTS - 1);
    return at;
}

enum grant_state grants_state(const struct grants *grants, struct str token)
{
    const struct grant_table *table = grants->table;

    if (table->filled == 0)
        return GRANT_OK;
    return table->slots[slot_of(table, hash_of(token))].state;
}

static void forget(struct grants *grants)
{
    mem_free(grants->table);
    grants->table = MEM_NEW(struct grant_table);
}

void grants_set(struct grants *grants, struct str token, enum grant_state state)
{
    uint64_t hash = hash_of(token);
    size_t at;

    if (grants->table->filled >= FILLED_MAX)
        forget(grants);
    at = slot_of(grants->table, hash);
    grants->table->filled += grants->table->slots[at].hash == 0;
    grants->table->slots[at].hash = hash;
    grants->table->slots[at].state = state;
}

bool grants_state_named(struct str name, enum grant_state *state)
{
    static const char *const names[] = {
        [GRANT_OK] = "ok",
        [GRANT_EXPIRED] = "expired",
        [GRANT_REVOKED] = "revoked",
        [GRANT_SPENT] = "spent",
    };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_eq(name, str_of(names[i]))) {
            *state = (enum grant_state)i;
            return true;
        }
    }
    return false;
}
