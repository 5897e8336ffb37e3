// SPDX-License-Identifier: MIT
/* What lies below the store: documents by key, and locks that hold across
   processes.  Blocking; called on the store thread (store/store.h), and by
   commands that have no loop.  Each function may be called from any thread.

   A key is a document's file name without ".json": oauth_max, pkce_<64 hex>.
   Callers hand in checked names only; a driver refuses a key with a slash or a
   leading dot all the same.

   No function waits for another process: what changes documents fails with ERR_BUSY
   while somebody else does, and may be tried again at once.

   Secret members (access_token, refresh_token, api_key, code_verifier, and
   password inside proxy_config) are sealed on the way in and opened on the way
   out when the store has a secret; callers always see them open. */
#pragma once

#include "base/err.h"
#include "base/json.h"

struct store_lock;

enum store_locked {
    STORE_LOCKED,
    STORE_BUSY, /* somebody else holds it */
    STORE_LOCK_FAILED,
};

/* Errors: ERR_IO if a file or a lock cannot be opened, read or written, ERR_CONFIG if
   what lies in it is no document. */
struct store_driver {
    /* `*doc` is the caller's; NULL if there is no such document.  A link that
       leads nowhere is an error: there is one, elsewhere. */
    bool (*read)(struct store_driver *driver, const char *key,
                 struct json_doc **doc, struct err *err);
    /* Change the document by field: members of `patch` replace those of the same
       name, a null removes one, all others stay; made if it is missing.  Durable
       when it returns true; on failure the old document stands.  One that is
       damaged (ERR_BROKEN for all others here) is replaced, and kept beside it; so is one
       with a refresh token that the patch replaces without a word (`replaced`). */
    bool (*update)(struct store_driver *driver, const char *key,
                   const struct json_doc *patch, struct err *err);
    /* As update, but fails with ERR_NOT_FOUND if there is no such document. */
    bool (*change)(struct store_driver *driver, const char *key,
                   const struct json_doc *patch, struct err *err);
    /* As update, but fails if the document exists. */
    bool (*create)(struct store_driver *driver, const char *key,
                   const struct json_doc *doc, struct err *err);
    /* Removing what is not there is fine.  It leaves a sign that was_removed()
       finds, in other processes too, until the document is made again. */
    bool (*remove)(struct store_driver *driver, const char *key,
                   struct err *err);
    /* The same without a sign: nobody keeps the document in memory. */
    bool (*discard)(struct store_driver *driver, const char *key,
                    struct err *err);
    /* Of a document that is not there: was its removal asked for?  False: it is
       away for another reason. */
    bool (*was_removed)(struct store_driver *driver, const char *key);
    /* All keys, sorted. */
    bool (*list)(struct store_driver *driver,
                 void (*visit)(void *arg, const char *key), void *arg,
                 struct err *err);
    /* A lock on a name, held until unlock or the end of the process.  What a crash
       left of the document of that name is put right before.  Two locks on one
       name exclude each other inside a process too.
       (The embedded driver locks a file; PostgreSQL will keep a lease.) */
    enum store_locked (*lock)(struct store_driver *driver, const char *name,
                              struct store_lock **lock, struct err *err);
    void (*unlock)(struct store_driver *driver, struct store_lock *lock);
    /* Room for the next document of this name, held with the lock: fill() needs
       no more.  Reserved twice is fine. */
    bool (*reserve)(struct store_driver *driver, struct store_lock *lock,
                    struct err *err);
    /* As change() (or update(), if it need not exist) of the lock's name, into the
       room that is held with it, or without any. */
    bool (*fill)(struct store_driver *driver, struct store_lock *lock,
                 const struct json_doc *patch, bool must_exist,
                 struct err *err);
    /* This document will be filled in: into the room, without waiting for anything,
       so that it outlives the process.  Any thread, while no job has the lock;
       false without room.  NULL: what was noted is not wanted any more. */
    bool (*note)(struct store_driver *driver, struct store_lock *lock,
                 const struct json_doc *doc);
    void (*free)(struct store_driver *driver);
};
