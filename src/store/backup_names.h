// SPDX-License-Identifier: MIT
/* What a backup of a data folder holds: by name. */
#pragma once

#include "base/str.h"

/* The first file in it says that it is one. */
#define BACKUP_MARK "claude-relay-backup.json"
#define BACKUP_FORMAT 1
#define BACKUP_DATABASE "db/relay.db"
#define BACKUP_TOKEN "admin_token"
/* Where a restore puts what it has read, and what was there before. */
#define BACKUP_STAGE "restoring"
#define BACKUP_ASIDE "before-restore-"

/* A file of the data folder that belongs into a backup: documents, with what a crash
   left of them; signs of removals; the admin token; the mark of keys.  Locks and what a running relay
   says of itself do not. */
bool backup_has(struct str name);
