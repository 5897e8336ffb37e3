// SPDX-License-Identifier: MIT
/* Changing keys and groups: the one place that does.  One change after the other, on
   the loop that was given: the database first, then memory, so that what was answered
   is durable and a revoked key is refused by the very next look-up of every worker.

       asked -> QUEUED -> being written -> shown in the keyring -> answered
                  '--------- it cannot be: nothing was changed ------'

   A change that its asker freed early is carried through all the same.

   Other processes may write into the database.  Before each change, and every second
   if that is asked for, it is looked whether they did, and what they changed is shown
   (team/key_turn has the order); a change that they were faster than is made again to
   what is there now. */
#pragma once

#include "base/loop.h"
#include "store/audit.h"
#include "store/records.h"
#include "team/keyring.h"

struct key_changes;
struct key_change;
struct unsaved;
struct zones;

struct key_changes_options {
    struct loop *loop; /* changes are made on its thread */
    struct records *records;
    struct keyring *ring;
    struct zones *zones;
    const struct zone *zone; /* of keys and groups that name none */
    struct unsaved *unsaved; /* of the counters of new ones; or NULL */
    const char *data_dir; /* where it is marked that keys were made; or NULL */
    /* What sql_others() said before `ring` was filled. */
    uint64_t others;
    /* Look so often whether others have written; 0: only before a change. */
    uint64_t look_every_ms;
};

/* All of it stays as long as this does. */
struct key_changes *key_changes_new(const struct key_changes_options *options);
/* What waits is answered with an error from now on; what is being written is
   answered when it was. */
void key_changes_stop(struct key_changes *changes);
/* After the records were stopped and the loop was freed. */
void key_changes_free(struct key_changes *changes);

enum key_op {
    KEY_OP_CREATE,
    KEY_OP_CHANGE,
    KEY_OP_REVOKE,  /* nothing happens if it is */
    KEY_OP_RESTORE, /* likewise */
    KEY_OP_PURGE,   /* ERR_CONFLICT unless it was revoked */
    KEY_OP_ROTATE,
    KEY_OP_GROUP_CREATE,
    KEY_OP_GROUP_CHANGE,
    KEY_OP_GROUP_REMOVE, /* ERR_CONFLICT while it has keys */
};

#define KEY_OVERLAP_DEFAULT_MS 86400000ull
#define KEY_OVERLAP_MAX_MS (366ull * 86400000)

struct key_ask {
    enum key_op op;
    struct str of;                 /* id or name; not for CREATE */
    const struct json_doc *change; /* for CREATE and CHANGE; key_check_doc() */
    uint64_t overlap_ms;           /* ROTATE: how long former texts live on */
    struct audit
        *audit; /* of whoever asks, or NULL; taken over, and ended here: its
                            row is in the transaction of the change */
};

/* Any thread; `wake` comes on `loop`, its own.  Waits for the database for some
   seconds (RECORDS_PATIENCE_MS). */
struct key_change *key_change_start(struct key_changes *changes,
                                    struct loop *loop,
                                    const struct key_ask *ask,
                                    void (*wake)(void *arg), void *arg);
/* NULL is fine. */
void key_change_free(struct key_change *change);
bool key_change_is_done(const struct key_change *change);

/* Of one that is done: NULL if it went well. */
const struct err *key_change_error(const struct key_change *change);
/* The key or the group as it is now, or was; borrowed; NULL if it is not about
   one. */
const struct key *key_change_key(const struct key_change *change);
const struct key_group *key_change_group(const struct key_change *change);
/* The text of a new or rotated key, else empty.  It exists nowhere else, and goes
   with the change. */
struct str key_change_text(const struct key_change *change);
