// SPDX-License-Identifier: MIT
/* What needs somebody, now: made of the same looks as notices (notify/look), whether they
   are sent or not, and of what the relay complains about.  Since when it is so is
   remembered between looks.  One thread at a time. */
#pragma once

#include "account/accounts.h"
#include "base/json.h"
#include "notify/event.h"
#include "notify/notifier.h"
#include "store/records.h"
#include "store/store.h"
#include "team/keyring.h"
#include "usage/ledger.h"
#include "usage/price_board.h"

/* More are counted. */
#define ATTENTION_MAX 200

struct attention;

/* All borrowed; NULL: there is none. */
struct attention_options {
    struct accounts *accounts;
    struct keyring *ring;
    struct ledger *ledger;
    struct store *store;
    struct records *records;
    struct price_board *prices;
    struct notifier *notifier;
};

struct attention *attention_new(const struct attention_options *options);
/* NULL is fine. */
void attention_free(struct attention *attention);

/* How things are now: all accounts, and all keys and groups. */
void attention_look(struct attention *attention);

/* {"items":[{"what","severity","subject","since","until","message","details"}],"more":0}, as of
   the last look: the worst first, then the oldest.  The caller's. */
struct json_doc *attention_doc(const struct attention *attention);
/* How many there were. */
size_t attention_count(const struct attention *attention);
