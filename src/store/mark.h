// SPDX-License-Identifier: MIT
/* A file in the data folder, outside the folder of databases, that says: relay keys
   were made here.  A database that is gone (removed, or not mounted) would else mean
   that no key is needed.  It stays when the last key is purged.  Blocking. */
#pragma once

#include "base/err.h"

#define MARK_FILE ".keys"

/* Durable when it returns true; nothing happens if it is there. */
bool mark_set(const char *data_dir, struct err *err) MUST_CHECK;
/* False, and err says what to do, if keys were made here and `database` is missing or
   empty. */
bool mark_check(const char *data_dir, const char *database,
                struct err *err) MUST_CHECK;
