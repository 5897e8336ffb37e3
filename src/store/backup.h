// SPDX-License-Identifier: MIT
/* A copy of everything that the relay keeps in a data folder, as one tar file, and the
   way back.  Blocking: for commands. */
#pragma once

#include <stddef.h>

#include "base/err.h"

#define BACKUP_PATH_SIZE 4096

struct backup_making {
    const char *data_dir;
    /* Where it goes: a new file (0600), there when it is complete; what is there
       already if it is a pipe or a character device; "-", or another name of it:
       standard output. */
    const char *file;
    bool
        force; /* a file that is there is replaced when the new one is complete */
    bool without_token; /* DATA_DIR/admin_token stays out of it */
    /* What came of it. */
    size_t files;
    uint64_t
        bytes; /* of the tar file; 0 if it went through a pipe or the like */
    bool on_output; /* standard output holds it */
};
/* ERR_EXISTS if a file is in the way; links and what else a file may be are left as
   they are.  A relay may go on using the folder: documents are taken at one moment,
   and the database as it is at one, before anything is written.  Secrets that are sealed
   stay sealed. */
bool backup_make(struct backup_making *making, struct err *err) MUST_CHECK;

/* The same of a folder that this process has open itself, into a descriptor.  Whose the
   files are was looked at when it was opened: to look again would open and close the
   database beside SQLite, which loses its locks then. */
bool backup_write(struct backup_making *making, int fd,
                  struct err *err) MUST_CHECK;

struct backup_restore {
    const char *file;     /* "-": standard input */
    const char *data_dir; /* made if it is missing */
    bool force; /* what is there is kept aside; else it is in the way */
    /* What came of it. */
    size_t files;
    uint64_t made_ms;             /* when the backup was made, since 1970 */
    char aside[BACKUP_PATH_SIZE]; /* where what was there lies now, or empty */
};
/* Everything of the backup, or, on failure, what was there.  ERR_BUSY while a relay
   serves from the folder, ERR_EXISTS if something is in the way.  One that was
   interrupted is noticed by the next start, which is refused until it is repeated. */
bool backup_restore(struct backup_restore *restore, struct err *err) MUST_CHECK;

/* Is there anything in the folder that a backup would hold?  Also if that cannot be
   found out; nothing is made. */
bool backup_finds_any(const char *data_dir);

/* A restore of this folder was begun and did not end: ERR_CONFIG, and err says what to
   do. */
bool backup_check_folder(const char *data_dir, struct err *err) MUST_CHECK;
