// SPDX-License-Identifier: MIT
/* What lets others look at the running relay. */
#include "app/looks.h"

void looks_begin(struct looks *looks, const struct looks_options *options)
{
    const struct place *place = options->place;

    looks->running = running_new();
    looks->attention = attention_new(
        &(struct attention_options){ .accounts = place->accounts,
                                     .ring = keys_ring(place->keys),
                                     .ledger = place->ledger,
                                     .store = place->store,
                                     .records = place->records,
                                     .prices = place->prices,
                                     .notifier = options->notifier });
    looks->live =
        live_new(&(struct live_options){ .loop = place->loop,
                                         .running = looks->running,
                                         .attention = looks->attention,
                                         .accounts = place->accounts,
                                         .ring = keys_ring(place->keys),
                                         .sessions = options->sessions,
                                         .ledger = place->ledger,
                                         .records = place->records,
                                         .zone = place->zone,
                                         .facts = options->facts });
}

void looks_stop(struct looks *looks)
{
    live_stop(looks->live);
}

void looks_done(struct looks *looks)
{
    live_free(looks->live);
    attention_free(looks->attention);
    running_free(looks->running);
}
