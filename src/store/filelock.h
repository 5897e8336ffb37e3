// SPDX-License-Identifier: MIT
/* Locks on files, for processes that share a folder: flock(2), which ends with the
   process.  The files (0600) stay: removing one would let two hold "it".
   Any thread. */
#pragma once

#include <stdint.h>

#include "base/err.h"

enum filelock_kind {
    FILELOCK_FOLDER, /* on a folder; exclusive, if nobody holds it */
    FILELOCK_TRY,    /* on a file; likewise */
    FILELOCK_SHARED, /* on a file; with others that want it shared */
};

/* A descriptor, closed by filelock_release(); -1 and err if it failed; -1 with
   err->code ERR_BUSY if somebody else holds it. */
int filelock_take(const char *path, enum filelock_kind kind, struct err *err);
/* The same, tried for so long.  Blocking: for the start, and for commands. */
int filelock_wait(const char *path, enum filelock_kind kind, uint64_t wait_ms,
                  struct err *err);
void filelock_release(int fd);
