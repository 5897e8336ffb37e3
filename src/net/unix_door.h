// SPDX-License-Identifier: MIT
/* A listening Unix socket in a folder, for this user and root alone, and the way to
   it.

   The file has mode 0600 under any umask, and takes its place by a rename: whoever
   connects meanwhile reaches the one before or the new one.  What a crash left is
   replaced.  Paths that are too long for an address (107 bytes) go through
   /proc/self/fd.  Blocking, but short; any thread. */
#pragma once

#include <sys/types.h>

#include "base/err.h"

struct unix_door {
    int fd; /* non-blocking, close-on-exec */
    /* Of its file. */
    dev_t device;
    ino_t inode;
    bool unfit; /* it could not be opened: the file system has no sockets */
};

/* Bind and listen; whatever lies at `folder`/`name` is replaced.  Call it under a
   lock that all who may listen there take. */
bool unix_door_open(struct unix_door *door, const char *folder,
                    const char *name, struct err *err) MUST_CHECK;
/* Does its file still lie there, so that new connections come to it? */
bool unix_door_is_there(const struct unix_door *door, const char *folder,
                        const char *name);
/* Close it, and remove its file, unless another lies there by now. */
void unix_door_close(struct unix_door *door, const char *folder,
                     const char *name);

/* Connect to it: a descriptor (close-on-exec, blocking), or -1 and err, which is
   ERR_NOT_FOUND if nobody listens there. */
int unix_door_connect(const char *folder, const char *name, struct err *err);
