// SPDX-License-Identifier: MIT
/* Whose a file is. */
#include "base/owner.h"

#include <stdio.h>
#include <unistd.h>

#include "base/shell.h"

#define GROUPS_MAX 4096
#define PATH_SIZE 4096

struct str owner_folder_of(struct str path)
{
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    while (path.len > 0 && path.at[path.len - 1] != '/')
        path.len--;
    return path.len > 0 ? path : STR("./");
}

bool owner_look(struct owner *owner, const char *path, struct err *err)
{
    char folder[PATH_SIZE];
    struct stat info;

    if (snprintf(folder, sizeof(folder), STR_FMT,
                 STR_ARG(owner_folder_of(str_of(path)))) >= PATH_SIZE)
        return err_set(err, ERR_IO, "the path %s is too long", path);
    if (stat(folder, &info) != 0)
        return err_errno(err, "look at %s", folder);
    *owner =
        (struct owner){ .me = geteuid(),
                        .folder = info.st_uid,
                        .group = info.st_gid,
                        .open = (info.st_mode & (S_IXGRP | S_IXOTH)) != 0 };
    return true;
}

bool owner_trusts(const struct owner *owner, uid_t uid)
{
    return uid == owner->me || uid == 0 ||
           (owner->me == 0 && uid == owner->folder);
}

bool owner_is_ours(const struct owner *owner, const struct stat *info)
{
    return info->st_uid == owner->me ||
           (owner->me == 0 && owner_trusts(owner, info->st_uid));
}

bool owner_check_owner(const struct owner *owner, const char *path,
                       const struct stat *info, struct err *err)
{
    uid_t right = owner->me == 0 ? owner->folder : owner->me;
    char word[SHELL_WORD_MAX];

    shell_quote(str_of(path), word);
    return owner_trusts(owner, info->st_uid) ||
           err_set(err, ERR_CONFIG,
                   "%s belongs to another user (uid %u), who could change it: "
                   "run claude-relay as that user, or `chown %u %s`",
                   path, (unsigned)info->st_uid, (unsigned)right, word);
}

static bool is_our_group(gid_t group)
{
    gid_t groups[GROUPS_MAX];
    int count = getgroups(GROUPS_MAX, groups);

    for (int i = 0; i < count; i++) {
        if (groups[i] == group)
            return true;
    }
    return group == getegid();
}

bool owner_lets_write(const struct owner *owner, const struct stat *info)
{
    bool own = is_our_group(info->st_gid) ||
               (owner->me == 0 && info->st_gid == owner->group);

    return (info->st_mode & S_IWOTH) != 0 ||
           ((info->st_mode & S_IWGRP) != 0 && !own);
}

/* A folder of root's that this user may use at all is open to a group, as volumes
   of containers are: that group is ours alone. */
static bool is_volume(const struct owner *owner, const struct stat *info)
{
    return info->st_uid == 0 && owner->me != 0 && is_our_group(info->st_gid);
}

static bool check_writers(const char *path, mode_t writers, mode_t mode,
                          struct err *err)
{
    char word[SHELL_WORD_MAX];

    shell_quote(str_of(path), word);
    return (mode & writers) == 0 ||
           err_set(err, ERR_CONFIG,
                   "%s can be changed by other users (mode %03o): run `chmod "
                   "go-w %s`",
                   path, (unsigned)(mode & 0777), word);
}

bool owner_check(const struct owner *owner, const char *path,
                 const struct stat *info, struct err *err)
{
    return owner_check_owner(owner, path, info, err) &&
           check_writers(path, S_IWGRP | S_IWOTH, info->st_mode, err);
}

bool owner_check_folder(const struct owner *owner, const char *path,
                        const struct stat *info, struct err *err)
{
    mode_t group = is_volume(owner, info) ? 0 : S_IWGRP;

    return owner_check_owner(owner, path, info, err) &&
           check_writers(path, group | S_IWOTH, info->st_mode, err);
}
