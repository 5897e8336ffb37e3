// SPDX-License-Identifier: MIT
/* Writing without waiting for whoever reads.  Descriptors 1 and 2 are shared with
   other processes, so their own flags are never changed.  Any thread. */
#pragma once

#include <sys/types.h>

#include "base/str.h"

enum out_kind {
    OUT_FILE, /* or a device: it takes all there is */
    OUT_PIPE,
    OUT_SOCKET,
    OUT_TERMINAL,
};

enum out_kind out_kind_of(int fd);
/* One write(2); EAGAIN if nothing is taken now.  At most PIPE_BUF at once, but for
   files. */
ssize_t out_try(int fd, enum out_kind kind, struct str part);
/* All of it, while a reader takes some of it now and then: one that takes nothing
   is waited for so long.  False if it is not all written. */
bool out_within(int fd, struct str text, unsigned wait_ms);
