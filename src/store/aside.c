// SPDX-License-Identifier: MIT
/* A file that is no document makes way for one, and is kept beside it. */
#include "store/aside.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many say enough of what goes wrong. */
#define KEPT_MAX 100

static bool make_name(const char *path, unsigned number,
                      char kept[ASIDE_PATH_SIZE], struct err *err)
{
    char ending[16] = "";

    if (number > 1)
        (void)snprintf(ending, sizeof(ending), "-%u", number);
    return snprintf(kept, ASIDE_PATH_SIZE, "%s.broken%s", path, ending) <
               ASIDE_PATH_SIZE ||
           err_set(err, ERR_IO, "the path %s is too long", path);
}

enum kept {
    KEPT,
    KEPT_TAKEN, /* by another file */
    KEPT_FREE,
};

/* A kill may have come after the file got the name. */
static enum kept look(const char *path, const char *name)
{
    struct stat file;
    struct stat other;

    if (lstat(name, &other) != 0)
        return errno == ENOENT ? KEPT_FREE : KEPT_TAKEN;
    return lstat(path, &file) == 0 && file.st_dev == other.st_dev &&
                   file.st_ino == other.st_ino
               ? KEPT
               : KEPT_TAKEN;
}

/* What file systems without hard links say; a name that was taken meanwhile is another's. */
static bool has_one_name_only(int number)
{
    return number == EPERM || number == EOPNOTSUPP || number == ENOSYS ||
           number == EMLINK;
}

bool aside_keep(const char *path, char kept[ASIDE_PATH_SIZE], struct err *err)
{
    enum kept is = KEPT_TAKEN;

    for (unsigned i = 1; i <= KEPT_MAX && is == KEPT_TAKEN; i++) {
        if (!make_name(path, i, kept, err))
            return false;
        is = look(path, kept);
    }
    if (is == KEPT_TAKEN)
        return err_set(err, ERR_IO,
                       "%s is to make way, and %u like it are kept already: "
                       "remove some of them (up to %s)",
                       path, KEPT_MAX, kept);
    return is == KEPT || link(path, kept) == 0 ||
           (has_one_name_only(errno) && rename(path, kept) == 0) ||
           err_errno(err, "rename %s to %s", path, kept);
}
