// SPDX-License-Identifier: MIT
/* Reading what an import is made of: a file, all files of a folder that have the
   format, or standard input.  Nothing is written.  Blocking. */
#pragma once

#include "import/formats.h"

#define IMPORT_READ_MAX (64u * 1024 * 1024)

struct import_reading {
    /* NULL: a folder is taken for another folder of a relay's, anything else is known by
       what it holds; it says afterwards which. */
    const struct import_format *format;
    uint64_t now_ms; /* wall clock */
    struct import_list *list;
};

/* `path` is "-" for standard input.  False and err, which names the file, if there is
   nothing to read, or a single file is something else; of a folder, a file that is
   becomes a candidate that says so. */
bool import_read(struct import_reading *reading, const char *path,
                 struct err *err) MUST_CHECK;
