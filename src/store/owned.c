// SPDX-License-Identifier: MIT
/* Whose the files of the data folder are. */
#include "store/owned.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/links.h"
#include "base/log.h"
#include "base/owner.h"
#include "base/shell.h"
#include "base/str.h"
#include "base/way.h"
#include "store/backup_names.h"
#include "store/mark.h"

#define PATH_SIZE 4096

/* ---- modes -------------------------------------------------------------- */

void owned_shut(int fd, const char *path, mode_t mode, unsigned want)
{
    char word[SHELL_WORD_MAX];

    shell_quote(str_of(path), word);
    if (fchmod(fd, want) == 0)
        log_line(LOG_WARN,
                 "%s could be read by others (mode %03o): it is %03o now", path,
                 (unsigned)(mode & 0777), want);
    else
        log_line(LOG_WARN, "%s can be read by others: run `chmod %03o %s`",
                 path, want, word);
}

/* Only a regular file is opened at all: a device may act on that.  It is looked at
   once more when it is open, for it may be another one by then. */
static void mend_file(const struct owner *owner, const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return; /* whoever reads it says why */
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
        owner_is_ours(owner, &info) && (info.st_mode & 077) != 0)
        owned_shut(fd, path, info.st_mode, 0600);
    (void)close(fd);
}

/* ---- one file ----------------------------------------------------------- */

/* Where a link leads to is not looked into, but who may write that is.  What is no
   file is never read (and `chmod`, which would be the advice, follows links). */
static bool check_link(const struct owner *owner, const char *path,
                       struct err *err)
{
    struct links links;
    struct stat info;

    if (!links_check(path, &links, err))
        return false;
    return stat(path, &info) != 0 || !S_ISREG(info.st_mode) ||
           owner_check(owner, path, &info, err);
}

/* Of a folder that a link leads to, modes are left as they are: owned_folder() found
   it shut. */
static bool lies_behind_a_link(const char *path)
{
    char folder[PATH_SIZE];
    struct links links;
    struct err err;

    (void)snprintf(folder, sizeof(folder), STR_FMT,
                   STR_ARG(owner_folder_of(str_of(path))));
    return !links_check(folder, &links, &err) || links.followed;
}

/* What others could write they may have written, and shutting it now would say that
   nobody has. */
static bool may_be_shut(const struct owner *owner, const struct stat *info)
{
    return S_ISREG(info->st_mode) && owner_is_ours(owner, info) &&
           (info->st_mode & 077) != 0 &&
           (!owner->open || !owner_lets_write(owner, info));
}

static bool check_file(const struct owner *owner, const char *path,
                       struct err *err)
{
    struct stat info;

    if (lstat(path, &info) != 0)
        return true; /* gone, or whoever reads it says why */
    if (S_ISLNK(info.st_mode))
        return check_link(owner, path, err);
    if (may_be_shut(owner, &info) && !lies_behind_a_link(path)) {
        mend_file(owner, path);
        if (lstat(path, &info) != 0)
            return true;
    }
    return owner_check(owner, path, &info, err);
}

bool owned_file(const char *path, struct err *err)
{
    struct owner owner;

    if (owner_look(&owner, path, err) && check_file(&owner, path, err))
        return true;
    err->code = ERR_IO; /* as if it could not be opened */
    return false;
}

/* ---- the folder --------------------------------------------------------- */

static bool is_subfolder(int folder, const char *name)
{
    static const char *const usual[] = { ".", "..", "lost+found", "db",
                                         BACKUP_STAGE };
    struct stat info;

    for (size_t i = 0; i < COUNT_OF(usual); i++) {
        if (strcmp(name, usual[i]) == 0)
            return false;
    }
    return !str_starts(str_of(name), STR(BACKUP_ASIDE)) &&
           fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(info.st_mode);
}

/* The store makes one folder, for databases (and restores make some): a folder that holds others has other
   uses, and shutting it (/, /etc, somebody's project) would break them.  So has one with the sticky bit,
   which is meant for everybody, as /tmp is. */
static bool has_other_uses(DIR *dir, const struct stat *info)
{
    bool found = (info->st_mode & S_ISVTX) != 0;
    const struct dirent *entry;

    for (entry = readdir(dir); entry && !found; entry = readdir(dir))
        found = is_subfolder(dirfd(dir), entry->d_name);
    rewinddir(dir);
    return found;
}

static bool ends_with(struct str name, struct str ending)
{
    return name.len >= ending.len &&
           str_eq(str_from(name, name.len - ending.len), ending);
}

/* What the relay reads or writes, now or later. */
static bool is_of_the_store(struct str name)
{
    bool hidden = str_starts(name, STR("."));

    return str_eq(name, STR("admin_token")) || str_eq(name, STR(".in-use")) ||
           str_eq(name, STR(MARK_FILE)) || str_starts(name, STR(".lock_")) ||
           str_starts(name, STR(".removed_")) ||
           ends_with(name, STR(".json")) ||
           (hidden && ends_with(name, STR(".tmp")));
}

struct look {
    struct owner owner;
    const char *path;
    bool shared; /* the folder has other uses */
    bool linked; /* a link leads to it */
};

