// SPDX-License-Identifier: MIT
/* Everything about relay keys that a running relay, or a command, has one of: the
   keyring, changes of it, and what writes behind.  Any thread, where nothing else is
   said. */
#pragma once

#include "base/loop.h"
#include "store/records.h"
#include "team/counters.h"
#include "team/key_change.h"
#include "team/keyring.h"

struct keys;
struct zones;

struct keys_options {
    struct loop *loop; /* changes are made, and use is written, on its thread */
    struct records *records;
    struct zones *zones;
    const struct zone *zone; /* of keys and groups that name none */
    const char *data_dir; /* where it is marked that keys were made; or NULL */
    /* Show within a second what other processes change, though nothing is asked of
       this one. */
    bool watches;
};

/* Loads all keys and groups; blocking, at the start.  All of the options stay as long
   as this does. */
struct keys *keys_open(const struct keys_options *options, struct err *err);
/* No more changes, and what was counted is handed to the records; on the loop's
   thread, once no request is left, before records_stop().  NULL is fine, and so is
   once more. */
void keys_stop(struct keys *keys);
/* After the records were stopped and the loop was freed.  NULL is fine. */
void keys_free(struct keys *keys);

struct keyring *keys_ring(struct keys *keys);
struct key_changes *keys_changes(struct keys *keys);
/* Of all keys together: histories only (SUBJECT_ALL). */
struct counters *keys_all(struct keys *keys);
/* What writes behind, in case that somebody rides along. */
struct use_flush *keys_flush(struct keys *keys);
const struct zone *keys_zone(const struct keys *keys);
