// SPDX-License-Identifier: MIT
/* Whose a file is. */
#include "base/owner.h"

#include <stdio.h>
#include <unistd.h>

#include "base/shell.h"

#define GROUPS_MAX 4096
#define PATH_SIZE 4096

static struct str folder_of(struct str path)
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
                 STR_ARG(folder_of(str_of(path)))) >= PATH_SIZE)
        return err_set(err, ERR_IO, "the path %s is too long", path);
    if (stat(folder, &info) != 0)
        return err_errno(err, "look at %s", folder);
    *owner = (struct owner){ .me = geteuid(),
                             .folder = info.st_uid,
                             .group = info.st_gid };
    return true;
}

static bool is_trusted(const struct owner *owner, uid_t uid)
{
    return uid == owner->me || uid == 0 ||
           (owner->me == 0 && uid == owner->folder);
}

bool owner_is_ours(const struct owner *owner, const struct stat *info)
{
    return info->st_uid == owner->me ||
           (owner->me == 0 && is_trusted(owner, info->st_uid));
}

bool owner_check_owner(const struct owner *owner, const char *path,
                       const struct stat *info, struct err *err)
{
    uid_t right = owner->me == 0 ? owner->folder : owner->me;
    char word[SHELL_WORD_MAX];

    shell_quote(str_of(path), word);
    return is_trusted(owner, info->st_uid) ||
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

/* A folder of root's that this user may use at all is open to a group, as volumes
   of containers are: that group is ours alone. */
static bool is_volume(const struct owner *owner, const struct stat *info)
{
    return info->st_uid == 0 && owner->me != 0 && is_our_group(info->st_gid);
}

bool owner_check(const struct owner *owner, const char *path,
                 const struct stat *info, struct err *err)
{
    char word[SHELL_WORD_MAX];
    mode_t others = S_IWOTH;

    if (!owner_check_owner(owner, path, info, err))
        return false;
    if (!is_volume(owner, info))
        others |= S_IWGRP;
    shell_quote(str_of(path), word);
    return (info->st_mode & others) == 0 ||
           err_set(err, ERR_CONFIG,
                   "%s can be changed by other users (mode %03o): run `chmod "
                   "go-w %s`",
                   path, (unsigned)(info->st_mode & 0777), word);
}
