// SPDX-License-Identifier: MIT
/* Accounts whose lock or file kept the last refresh from going on
   (account->refresh_problem): is that still so?  Gathered and shown where accounts
   are changed; tried on the store's thread. */
#pragma once

#include "account/accounts.h"

struct trouble {
    struct account *account; /* a reference */
    bool is_over;
};

struct troubles {
    struct trouble *at;
    size_t count;
};

/* Those that there are; none is the usual answer. */
void troubles_gather(struct troubles *troubles, struct accounts *accounts);
/* Do all that a refresh does before it asks: take the lock, read the document, have
   room for the next one.  Blocking. */
void troubles_try(struct troubles *troubles, struct store_driver *driver);
/* What is over is shown no longer. */
void troubles_show(const struct troubles *troubles, struct accounts *accounts);
/* Gives back the references. */
void troubles_done(struct troubles *troubles);
