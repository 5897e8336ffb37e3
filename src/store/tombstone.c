// SPDX-License-Identifier: MIT
/* A sign that a document was removed on purpose. */
#include "store/tombstone.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/jsonfile.h"
#include "store/leftover.h"
#include "store/temporary.h"

#define PREFIX ".removed_"
#define LIFE_S (24 * 3600)
#define PATH_SIZE 4096
#define NAME_SIZE 256

static bool make_path(const char *folder, const char *key, char path[PATH_SIZE])
{
    return snprintf(path, PATH_SIZE, "%s/" PREFIX "%s", folder, key) <
           PATH_SIZE;
}

bool tombstone_put(const char *folder, const char *key, const struct stat *doc,
                   struct err *err)
{
    char base[TEMPORARY_BASE_LEN + 1];
    char name[NAME_SIZE];

    if (snprintf(name, sizeof(name), PREFIX "%s", key) >= NAME_SIZE)
        return err_set(err, ERR_IO, "the name %s is too long", key);
    temporary_base(doc, base);
    return jsonfile_write(folder, name, str_of(base), false, err);
}

bool tombstone_is_there(const char *folder, const char *key)
{
    char path[PATH_SIZE];

    return make_path(folder, key, path) && access(path, F_OK) == 0;
}

void tombstone_clear(const char *folder, const char *key)
{
    char path[PATH_SIZE];

    if (make_path(folder, key, path))
        (void)unlink(path);
}

void tombstone_settle(const char *folder, const char *key,
                      const struct stat *doc)
{
    char base[TEMPORARY_BASE_LEN + 1];
    char path[PATH_SIZE];
    struct buf said;
    struct err err;

    if (!make_path(folder, key, path) || access(path, F_OK) != 0)
        return;
    temporary_base(doc, base);
    buf_init(&said, TEMPORARY_BASE_LEN);
    if (jsonfile_read(path, &said, &err) &&
        !str_eq(buf_str(&said), str_of(base)))
        (void)unlink(path);
    buf_done(&said);
}

static bool is_tombstone(const char *file)
{
    return strncmp(file, PREFIX, sizeof(PREFIX) - 1) == 0;
}

void tombstone_sweep(const char *folder)
{
    leftover_sweep(folder, is_tombstone, LIFE_S);
}
