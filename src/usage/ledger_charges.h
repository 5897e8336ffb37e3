// SPDX-License-Identifier: MIT
/* What a batch of bookings adds to the limits of keys and groups.  Requests under way
   are counted where they are admitted (team/admission); results of message batches only
   here: whether one is new is known when it is written.  Saved in the transaction of
   the bookings, so that each is charged once, whatever happens.  Used by one thread at
   a time. */
#pragma once

#include "store/sql.h"
#include "team/counters.h"
#include "team/keyring.h"
#include "usage/booking.h"

/* Of one key or group, in one quarter of an hour. */
struct ledger_charge {
    uint64_t id;
    bool of_group;
    struct use_quarter quarter;
};

struct ledger_charges {
    struct ledger_charge *at;
    size_t count;
    size_t cap;
};

/* All zero is empty. */
void ledger_charges_done(struct ledger_charges *charges);

/* A batch begins. */
void ledger_charges_clear(struct ledger_charges *charges);
/* A result of a message batch, which is booked for the first time.  It is no request,
   and its tokens were not used in this minute: what counts is its cost. */
void ledger_charges_add(struct ledger_charges *charges,
                        const struct booking *booking);
/* In the transaction of the rows. */
bool ledger_charges_write(const struct ledger_charges *charges, struct sql *sql,
                          struct err *err) MUST_CHECK;
/* It was committed: limits go by it from now on.  Any thread. */
void ledger_charges_tell(const struct ledger_charges *charges,
                         struct keyring *ring);
