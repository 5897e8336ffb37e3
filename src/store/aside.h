// SPDX-License-Identifier: MIT
/* A file that is no document, or does not open, makes way for one, and is kept beside
   it: what was meant can be read in it.

       NAME -> NAME and NAME.broken are one file -> NAME is replaced by its owner

   So there is always something at NAME: a link to it never leads nowhere, and
   whatever kills the process, nothing is lost.  Where a file cannot have two names
   (FAT, some of FUSE), it is moved.
   Blocking; under the lock on the folder. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

#define ASIDE_PATH_SIZE 4096

/* Keep the file at `path`, which is about to be replaced, under the first free name
   of `<path>.broken`, `<path>.broken-2` ...; one that is kept already is never
   replaced.  `kept`: that name. */
bool aside_keep(const char *path, char kept[ASIDE_PATH_SIZE],
                struct err *err) MUST_CHECK;
