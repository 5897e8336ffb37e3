// SPDX-License-Identifier: MIT
/* A file on its way into the place of another, so that a crash at any moment leaves
   the old one or the new one:

       made in the same folder -> filled, fsync -> renamed -> fsync of the folder

   It is called .<name>.<base>-<unique>.tmp.  `base` tells which file it replaces
   (16 hex digits of its inode, size and time, or zeros for none), so that what a
   crash leaves can be told from what was overtaken (store/rescue.h).  `unique`: so
   that two processes never meet in one.  Blocking; one thread at a time. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#define TEMPORARY_PATH_SIZE 4096
#define TEMPORARY_BASE_LEN 16
#define TEMPORARY_ENDING ".tmp"

struct stat;

struct temporary {
    char folder[TEMPORARY_PATH_SIZE];
    char path[TEMPORARY_PATH_SIZE];
    char target[TEMPORARY_PATH_SIZE];
    int fd;
    bool reserved;
    size_t size; /* of what was reserved */
    char *map;   /* of what was reserved, or NULL */
    size_t map_size;
    bool noted; /* what was noted lies in no other file yet */
};

/* Makes an empty one (0600).  Afterwards it is owned: temporary_done(). */
bool temporary_open(struct temporary *temporary, const char *folder,
                    const char *name, struct err *err) MUST_CHECK;
/* Allocate room for so many bytes, and hold the file, so that others can tell that
   it still has an owner. */
bool temporary_reserve(struct temporary *temporary, size_t size,
                       struct err *err) MUST_CHECK;
/* It holds this, and zeros behind it, without a system call (where room can be
   mapped, and is large enough): whatever kills the process from now on leaves it there, whole.  For what exists nowhere else; any
   thread, while nobody else uses it.  False without room that was reserved. */
bool temporary_note(struct temporary *temporary, struct str content);
/* It holds this, and nothing else, durably.  Without room for it, what was noted
   stays. */
bool temporary_fill(struct temporary *temporary, struct str content,
                    struct err *err) MUST_CHECK;
/* Into place, durably.  `create`: ERR_EXISTS if the other file exists.  Fails, too, if
   another file lies where it was made. */
bool temporary_move(struct temporary *temporary, bool create,
                    struct err *err) MUST_CHECK;
/* Removes it if it was not moved, and nothing was noted; what was is durable. */
void temporary_done(struct temporary *temporary);

/* The base of what replaces this file; NULL: there is none. */
void temporary_base(const struct stat *info, char base[TEMPORARY_BASE_LEN + 1]);
/* Is `file` called as a temporary one?  `name` is what it would become, and `base`
   lies in `file` or is empty (as those were called that had none). */
bool temporary_parse(struct str file, struct str *name, struct str *base);
