// SPDX-License-Identifier: MIT
/* The file that says that relay keys were made. */
#include "store/mark.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/shell.h"
#include "store/jsonfile.h"

#define PATH_SIZE 4096
#define TEXT                                                                   \
    "Relay keys were made here: without db/relay.db the relay does not "       \
    "start.\n"

static bool path_of(const char *data_dir, char path[PATH_SIZE], struct err *err)
{
    return snprintf(path, PATH_SIZE, "%s/" MARK_FILE, data_dir) < PATH_SIZE ||
           err_set(err, ERR_CONFIG, "the path of DATA_DIR is too long: %s",
                   data_dir);
}

/* Something that cannot be looked at may be there. */
static bool is_missing(const char *path)
{
    struct stat info;

    return lstat(path, &info) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

bool mark_set(const char *data_dir, struct err *err)
{
    char path[PATH_SIZE];

    return path_of(data_dir, path, err) &&
           (!is_missing(path) ||
            jsonfile_write(data_dir, MARK_FILE, STR(TEXT), false, err));
}

static bool is_empty(const char *database)
{
    struct stat info;

    return stat(database, &info) == 0 && info.st_size == 0;
}

bool mark_check(const char *data_dir, const char *database, struct err *err)
{
    char path[PATH_SIZE];
    char word[SHELL_WORD_MAX];

    if (!path_of(data_dir, path, err))
        return false;
    if (is_missing(path) || (!is_missing(database) && !is_empty(database)))
        return true;
    shell_quote(str_of(path), word);
    return err_set(err, ERR_CONFIG,
                   "relay keys were made in this folder, and their database "
                   "%s is missing: mount its folder, or bring it back with "
                   "`claude-relay restore FILE --force`; to begin without "
                   "keys, so that this machine needs none, run `rm %s`",
                   database, word);
}
