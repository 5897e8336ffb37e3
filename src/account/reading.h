// SPDX-License-Identifier: MIT
/* What the store says of accounts: read and parsed on its thread, carried to
   whoever shows it (account/accounts.h).  Blocking; one thread at a time. */
#pragma once

#include "account/account.h"
#include "store/driver.h"

enum reading_state {
    READING_FOUND,   /* `account`, perhaps one with a problem */
    READING_REMOVED, /* on purpose */
    READING_AWAY,    /* it is not there, and nobody asked for that */
    READING_OLDER,   /* `account` has a grant that is known to be spent */
};

struct reading {
    const struct account_kind *kind;
    char name[ACCOUNT_NAME_MAX + 1];
    enum reading_state state;
    struct account *account; /* a reference, or NULL */
};

struct readings {
    struct reading *at;
    size_t count;
    size_t room;
    size_t listed; /* the first of them, sorted by key */
    bool
        too_many; /* more than an account folder may hold: the rest is left out */
};

/* More than anybody has. */
#define READING_MAX 10000

/* Read one document.  Keys that are no account's, and keys that were read before,
   add nothing. */
void readings_add(struct readings *readings, struct store_driver *driver,
                  const char *key);
/* Read all that the store lists.  False if it cannot be listed. */
bool readings_add_all(struct readings *readings, struct store_driver *driver,
                      struct err *err) MUST_CHECK;
/* A document that was read already (taken over), or the lack of it. */
void readings_put(struct readings *readings, const struct account_kind *kind,
                  struct str name, struct json_doc *doc);
/* Gives back what it holds. */
void readings_done(struct readings *readings);
