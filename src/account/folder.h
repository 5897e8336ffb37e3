// SPDX-License-Identifier: MIT
/* The accounts of a store, as read last.  Blocking; one thread. */
#pragma once

#include "account/account.h"
#include "store/driver.h"

/* One account, and what the log was told about its document, so that it is told
   once. */
struct folder_entry {
    struct account *account; /* a reference */
    char complaint[200];
    bool doubled;
    bool held; /* memory is ahead of the store: reading does not replace it */
};

/* Sorted by name. */
struct folder {
    struct folder_entry *at;
    size_t count;
};

/* Read all accounts into `now`.  One that cannot be used while `before` has a good
   snapshot of it leaves that snapshot in use, as does one that is held there.
   False if the store cannot be read; `now` is empty then. */
bool folder_read(struct store_driver *driver, const struct folder *before,
                 struct folder *now, struct err *err) MUST_CHECK;

/* Put a snapshot (a reference, taken over) in place of what is there. */
void folder_put(struct folder *folder, struct account *account, bool held);

/* Forget the entry of this name and kind, if there is one. */
void folder_remove(struct folder *folder, const struct account *account);

/* Gives back the references. */
void folder_done(struct folder *folder);
