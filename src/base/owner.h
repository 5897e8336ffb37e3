// SPDX-License-Identifier: MIT
/* Whose a file is: may another user have written what we are about to trust?  Root
   may, as may the user whose process this is; when root works in another user's
   folder, that user may too.  Any thread. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"

struct owner {
    uid_t me;     /* whose process this is */
    uid_t folder; /* who owns the folder in which the file lies */
    gid_t group;  /* of that folder */
    bool open;    /* others can enter it */
};

/* The folder that a file at `path` lies in, with its '/'; part of `path`, or "./". */
struct str owner_folder_of(struct str path);

/* For a file at `path`, which may end with slashes: looks at its folder. */
bool owner_look(struct owner *owner, const char *path,
                struct err *err) MUST_CHECK;

/* This process's user, root, or, for root, the owner of the folder. */
bool owner_trusts(const struct owner *owner, uid_t uid);

/* Is it this process's to change: its own user's, or, for root, any that passes
   owner_check()? */
bool owner_is_ours(const struct owner *owner, const struct stat *info);

/* Can others write it?  Not through a group that is this process's own (for root, the
   folder's), as many systems give each user one. */
bool owner_lets_write(const struct owner *owner, const struct stat *info);

/* Neither owned nor writable by another user.  False: err names the path, and the
   command that helps. */
bool owner_check(const struct owner *owner, const char *path,
                 const struct stat *info, struct err *err) MUST_CHECK;

/* The same for a folder: one of root's may be open to our group, as the volumes of
   containers are.  What lies in it is not trusted for that. */
bool owner_check_folder(const struct owner *owner, const char *path,
                        const struct stat *info, struct err *err) MUST_CHECK;

/* Owned by nobody else; who may write it is not looked at. */
bool owner_check_owner(const struct owner *owner, const char *path,
                       const struct stat *info, struct err *err) MUST_CHECK;
