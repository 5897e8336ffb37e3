// SPDX-License-Identifier: MIT
/* A sign that a document was removed because somebody asked for that: the file
   .removed_<key>.  Other processes that hold the document in memory tell a removal
   by it from a file that is away for a moment.  It means nothing while there is a
   document, unless it is the very one that is about to be removed.
   Blocking; under the lock on the folder, where nothing else is said. */
#pragma once

#include "base/err.h"

struct stat;

/* Durable when it returns true.  `doc`: the file that is being removed, or NULL. */
bool tombstone_put(const char *folder, const char *key, const struct stat *doc,
                   struct err *err) MUST_CHECK;
/* Any process, at any time. */
bool tombstone_is_there(const char *folder, const char *key);
/* The document was made again. */
void tombstone_clear(const char *folder, const char *key);
/* There is a document, `doc`: one that was put back by hand makes the sign void.
   Any process, at any time. */
void tombstone_settle(const char *folder, const char *key,
                      const struct stat *doc);
/* Remove those that are older than a day: whoever had to see them did. */
void tombstone_sweep(const char *folder);
