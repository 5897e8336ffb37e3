// SPDX-License-Identifier: MIT
/* Work in a folder that another user may change meanwhile, as root does in a service
   user's: folders are held by their descriptors, and names are looked up in those, so
   that no link put in the way leads anywhere else.  Blocking; any thread. */
#pragma once

#include "base/err.h"

#define HELD_PATH_SIZE 320 /* of a name in a folder that is held */

/* All descriptors are closed by the caller; `path` is for texts. */

/* A data folder, as DATA_DIR names it: links to it are looked at (base/links.h).
   -1 and err if that fails, ERR_NOT_FOUND if there is none. */
int held_open(const char *path, struct err *err);
/* A folder in one that is held, neither a link nor another user's.  Likewise. */
int held_enter(int folder, const char *name, const char *path, struct err *err);
/* Makes a folder (0700) in one that is held.  It is this process's user's, so that
   nobody else gets into it, until it is given away.  -1 and err. */
int held_make(int folder, const char *name, const char *path, struct err *err);
/* What root has made becomes that of the owner of `folder`. */
bool held_give(int fd, int folder, const char *path,
               struct err *err) MUST_CHECK;

/* Goes through the names in it, which may change meanwhile; `visit` returns false to
   end it.  False if it was ended, or cannot be read. */
bool held_each(int folder, bool (*visit)(void *arg, const char *name),
               void *arg);
/* Removes all that is in it, but no folders. */
void held_empty(int folder);

/* The path of a file in it, for those that take paths only (SQLite), which leads
   there whatever the folder is called by now.  Root's is made of the descriptor;
   others get `path`, for what they work in is their own. */
const char *held_path(int folder, const char *name, const char *path,
                      char out[HELD_PATH_SIZE]);
