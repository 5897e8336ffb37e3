// SPDX-License-Identifier: MIT
/* The time zones in use: each is read once from the system's files and then shared.
   Any thread. */
#pragma once

#include "base/zone.h"

struct zones;

/* `folder`: where the TZif files are; NULL for /usr/share/zoneinfo. */
struct zones *zones_new(const char *folder);
/* Every zone it gave goes with it. */
void zones_free(struct zones *zones);

/* "Asia/Shanghai", "UTC", "+08:00"; lives as long as `zones`.  NULL and
   err, which says what is allowed, if there is no such zone.  The first time a name
   is asked for, a small file is read. */
const struct zone *zones_find(struct zones *zones, struct str name,
                              struct err *err);
