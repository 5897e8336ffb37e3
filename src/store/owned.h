// SPDX-License-Identifier: MIT
/* The files of the data folder belong to one user, and nobody else can write them.
   Modes are changed on regular files of ours only, through descriptors that follow
   no link; what root makes in a service user's folder becomes that user's.
   Blocking; any thread. */
#pragma once

#include <sys/stat.h>

#include "base/err.h"

/* Look at the folder, at the start and before anything in it is trusted: neither it
   nor a file in it may belong to, or be writable by, another user (a file in a folder
   that no other can enter is not).  What others may read of files of ours is taken
   away (and of the folder, if it has no other uses) and reported in the log; nothing is
   changed that a link leads to, which must be shut already.  False: err says which path, and what to do. */
bool owned_folder(const char *folder, struct err *err) MUST_CHECK;

/* The same for the folder of databases in it, which owned_folder() looks at, too: one
   that is missing is fine.  A mode that lets others write there is an error: they
   may have put a database in place. */
bool owned_databases(const char *folder, struct err *err) MUST_CHECK;

/* The same for one file in the folder, before it is read; the error is ERR_IO.  One
   that is missing is fine. */
bool owned_file(const char *path, struct err *err) MUST_CHECK;

/* To be called with whatever was made at `path` (a file, or a folder): if root made
   it in another user's folder, it becomes that user's. */
bool owned_give(int fd, const char *path, struct err *err) MUST_CHECK;

/* `mode` lets others in: it becomes `want`; the log says so, or what to do. */
void owned_shut(int fd, const char *path, mode_t mode, unsigned want);
