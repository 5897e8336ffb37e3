// SPDX-License-Identifier: MIT
/* Where the control socket is: in DATA_DIR.  If the file system there has no sockets
   (some of FUSE, SMB), it is in RUNTIME_DIRECTORY, else in XDG_RUNTIME_DIR, under a
   name that follows from DATA_DIR's real path, and DATA_DIR/.control_at holds its
   path.  Blocking; any thread. */
#pragma once

#include "base/buf.h"
#include "net/unix_door.h"

#define CONTROL_SOCKET "control.sock"
#define CONTROL_AT ".control_at"
#define CONTROL_NAME_SIZE 48
/* Of the whole path, at most. */
#define CONTROL_PATH_MAX 8192

struct control_at {
    struct unix_door door;
    char *folder; /* NULL: DATA_DIR */
    char name[CONTROL_NAME_SIZE];
};

#define CONTROL_AT_NONE                                                        \
    {                                                                          \
        .door = {.fd = -1 }                                                    \
    }

/* Listen where it can be, and keep the place.  Under the lock of those who may listen;
   `at` is closed.  A runtime folder has to be this user's, and nobody else may
   write there. */
bool control_at_open(struct control_at *at, const char *data_dir,
                     struct err *err) MUST_CHECK;
/* Do new connections come to it? */
bool control_at_is_there(const struct control_at *at, const char *data_dir);
/* Removes what is still its own: the socket, and what was kept of its place. */
void control_at_close(struct control_at *at, const char *data_dir);

/* Connect to whoever listens, and append the socket's path to `path`: a descriptor
   (close-on-exec, blocking), or -1 and err, which is ERR_NOT_FOUND if nobody does.
   The caller asks the kernel who it is: the place is not trusted. */
int control_at_connect(const char *data_dir, struct buf *path, struct err *err);

/* Where a relay would listen: append the path.  False and err: nowhere. */
bool control_at_try(const char *data_dir, struct buf *path,
                    struct err *err) MUST_CHECK;
