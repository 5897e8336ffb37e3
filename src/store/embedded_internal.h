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

/* "<folder>/<before><key><behind>"; false if that is too long. */
bool embedded_path(char path[EMBEDDED_PATH_SIZE], const struct embedded *store,
                   const char *before, const char *key, const char *behind);

/* Take away what others may do with a file or folder; reported in the log. */
void embedded_mend_mode(const char *path, unsigned want);

/* The object in a file, its secrets as they lie there; NULL and err. */
struct json_doc *embedded_parse(const char *path, struct err *err);
/* Writes a document whose secrets are open, and leaves it sealed. */
bool embedded_write(const struct embedded *store, const char *key,
                    struct json_doc *doc, bool create,
                    struct err *err) MUST_CHECK;
