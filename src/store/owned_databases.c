// SPDX-License-Identifier: MIT
/* Whose the databases in the data folder are. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/links.h"
#include "base/owner.h"
#include "base/shell.h"
#include "store/owned.h"

#define PATH_SIZE 4096

/* Root made it, in a folder that was given to this user later. */
static bool check_use(const char *path, struct err *err)
{
    char word[SHELL_WORD_MAX];
    struct stat info;

    if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0 ||
        errno != EACCES || stat(path, &info) != 0 || info.st_uid == geteuid())
        return true; /* whoever opens it says why */
    shell_quote(str_of(path), word);
    return err_set(
        err, ERR_CONFIG,
        "%s belongs to uid %u and cannot be opened: run `chown -R %u "
        "%s`",
        path, (unsigned)info.st_uid, (unsigned)geteuid(), word);
}

/* What a link leads to is left as it is. */
static bool check_itself(int fd, const char *folder, bool linked,
                         struct err *err)
{
    struct owner owner;
    struct stat info;

    if (!owner_look(&owner, folder, err))
        return false;
    if (fstat(fd, &info) != 0)
        return err_errno(err, "stat %s", folder);
    if (!owner_check_folder(&owner, folder, &info, err))
        return false;
    if (!linked && owner_is_ours(&owner, &info) && (info.st_mode & 077) != 0)
        owned_shut(fd, folder, info.st_mode, 0700);
    return true;
}

static bool check_entry(const char *folder, const char *name, struct err *err)
{
    char path[PATH_SIZE];
    struct stat info;

    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= PATH_SIZE)
        return true; /* too long to be opened either */
    if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return true; /* root makes its backups in one */
    return owned_file(path, err) && check_use(path, err);
}

static bool check_all(DIR *dir, const char *folder, bool linked,
                      struct err *err)
{
    bool fine = check_itself(dirfd(dir), folder, linked, err);
    const struct dirent *entry;

    for (entry = readdir(dir); entry && fine; entry = readdir(dir))
        fine = check_entry(folder, entry->d_name, err);
    return fine;
}

bool owned_databases(const char *folder, struct err *err)
{
    struct links links;
    DIR *dir;
    bool fine;

    if (!links_check(folder, &links, err) || !check_use(folder, err))
        return false;
    dir = opendir(folder);
    if (!dir)
        return errno == ENOENT || err_errno(err, "open the folder %s", folder);
    fine = check_all(dir, folder, links.followed, err);
    (void)closedir(dir);
    return fine;
}
