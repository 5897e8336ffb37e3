// SPDX-License-Identifier: MIT
/* A backup, read and checked in a folder of its own, before it takes its place.
   Blocking. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "store/tar.h"

struct restore_stage {
    const char *file;     /* the backup, as it was named, */
    int from;             /* and open */
    const char *data_dir; /* likewise */
    int data;
    int folder;       /* made: DATA_DIR/restoring/; -1 at first, */
    int inner;        /* and the folder of databases in it; likewise */
    bool resumed;     /* an interrupted restore left it */
    size_t files;     /* so many are in it, */
    uint64_t made_ms; /* and it was made then, since 1970 */
    bool counted;     /* its mark says what is in it: */
    uint64_t want_files;
    bool want_database;
    bool has_database;
};
/* False and err if the backup is not whole, or holds what none does; documents are
   parsed, and the database is opened, brought up to this program's schema and
   checked.  What an interrupted restore left in the folder goes first; the folder is
   there all the time. */
bool restore_stage_fill(struct restore_stage *stage,
                        struct err *err) MUST_CHECK;
/* What is in the folders goes, and they are closed. */
void restore_stage_empty(struct restore_stage *stage);
/* The same, and they go, too. */
bool restore_stage_remove(struct restore_stage *stage,
                          struct err *err) MUST_CHECK;
