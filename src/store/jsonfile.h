// SPDX-License-Identifier: MIT
/* Small files that must not be lost: read whole, written durably.  Blocking; not
   on a worker's loop. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#define JSONFILE_MAX (1024u * 1024)

/* Append the whole file to `out`; err if it is missing (ERR_NOT_FOUND),
   unreadable, no regular file, or larger than what fits (JSONFILE_MAX is the usual
   ceiling). */
bool jsonfile_read(const char *path, struct buf *out,
                   struct err *err) MUST_CHECK;

/* The same of one that is open. */
bool jsonfile_read_from(int fd, struct buf *out, struct err *err) MUST_CHECK;

/* Replace `folder`/`name` so that a crash at any moment leaves the old file or the
   new one (store/temporary.h).  `create`: fail if it exists already.  A failure leaves no temporary
   file behind. */
bool jsonfile_write(const char *folder, const char *name, struct str content,
                    bool create, struct err *err) MUST_CHECK;

/* Make the folder (0700) if it is missing, and remove temporary files that a crash
   left in it (those older than ten minutes, and of no *.json). */
bool jsonfile_make_folder(const char *folder, struct err *err) MUST_CHECK;

/* Make what was made, renamed or removed in the folder durable. */
bool jsonfile_sync_folder(const char *folder, struct err *err) MUST_CHECK;
