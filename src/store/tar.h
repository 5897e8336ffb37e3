// SPDX-License-Identifier: MIT
/* Tar files, as far as a backup needs them: regular files with names of up to 255
   bytes.  What is written is POSIX (ustar, and pax for long names and large files);
   what is read may come from GNU tar as well.  Blocking. */
#pragma once

#include "base/err.h"
#include "base/str.h"

#define TAR_NAME_MAX 255
#define TAR_BLOCK 512

/* ---- writing ------------------------------------------------------------ */

struct tar_file {
    const char *name;
    uint64_t mtime_s;
    uint64_t size;
    const char *content; /* or NULL: from `fd`, which must have so much */
    int fd;
};
bool tar_add(int tar, const struct tar_file *file, struct err *err) MUST_CHECK;
/* What says that it is complete. */
bool tar_end(int tar, struct err *err) MUST_CHECK;

/* ---- reading ------------------------------------------------------------ */

struct tar_reader {
    int fd;
    uint64_t left;    /* of the present file */
    uint64_t padding; /* behind it */
};

struct tar_entry {
    char name[TAR_NAME_MAX +
              1]; /* without "./" in front; may be anything else */
    uint64_t size;
};

static inline struct tar_reader tar_reader_of(int fd)
{
    return (struct tar_reader){ .fd = fd };
}
/* The next regular file; folders are passed over, links and devices are errors.
   `*more` is false at the end, which must be marked as such: one that was cut off is
   an error (ERR_BROKEN). */
bool tar_next(struct tar_reader *tar, struct tar_entry *entry, bool *more,
              struct err *err) MUST_CHECK;
/* Up to `size` bytes of its content; `*got` is 0 when there are no more. */
bool tar_read(struct tar_reader *tar, char *out, size_t size, size_t *got,
              struct err *err) MUST_CHECK;
