// SPDX-License-Identifier: MIT
/* Where the records lie: DATA_DIR/db/relay.db.  Blocking. */
#pragma once

#include "base/err.h"

#define RECORDS_FOLDER "db"
#define RECORDS_FILE "relay.db"
#define RECORDS_PATH_SIZE 4096

/* The path of the file, which is made, empty, if it is missing, with its folder: db/
   0700, the file 0600; root's in a service user's folder are that user's.  False and
   err if either is not this user's alone, or if the file is gone that had keys
   (store/mark.h). */
bool records_file_prepare(const char *data_dir, char path[RECORDS_PATH_SIZE],
                          struct err *err) MUST_CHECK;
/* An empty file that nobody had made, for a copy. */
bool records_file_make(const char *path, struct err *err) MUST_CHECK;
