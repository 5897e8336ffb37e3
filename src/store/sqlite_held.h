// SPDX-License-Identifier: MIT
/* Databases in folders that are held (store/held.h). */
#pragma once

#include <sqlite3.h>

#include "store/sqlite_internal.h"

/* Opens self->path.  SQLite asks where links lead and opens what they led to then; a
   path made of a descriptor it is made to take as it is, for what the folder is
   called may lead elsewhere in the next moment.  Afterwards sqlite_held_done(), once
   the connection is closed. */
int sqlite_held_open(struct sqlite *self);
void sqlite_held_done(struct sqlite *self);
