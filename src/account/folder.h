// SPDX-License-Identifier: MIT
/* The account files of a data folder, read once.  Blocking; one thread. */
#pragma once

#include "account/account.h"

/* One account, and what the log was told about its file, so that it is told
   once. */
struct folder_entry {
    struct account *account; /* a reference */
    char complaint[200];
    bool open_to_others;
    bool doubled;
};

/* Sorted by name. */
struct folder {
    struct folder_entry *at;
    size_t count;
};

/* Read all account files below `path` into `now`.  A file that cannot be used
   while `before` has a good snapshot of it leaves that snapshot in use.  False if
   the folder cannot be read; `now` is empty then. */
bool folder_read(const char *path, const struct folder *before,
                 struct folder *now, struct err *err) MUST_CHECK;

/* Gives back the references. */
void folder_done(struct folder *folder);
