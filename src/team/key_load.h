// SPDX-License-Identifier: MIT
/* Reading all keys, groups and what was counted at the start. */
#pragma once

#include "store/sql.h"
#include "team/keyring.h"

struct counters;
struct unsaved;
struct zones;

/* What is loaded refers to these. */
struct key_load {
    struct keyring *ring;
    struct zones *zones;
    const struct zone *zone; /* of keys and groups that name none */
    struct unsaved *unsaved; /* NULL: nothing that is counted is saved */
    struct counters *all;    /* histories of all keys; or NULL */
};

/* Into an empty keyring; for records_do().  A key whose document cannot be used is
   switched off, and the log says so. */
bool key_load(struct sql *sql, const struct key_load *into,
              struct err *err) MUST_CHECK;
