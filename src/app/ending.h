// SPDX-License-Identifier: MIT
/* A relay that ends, and the next one on its folder.  What keys have used since the last
   save is in the memory of the one that ends, until that has saved it, and a locked
   database can take it a while: whoever counted from what is saved by then would let
   through what is used up already.  So the one that ends holds a lock meanwhile, and
   the next one reads the keys afterwards.

       serves -> ENDING: DATA_DIR/.ending is held -> all is saved, and let go of

   Blocking; main thread. */
#pragma once

#include <stdint.h>

#include "base/str.h"

#define ENDING_FILE ".ending"

/* Longer than the records are tried for at the end. */
#define ENDING_WAIT_MS 45000

/* From now on it ends.  The descriptor, for filelock_release() once all is saved; -1 if
   it cannot be held, which the log says. */
int ending_begin(struct str data_dir);

/* Before anything of the folder is read: wait until no relay ends there any more, for so
   long at most.  The log says that it waits, and if that was in vain.  Makes and
   changes nothing in a folder where none has ended. */
void ending_wait(struct str data_dir, uint64_t wait_ms);
