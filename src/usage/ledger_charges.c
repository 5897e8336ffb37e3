// SPDX-License-Identifier: MIT
/* What results of message batches add to limits. */
#include "usage/ledger_charges.h"

#include <stdio.h>

#include "base/mem.h"
#include "team/use_store.h"

void ledger_charges_done(struct ledger_charges *charges)
{
    mem_free(charges->at);
    *charges = (struct ledger_charges){ .at = NULL };
}

void ledger_charges_clear(struct ledger_charges *charges)
{
    charges->count = 0;
}

/* ---- adding up ----------------------------------------------------------- */

static bool is_of(const struct ledger_charge *charge,
                  const struct ledger_charge *other)
{
    return charge->id == other->id && charge->of_group == other->of_group &&
           charge->quarter.start_s == other->quarter.start_s;
}

static struct ledger_charge *room_for_one(struct ledger_charges *charges)
{
    if (charges->count == charges->cap) {
        charges->cap = charges->cap ? 2 * charges->cap : 4;
        charges->at =
            mem_realloc(charges->at, charges->cap * sizeof(charges->at[0]));
    }
    return &charges->at[charges->count];
}

/* Whoever fetches results fetches many: the latest is the likeliest. */
static void add(struct ledger_charges *charges,
                const struct ledger_charge *more)
{
    size_t i = charges->count;

    if (more->id == 0)
        return;
    while (i > 0 && !is_of(&charges->at[i - 1], more))
        i--;
    if (i > 0) {
        use_add(&charges->at[i - 1].quarter.use, &more->quarter.use);
        return;
    }
    *room_for_one(charges) = *more;
    charges->count++;
}

void ledger_charges_add(struct ledger_charges *charges,
                        const struct booking *booking)
{
    struct ledger_charge charge = {
        .id = booking->key_id,
        .quarter = { .start_s =
                         booking->ended_ms / 1000 / QUARTER_S * QUARTER_S,
                     .use = { .cost_microusd = booking->cost_microusd } },
    };

    add(charges, &charge);
    charge.id = booking->group_id;
    charge.of_group = true;
    add(charges, &charge);
}

/* ---- saving -------------------------------------------------------------- */

static bool write_one(const struct ledger_charge *charge, struct sql *sql,
                      struct err *err)
{
    struct counters_unsaved *use = MEM_NEW(struct counters_unsaved);
    bool fine;

    use->subject = charge->of_group ? SUBJECT_OF_GROUP(charge->id)
                                    : SUBJECT_OF_KEY(charge->id);
    use->quarter_count = 1;
    use->quarters[0] = charge->quarter;
    use->total = charge->quarter.use;
    fine = use_store_save(sql, use, err);
    mem_free(use);
    return fine;
}

bool ledger_charges_write(const struct ledger_charges *charges, struct sql *sql,
                          struct err *err)
{
    for (size_t i = 0; i < charges->count; i++) {
        if (!write_one(&charges->at[i], sql, err))
            return false;
    }
    return true;
}

/* ---- in memory ----------------------------------------------------------- */

static void tell_key(struct keyring *ring, struct str id,
                     const struct ledger_charge *charge)
{
    struct key *key = keyring_get(ring, id);

    if (key)
        counters_add_saved(key->counters, &charge->quarter);
    key_unref(key);
}

static void tell_group(struct keyring *ring, struct str id,
                       const struct ledger_charge *charge)
{
    struct key_group *group = keyring_get_group(ring, id);

    if (group)
        counters_add_saved(group->counters, &charge->quarter);
    key_group_unref(group);
}

void ledger_charges_tell(const struct ledger_charges *charges,
                         struct keyring *ring)
{
    char id[24];

    for (size_t i = 0; i < charges->count; i++) {
        const struct ledger_charge *charge = &charges->at[i];

        (void)snprintf(id, sizeof(id), "%llu", (unsigned long long)charge->id);
        if (charge->of_group)
            tell_group(ring, str_of(id), charge);
        else
            tell_key(ring, str_of(id), charge);
    }
}
