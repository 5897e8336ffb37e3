// SPDX-License-Identifier: MIT
/* The links on the way to a file. */
#include "base/links.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/owner.h"
#include "base/str.h"

#define PATH_SIZE 4096
/* The kernel takes 40; each one takes 8 KB of stack here. */
#define LINKS_MAX 16

struct walk {
    struct links *links;
    unsigned left;
    bool first; /* in the path itself, not in what a link says */
    struct err *err;
};

/* ---- one link ----------------------------------------------------------- */

static bool check_whose(const struct walk *walk, const struct owner *owner,
                        const char *path, const struct stat *link)
{
    return owner_trusts(owner, link->st_uid) ||
           err_set(walk->err, ERR_CONFIG,
                   "%s is a link of another user (uid %u), who could lead it "
                   "elsewhere: remove it, or name what it leads to",
                   path, (unsigned)link->st_uid);
}

/* What is missing would be made in its folder. */
static bool find_target(const char *target, struct stat *info)
{
    struct owner owner;
    struct err ignored;

    if (stat(target, info) == 0)
        return true;
    if (!owner_look(&owner, target, &ignored))
        return false;
    info->st_uid = owner.folder;
    return true;
}

/* In a folder of another user's that user can put any link, also one that root made
   for it. */
static bool check_for_root(const struct walk *walk, const struct owner *owner,
                           const char *path, const char *target)
{
    struct stat info;

    if (owner->me != 0 || owner->folder == 0 || !find_target(target, &info) ||
        info.st_uid == owner->folder)
        return true;
    return err_set(walk->err, ERR_CONFIG,
                   "%s is a link in a folder of uid %u to %s, which belongs to "
                   "uid %u: as root it is not followed; run claude-relay as "
                   "uid %u, or remove the link",
                   path, (unsigned)owner->folder, target, (unsigned)info.st_uid,
                   (unsigned)owner->folder);
}

/* Where others can write, they can put another thing there.  With the sticky bit, as
   in /tmp, they can only add. */
static bool check_place(const struct walk *walk, const struct owner *owner,
                        const char *target)
{
    char folder[PATH_SIZE];
    struct stat info;

    (void)snprintf(folder, sizeof(folder), STR_FMT,
                   STR_ARG(owner_folder_of(str_of(target))));
    if (stat(folder, &info) != 0)
        return true;
    if ((info.st_mode & S_ISVTX) != 0)
        info.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
    return owner_check_folder(owner, folder, &info, walk->err) ||
           err_wrap(walk->err, "a link leads to %s", target);
}

static bool read_link(const struct walk *walk, const char *path,
                      char target[PATH_SIZE])
{
    struct str folder = owner_folder_of(str_of(path));
    char text[PATH_SIZE];
    ssize_t len = readlink(path, text, sizeof(text));
    int written;

    if (len < 0)
        return err_errno(walk->err, "read the link %s", path);
    if (len > 0 && text[0] == '/')
        folder.len = 0;
    written = snprintf(target, PATH_SIZE, STR_FMT STR_FMT, STR_ARG(folder),
                       STR_ARG(((struct str){ text, (size_t)len })));
    return written < PATH_SIZE ||
           err_set(walk->err, ERR_IO, "the link %s leads too far", path);
}

static bool check_link(const struct walk *walk, const char *path,
                       const struct stat *link, char target[PATH_SIZE])
{
    struct owner owner;

    return owner_look(&owner, path, walk->err) &&
           check_whose(walk, &owner, path, link) &&
           read_link(walk, path, target) &&
           check_for_root(walk, &owner, path, target) &&
           check_place(walk, &owner, target);
}

/* ---- the way ------------------------------------------------------------ */

static bool walk_path(struct walk *walk, const char *path);

/* To others root's link in root's folder is as a mount, also at the end of the path:
   /var/lib/NAME leads to private/NAME.  Root itself may have made it for something
   else. */
static bool is_mount(const char *path, const struct stat *link)
{
    char folder[PATH_SIZE];
    struct stat info;

    (void)snprintf(folder, sizeof(folder), STR_FMT,
                   STR_ARG(owner_folder_of(str_of(path))));
    return geteuid() != 0 && link->st_uid == 0 && stat(folder, &info) == 0 &&
           info.st_uid == 0 && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool follow(struct walk *walk, const char *path, const struct stat *link,
                   bool last)
{
    bool first = walk->first;
    char target[PATH_SIZE];
    bool fine;

    if (walk->left == 0)
        return err_set(walk->err, ERR_IO, "too many links on the way to %s",
                       path);
    walk->left--;
    if (link->st_uid != 0 || (first && last && !is_mount(path, link)))
        walk->links->followed = true;
    if (!check_link(walk, path, link, target))
        return false;
    walk->first = false;
    fine = walk_path(walk, target);
    walk->first = first;
    return fine;
}

/* "data/" and "data/." are the link data followed. */
static size_t end_of(const char *path)
{
    size_t len = strlen(path);

    while (len > 1 && (path[len - 1] == '/' ||
                       (path[len - 1] == '.' && path[len - 2] == '/')))
        len--;
    return len;
}

static bool walk_path(struct walk *walk, const char *path)
{
    size_t end = end_of(path);
    char part[PATH_SIZE];
    struct stat info;

    if (end >= sizeof(part))
        return err_set(walk->err, ERR_IO, "the path %s is too long", path);
    for (size_t i = 1; i <= end; i++) {
        if ((i < end && path[i] != '/') || path[i - 1] == '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (lstat(part, &info) != 0)
            return true; /* whoever opens it says why */
        if (S_ISLNK(info.st_mode) && !follow(walk, part, &info, i == end))
            return false;
    }
    return true;
}

bool links_check(const char *path, struct links *links, struct err *err)
{
    struct walk walk = {
        .links = links, .left = LINKS_MAX, .first = true, .err = err
    };

    *links = (struct links){ .followed = false };
    return walk_path(&walk, path);
}
