// SPDX-License-Identifier: MIT
/* How things are now, as events: of accounts, of bookings, and of what keys and groups
   have used of their budgets.  Reads what others share by their own locks; keeps nothing
   itself. */
#pragma once

#include "account/list.h"
#include "notify/event.h"
#include "team/counters.h"
#include "team/keyring.h"
#include "usage/ledger.h"

struct look {
    void (*see)(void *arg, const struct event *event);
    void *arg;
    struct counters_now now;
};

/* Those that are switched off are passed over: somebody knows. */
void look_accounts(const struct look *look, const struct account_list *list);
void look_bookings(const struct look *look, const struct ledger_state *state);

/* How far it has come through keys, then groups.  Zeroed: at the beginning. */
struct look_keys {
    bool groups;
    uint64_t after; /* the id */
};
/* At `max` keys or groups at the most, for there may be many.  True: these were the last
   ones, and it is at the beginning again. */
bool look_keys(const struct look *look, struct look_keys *at,
               struct keyring *ring, size_t max);
