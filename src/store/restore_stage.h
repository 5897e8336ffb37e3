// SPDX-License-Identifier: MIT
/* A backup, read and checked in a folder of its own, before it takes its place.
   Blocking. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "store/tar.h"

struct restore_stage {
    const char *file; /* the backup */
    char folder
        [4096];   /* made; one that an interrupted restore left goes first */
    size_t files; /* so many are in it, */
    uint64_t made_ms;   /* and it was made then, since 1970 */
    struct err ignored; /* for the caller */
};
/* False and err if the backup is not whole, or holds what none does; documents are
   parsed, and the database is opened, brought up to this program's schema and
   checked. */
bool restore_stage_fill(struct restore_stage *stage,
                        struct err *err) MUST_CHECK;
/* With all that is in it; one that is not there is fine. */
bool restore_stage_remove(const char *folder, struct err *err) MUST_CHECK;
/* 0700, the data folder's owner's; it must not be there. */
bool restore_make_folder(const char *path, struct err *err) MUST_CHECK;
