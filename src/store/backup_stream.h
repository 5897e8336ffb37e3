// SPDX-License-Identifier: MIT
/* A backup of the data folder of a relay that runs, as bytes that come through a pipe:
   made by a thread of its own, as fast as they are read.  All is taken before the first
   byte comes: whoever reads slowly keeps no other backup waiting.  One whose reader goes
   away ends, and leaves nothing behind.  Loop thread only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct backup_stream;

/* NULL and err if it cannot begin.  `with_token`: with DATA_DIR/admin_token. */
struct backup_stream *backup_stream_start(const char *data_dir, bool with_token,
                                          struct err *err);
/* It ends soon, if it did not.  NULL is fine. */
void backup_stream_free(struct backup_stream *stream);

/* To be watched: readable when there is something, and at the end. */
int backup_stream_fd(const struct backup_stream *stream);

enum backup_stream_got {
    BACKUP_STREAM_SOME,
    BACKUP_STREAM_NOTHING_YET,
    BACKUP_STREAM_END,
    BACKUP_STREAM_FAILED, /* what came is no backup */
};
/* Up to `size` bytes. */
enum backup_stream_got backup_stream_read(struct backup_stream *stream,
                                          char *out, size_t size, size_t *got,
                                          struct err *err);
/* At the end: how many files it has, and how long it is. */
size_t backup_stream_files(const struct backup_stream *stream);
uint64_t backup_stream_bytes(const struct backup_stream *stream);
