// SPDX-License-Identifier: MIT
/* What embedded.c (documents) and embedded_open.c (opening, sealing anew) share.
   Not for other folders. */
#pragma once

#include "store/embedded.h"

#define EMBEDDED_PATH_SIZE 4096
#define EMBEDDED_ENDING ".json"

struct embedded {
    struct store_driver driver;
    char *folder;
    const struct seal *seal;
    int in_use; /* the lock of whoever serves, or -1 */
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

/* Take away what others may do with a file or folder; reported in the log. */
void embedded_mend_mode(const char *path, unsigned want);

/* The document with its secrets as they lie in the file; NULL and err, whose code is
   ERR_NOT_FOUND if there is none. */
struct json_doc *embedded_parse(const struct embedded *store, const char *key,
                                struct err *err);
/* Writes a document whose secrets are open, and leaves it sealed. */
bool embedded_write(const struct embedded *store, const char *key,
                    struct json_doc *doc, bool create,
                    struct err *err) MUST_CHECK;
