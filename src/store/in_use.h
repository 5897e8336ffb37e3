// SPDX-License-Identifier: MIT
/* Who works on a data folder: the lock of DATA_DIR/.in-use.

     shared  every relay that serves from it, from before it reads anything until it
             ends: from what it has read follows whom it lets in
     alone   a command that works on the folder itself, while it does; so a relay that
             starts meanwhile waits, and reads what the command has left

   Blocking, but short, where nothing else is said; any thread. */
#pragma once

#include <stdint.h>

#include "base/err.h"

#define IN_USE_FILE ".in-use"
/* How long a relay that starts waits for a command. */
#define IN_USE_PATIENCE_MS 30000

enum in_use_how { IN_USE_SHARED, IN_USE_ALONE };

enum in_use {
    IN_USE_TAKEN,
    IN_USE_BY_RELAY,   /* that runs, starts or ends */
    IN_USE_BY_COMMAND, /* or several */
    IN_USE_FAILED,     /* it cannot be locked; err says why */
};

/* Try once.  The folder is there, and was checked (embedded_check_folder()).  `*fd`,
   if it was taken: held until filelock_release(), or the end of the process; else -1,
   and err. */
enum in_use in_use_try(const char *folder, enum in_use_how how, int *fd,
                       struct err *err);
/* Try for so long; the log says what is waited for.  The descriptor, or -1 and err. */
int in_use_wait(const char *folder, enum in_use_how how, uint64_t wait_ms,
                struct err *err);
/* Who has it (IN_USE_TAKEN: nobody had).  Makes nothing. */
enum in_use in_use_look(const char *folder);

/* Does `fd` still lock the file that lies there?  A folder may be emptied, or
   exchanged, under a running relay. */
bool in_use_is_there(const char *folder, int fd);
