// SPDX-License-Identifier: MIT
/* What embedded.c (reading), embedded_lock.c (locks), embedded_change.c (changes),
   embedded_rescue.c (what a crash left) and embedded_open.c (opening, sealing anew)
   share.
   Not for other folders. */
#pragma once

#include <pthread.h>

#include <sys/types.h>

#include "store/embedded.h"
#include "store/temporary.h"

#define EMBEDDED_PATH_SIZE 4096
#define EMBEDDED_KEY_MAX 200
#define EMBEDDED_ENDING ".json"

struct embedded {
    struct store_driver driver;
    char *folder;
    const struct seal *seal;
    const struct seal *also; /* opens what that one does not; or NULL */
    pthread_mutex_t home;    /* guards what follows */
    dev_t home_dev;          /* of the folder that it works in */
    ino_t home_ino;
    bool has_documents; /* that folder */
};

/* Of a key; and the room for its next document, if that was reserved. */
struct store_lock {
    int fd;
    int target_fd; /* where a link leads, or -1 */
    char key[EMBEDDED_KEY_MAX + 1];
    struct temporary *room; /* or NULL */
};

static inline struct embedded *embedded_of(struct store_driver *driver)
{
    return CONTAINER_OF(driver, struct embedded, driver);
}

/* Without the lock on the folder; freed through its driver. */
struct embedded *embedded_new(const char *folder, const struct seal *seal);

/* "<folder>/<name><ending>"; err if that is too long. */
bool embedded_path(const struct embedded *store, const char *name,
                   const char *ending, char path[EMBEDDED_PATH_SIZE],
                   struct err *err) MUST_CHECK;

/* Keys are made of checked names; this is the last door all the same. */
bool embedded_check_key(const char *key, struct err *err) MUST_CHECK;

/* Where the file of a document lies: in the folder, or where a link there leads. */
struct embedded_place {
    char folder[EMBEDDED_PATH_SIZE];
    char name[EMBEDDED_PATH_SIZE];
    bool linked;
};
/* False and err if a link leads nowhere. */
bool embedded_find(const struct embedded *store, const char *key,
                   struct embedded_place *place, struct err *err) MUST_CHECK;

/* Where the file lay that a link leads to and that is not there, if its folder is: what
   a crash left of it lies beside it.  One link, not several after one another. */
bool embedded_find_missing(const struct embedded *store, const char *key,
                           struct embedded_place *place) MUST_CHECK;

/* Put right what a crash left of the document.  Under the lock on the folder. */
bool embedded_rescue(const struct embedded *store, const char *key,
                     struct err *err) MUST_CHECK;
/* False if anything that was left of it, and is a document, does not open; err says
   which, and what to do.  Likewise. */
bool embedded_opens_left(const struct embedded *store, const char *key,
                         struct err *err) MUST_CHECK;
/* Before its token is spent: put right what there is, if there is anything, and see
   that nothing lies there with newer tokens that does not open; takes the lock.  ERR_BUSY if it is held. */
bool embedded_make_ready(const struct embedded *store, const char *key,
                         struct err *err) MUST_CHECK;

/* Are there any? */
bool embedded_has_documents(const struct embedded *store);
/* It has some now.  Any thread, as the next two. */
void embedded_saw_document(struct embedded *store);
/* The folder that is there now is the one to work in. */
void embedded_settle_home(struct embedded *store);
/* Is it still there?  Another one is fine, too (it was exchanged), but not an empty
   one in place of one that was not: its volume is away, and what is written would
   lie below it. */
bool embedded_is_home(struct embedded *store, struct err *err) MUST_CHECK;

/* The functions of the driver for locks (embedded_lock.c). */
void embedded_lock_init(struct store_driver *driver);
/* The functions of the driver that change documents (embedded_change.c). */
void embedded_change_init(struct store_driver *driver);
/* Let go of the room for a document, if there is any. */
void embedded_drop_room(struct store_lock *lock);

/* The document with its secrets as they lie in the file; NULL and err, whose code is
   ERR_NOT_FOUND if there is none. */
struct json_doc *embedded_parse(const struct embedded *store, const char *key,
                                struct err *err);
/* The same of a text; ERR_BROKEN if it is no document. */
struct json_doc *embedded_parse_text(struct str text, const char *key,
                                     struct err *err);
/* Open its secrets; err speaks of the seal that the store writes with. */
bool embedded_unseal(const struct embedded *store, const char *key,
                     struct json_doc *doc, struct err *err) MUST_CHECK;
/* How a document is written. */
struct embedded_write {
    bool create;            /* fail if it exists */
    struct temporary *room; /* or NULL */
};
/* Writes a document whose secrets are open, and leaves it sealed. */
bool embedded_write(const struct embedded *store, const char *key,
                    struct json_doc *doc, const struct embedded_write *how,
                    struct err *err) MUST_CHECK;
