// SPDX-License-Identifier: MIT
/* The accounts that are known, and what was last read of each.  Memory only; one
   thread. */
#pragma once

#include "account/reading.h"

/* One account, and what the log was told about its document, so that it is told
   once. */
struct folder_entry {
    struct account *account; /* a reference */
    char complaint[480];     /* about its file, or empty */
    bool doubled;
    bool held; /* memory is ahead of the store: reading does not replace it */
};

/* Sorted by name, and those of one name by kind: the first of them counts. */
struct folder {
    struct folder_entry *at;
    size_t count;
};

/* Take in what was read of one account.  A good snapshot is never given up for a
   file that is broken, away or older: it stays in use, and says so
   (account->file_problem).  Only a removal that was asked for removes. */
void folder_apply(struct folder *folder, const struct reading *reading);

/* Put a snapshot (a reference, taken over) in place of what is there. */
void folder_put(struct folder *folder, struct account *account, bool held);

/* What is there cannot be used after all: show this snapshot (a reference, taken over),
   which says why, in its place. */
void folder_spoil(struct folder *folder, struct account *account);

/* Forget the entry of this name and kind, if there is one. */
void folder_remove(struct folder *folder, const struct account *account);

/* Is this the entry that counts of its name? */
bool folder_counts(const struct folder *folder, size_t i);

/* Gives back the references. */
void folder_done(struct folder *folder);