/* Files that we never read are nobody's danger, but in a folder of our own another
   user's file says that the folder is not. */
static bool check_entry(const struct look *look, int folder, const char *name,
                        struct err *err)
{
    char path[PATH_SIZE];
    struct stat info;

    if (snprintf(path, sizeof(path), "%s/%s", look->path, name) >= PATH_SIZE)
        return true; /* too long to be opened either */
    if (strcmp(name, "db") == 0)
        return owned_databases(path, err);
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISDIR(info.st_mode))
        return true;
    if (is_of_the_store(str_of(name)))
        return check_file(&look->owner, path, err);
    return look->shared || owner_check_owner(&look->owner, path, &info, err);
}

static bool check_entries(const struct look *look, DIR *dir, struct err *err)
{
    const struct dirent *entry;
    bool fine = true;

    for (entry = readdir(dir); entry && fine; entry = readdir(dir))
        fine = check_entry(look, dirfd(dir), entry->d_name, err);
    return fine;
}

/* It may be somebody's public folder, to which the link was led by mistake or by
   another program. */
static bool check_linked(const struct look *look, const struct stat *info,
                         struct err *err)
{
    char word[SHELL_WORD_MAX];

    shell_quote(str_of(look->path), word);
    return !look->linked || (info->st_mode & 077) == 0 ||
           err_set(err, ERR_CONFIG,
                   "%s is reached through a link and open to others (mode "
                   "%03o), and modes are never changed through one: if the "
                   "folder is the relay's alone, run `chmod 700 %s/`; else "
                   "give DATA_DIR a folder of its own",
                   look->path, (unsigned)(info->st_mode & 0777), word);
}

static bool is_ours_alone(const struct look *look, const struct stat *info)
{
    return !look->shared && !look->linked &&
           owner_is_ours(&look->owner, info) &&
           !owner_lets_write(&look->owner, info);
}

static bool check_itself(const struct look *look, struct stat info,
                         struct err *err)
{
    /* It will be shut. */
    if (is_ours_alone(look, &info))
        info.st_mode &= ~(mode_t)S_IWGRP;
    if (!owner_check_folder(&look->owner, look->path, &info, err))
        return look->shared ? err_wrap(err, "this folder has other uses too; "
                                            "give DATA_DIR one of its own")
                            : false;
    return !owner_is_ours(&look->owner, &info) ||
           check_linked(look, &info, err);
}

/* What lies in it was looked at before: as long as it is open, others can reach that. */
static void shut_itself(const struct look *look, int folder,
                        const struct stat *info)
{
    if ((info->st_mode & 077) == 0)
        return;
    if (look->shared)
        log_line(LOG_WARN,
                 "%s is open to others, and is left so because it has other "
                 "uses too: give DATA_DIR a folder of its own",
                 look->path);
    else if (!look->linked && owner_is_ours(&look->owner, info))
        owned_shut(folder, look->path, info->st_mode, 0700);
}

static bool check_open(struct look *look, DIR *dir, struct err *err)
{
    struct stat info;

    if (fstat(dirfd(dir), &info) != 0)
        return err_errno(err, "stat %s", look->path);
    look->owner.folder = info.st_uid;
    look->owner.group = info.st_gid;
    look->owner.open = (info.st_mode & (S_IXGRP | S_IXOTH)) != 0;
    look->shared = has_other_uses(dir, &info);
    if (!check_itself(look, info, err) || !check_entries(look, dir, err))
        return false;
    shut_itself(look, dirfd(dir), &info);
    return true;
}

bool owned_folder(const char *folder, struct err *err)
{
    struct look look = { .owner = { .me = geteuid() }, .path = folder };
    struct links links;
    DIR *dir;
    bool ok;

    if (!links_check(folder, &links, err))
        return false;
    look.linked = links.followed;
    if (!way_check(folder, err))
        return false;
    dir = opendir(folder);
    if (!dir)
        return err_errno(err, "open the folder %s", folder);
    ok = check_open(&look, dir, err);
    (void)closedir(dir);
    return ok;
}

/* ---- what is made ------------------------------------------------------- */

bool owned_give(int fd, const char *path, struct err *err)
{
    struct owner owner;
    struct stat info;

    if (geteuid() != 0)
        return true;
    if (!owner_look(&owner, path, err))
        return false;
    if (fstat(fd, &info) != 0)
        return err_errno(err, "stat %s", path);
    if (info.st_uid != 0 || owner.folder == 0)
        return true;
    /* It was not made here: a name of it was. */
    if (S_ISREG(info.st_mode) && info.st_nlink > 1)
        return err_set(err, ERR_CONFIG,
                       "%s has other names, perhaps in another folder: as root "
                       "it is not given to uid %u; remove it",
                       path, (unsigned)owner.folder);
    /* Also what is open as a place alone (O_PATH), as a socket's file is. */
    return fchownat(fd, "", owner.folder, owner.group, AT_EMPTY_PATH) == 0 ||
           err_errno(err, "give %s to the owner of its folder (uid %u)", path,
                     (unsigned)owner.folder);
}
