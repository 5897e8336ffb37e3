// SPDX-License-Identifier: MIT
/* The embedded store: a folder of JSON files, <key>.json, in the seed's layout.
   Beside them lie .in-use (held, shared, by relays that serve from it) and
   .lock_<name> for the locks of the driver.  The folder itself is locked for each
   change by field. */
#pragma once

#include "crypto/seal.h"
#include "store/driver.h"

/* Opens the folder, made with 0700 if it is missing.  Wrong modes are corrected and
   reported in the log; with a seal, plain secrets are sealed at once.  `seal` may
   be NULL; borrowed.  NULL and err if the folder cannot be used. */
struct store_driver *embedded_open(const char *folder, const struct seal *seal,
                                   struct err *err);

/* From now on nobody seals the folder anew. */
bool embedded_serve(struct store_driver *driver, struct err *err) MUST_CHECK;

/* Does anybody serve from the folder? */
bool embedded_is_served(struct store_driver *driver);

/* Seal everything with `next` (NULL: leave it plain) instead of `now`.  Demands
   that nobody serves from the folder; checks first that everything opens, with
   either of the two, so that an interrupted run can be repeated.  `count`: the
   documents that were changed. */
bool embedded_reseal(const char *folder, const struct seal *now,
                     const struct seal *next, size_t *count,
                     struct err *err) MUST_CHECK;
