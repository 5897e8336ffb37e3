// SPDX-License-Identifier: MIT
/* The embedded store: a folder of JSON files, <key>.json, in the seed's layout.
   Beside them lie .in-use (store/in_use.h) and .lock_<name> for the locks of the
   driver.  The folder itself is locked for each
   change by field. */
#pragma once

#include "crypto/seal.h"
#include "store/driver.h"

/* Opens the folder, made with 0700 if it is missing.  Wrong modes are corrected and
   reported in the log; with a seal, plain secrets are sealed at once.  `seal` may
   be NULL; borrowed.  NULL and err if the folder cannot be used. */
struct store_driver *embedded_open(const char *folder, const struct seal *seal,
                                   struct err *err);

/* Make the folder if it is missing, and see that it is the user's own and whole,
   before anything in it is trusted or made; as embedded_open() does first. */
bool embedded_check_folder(const char *folder, struct err *err) MUST_CHECK;

/* Seal everything with `next` (NULL: leave it plain) instead of `now`.  Demands
   that nobody serves from the folder; checks first that everything opens, also what
   a crash left, with either of the two, so that an interrupted run can be repeated;
   then what a crash left is put right, for it is not sealed anew.  `count`: the
   documents that were changed. */
bool embedded_reseal(const char *folder, const struct seal *now,
                     const struct seal *next, size_t *count,
                     struct err *err) MUST_CHECK;
