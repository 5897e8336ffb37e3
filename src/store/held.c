// SPDX-License-Identifier: MIT
/* Folders held by their descriptors. */
#include "store/held.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/links.h"
#include "base/owner.h"
#include "base/shell.h"

#define AS_FOLDER (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static int fail(int fd)
{
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* ---- opening ------------------------------------------------------------ */

/* The way there may have been changed between the look and the opening. */
static bool is_still_there(int fd, const char *path, struct err *err)
{
    struct links links;
    struct stat here;
    struct stat there;

    if (!links_check(path, &links, err))
        return false;
    return (fstat(fd, &here) == 0 && stat(path, &there) == 0 &&
            here.st_dev == there.st_dev && here.st_ino == there.st_ino) ||
           err_set(err, ERR_IO, "%s became another folder meanwhile", path);
}

int held_open(const char *path, struct err *err)
{
    struct links links;
    int fd;

    if (!links_check(path, &links, err))
        return -1;
    fd = open(path, AS_FOLDER);
    if (fd < 0) {
        bool missing = errno == ENOENT;

        (void)err_errno(err, "open the folder %s", path);
        err->code = missing ? ERR_NOT_FOUND : ERR_IO;
        return -1;
    }
    return is_still_there(fd, path, err) ? fd : fail(fd);
}

static bool is_link_or_file(int number)
{
    return number == ELOOP || number == ENOTDIR;
}

static int refuse_entry(const char *path, struct err *err)
{
    char word[SHELL_WORD_MAX];
    int number = errno;

    (void)err_errno(err, "open the folder %s", path);
    err->code = number == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    shell_quote(str_of(path), word);
    if (is_link_or_file(number))
        (void)err_set(err, ERR_CONFIG,
                      "%s must be a folder, and is a link or a file, which is "
                      "not followed: look at it, then run `rm %s`",
                      path, word);
    return -1;
}

/* The folder that is held may be called otherwise than `path` says by now. */
static bool check_owner(int fd, int folder, const char *path, struct err *err)
{
    struct owner owner = { .me = geteuid() };
    struct stat outer;
    struct stat info;

    if (fstat(folder, &outer) != 0 || fstat(fd, &info) != 0)
        return err_errno(err, "look at %s", path);
    owner.folder = outer.st_uid;
    owner.group = outer.st_gid;
    return owner_check_folder(&owner, path, &info, err);
}

int held_enter(int folder, const char *name, const char *path, struct err *err)
{
    int fd = openat(folder, name, AS_FOLDER | O_NOFOLLOW);

    if (fd < 0)
        return refuse_entry(path, err);
    return check_owner(fd, folder, path, err) ? fd : fail(fd);
}

/* ---- making ------------------------------------------------------------- */

static bool is_mine(int fd, const char *path, struct err *err)
{
    struct stat info;

    return (fstat(fd, &info) == 0 && info.st_uid == geteuid()) ||
           err_set(err, ERR_IO, "%s became another user's meanwhile", path);
}

int held_make(int folder, const char *name, const char *path, struct err *err)
{
    int fd;

    if (mkdirat(folder, name, 0700) != 0) {
        (void)err_errno(err, "make the folder %s", path);
        return -1;
    }
    fd = openat(folder, name, AS_FOLDER | O_NOFOLLOW);
    if (fd < 0) {
        (void)err_errno(err, "open the folder %s", path);
        return -1;
    }
    return is_mine(fd, path, err) ? fd : fail(fd);
}

bool held_give(int fd, int folder, const char *path, struct err *err)
{
    struct stat outer;
    struct stat info;

    if (geteuid() != 0)
        return true;
    if (fstat(folder, &outer) != 0 || fstat(fd, &info) != 0)
        return err_errno(err, "look at %s", path);
    if (info.st_uid != 0 || outer.st_uid == 0)
        return true;
    return fchown(fd, outer.st_uid, outer.st_gid) == 0 ||
           err_errno(err, "give %s to the owner of its folder (uid %u)", path,
                     (unsigned)outer.st_uid);
}

/* ---- what is in it ------------------------------------------------------ */

bool held_each(int folder, bool (*visit)(void *arg, const char *name),
               void *arg)
{
    int fd = openat(folder, ".", AS_FOLDER);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    bool on = true;

    if (!dir)
        return fail(fd) == 0;
    for (entry = readdir(dir); entry && on; entry = readdir(dir))
        on = visit(arg, entry->d_name);
    (void)closedir(dir);
    return on;
}

static bool remove_one(void *arg, const char *name)
{
    (void)unlinkat(*(int *)arg, name, 0);
    return true;
}

void held_empty(int folder)
{
    (void)held_each(folder, remove_one, &folder);
}

const char *held_path(int folder, const char *name, const char *path,
                      char out[HELD_PATH_SIZE])
{
    if (geteuid() != 0)
        return path;
    (void)snprintf(out, HELD_PATH_SIZE, "/proc/self/fd/%d/%s", folder, name);
    return out;
}
