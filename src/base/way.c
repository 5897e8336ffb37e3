// SPDX-License-Identifier: MIT
/* The folders on the way to a file. */
#include "base/way.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <unistd.h>

#include "base/shell.h"

/* Whom a user namespace has no name for, such as the root outside of it.  Nobody owns
   folders under that name. */
#define UNMAPPED 65534

static bool check_writers(const char *folder, const struct stat *info,
                          const char *path, struct err *err)
{
    char word[SHELL_WORD_MAX];

    shell_quote(str_of(folder), word);
    return (info->st_mode & S_IWOTH) == 0 || (info->st_mode & S_ISVTX) != 0 ||
           err_set(err, ERR_CONFIG,
                   "everybody can write %s (mode %03o), and put another thing "
                   "in the place of %s: run `chmod o-w %s`, or move it into a "
                   "folder that only you and root can write",
                   folder, (unsigned)(info->st_mode & 0777), path, word);
}

static bool is_trusted(uid_t owner)
{
    return geteuid() == 0 || owner == geteuid() || owner == 0 ||
           owner == UNMAPPED;
}

static bool check_folder(const char *folder, const char *path, struct err *err)
{
    struct stat info;

    if (stat(folder, &info) != 0)
        return err_errno(err, "look at %s", folder);
    if (!is_trusted(info.st_uid))
        return err_set(err, ERR_CONFIG,
                       "%s belongs to another user (uid %u), who could put "
                       "another thing in the place of %s: run claude-relay as "
                       "that user, or move it into a folder of yours or root's",
                       folder, (unsigned)info.st_uid, path);
    return check_writers(folder, &info, path, err);
}

bool way_check(const char *path, struct err *err)
{
    char real[PATH_MAX];
    char *slash;
    bool fine;

    if (!realpath(path, real))
        return err_errno(err, "find the real path of %s", path);
    do {
        slash = strrchr(real, '/');
        *slash = '\0';
        fine = check_folder(slash == real ? "/" : real, path, err);
    } while (fine && slash != real);
    return fine;
}
