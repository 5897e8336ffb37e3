// SPDX-License-Identifier: MIT
/* Where a backup goes. */
#include "store/backup_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/links.h"
#include "base/owner.h"
#include "base/shell.h"
#include "base/str.h"

#define PATH_SIZE 4096
#define INTO_PIPE "`claude-relay backup - | COMMAND`"

/* ---- into what is there ------------------------------------------------- */

static bool check_terminal(const struct backup_out *out, struct err *err)
{
    return isatty(out->fd) == 0 ||
           err_set(err, ERR_CONFIG,
                   "%s is a terminal, and a tar file is not for reading: name "
                   "a new file, or use " INTO_PIPE,
                   out->file);
}

static bool use_output(struct backup_out *out, struct err *err)
{
    out->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    out->on_output = true;
    if (out->fd < 0)
        return err_errno(err, "use standard output");
    return check_terminal(out, err);
}

/* Also as /dev/stdout, which leads to whatever that is. */
static bool is_output(const char *file)
{
    struct stat named;
    struct stat output;

    return strcmp(file, "-") == 0 ||
           (stat(file, &named) == 0 && fstat(STDOUT_FILENO, &output) == 0 &&
            named.st_dev == output.st_dev && named.st_ino == output.st_ino);
}

static bool takes_streams(mode_t mode)
{
    return S_ISFIFO(mode) || S_ISCHR(mode);
}

static bool use_stream(struct backup_out *out, struct err *err)
{
    struct stat info;

    out->fd = open(out->file, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (out->fd < 0)
        return err_errno(err, "open %s", out->file);
    if (fstat(out->fd, &info) != 0 || !takes_streams(info.st_mode))
        return err_set(err, ERR_IO, "%s is another file by now", out->file);
    return check_terminal(out, err);
}

/* ---- what is left as it is ---------------------------------------------- */

static const char *kind_of(mode_t mode)
{
    if (S_ISLNK(mode))
        return "a link: name the file that it leads to, or a new one";
    if (S_ISDIR(mode))
        return "a folder: name a file in it";
    if (S_ISSOCK(mode))
        return "a socket, which is not opened by its name: use " INTO_PIPE;
    if (S_ISBLK(mode))
        return "a disk, which would be overwritten: name a file";
    return "no file: name a new one";
}

/* ---- a new file --------------------------------------------------------- */

static bool split(struct backup_out *out, char folder[PATH_SIZE],
                  struct err *err)
{
    struct str path = str_of(out->file);
    struct str part = owner_folder_of(path);
    size_t len = part.at == path.at ? part.len : 0;
    struct str name = str_from(path, len);

    if (name.len == 0 || name.len >= BACKUP_OUT_NAME_SIZE - 24 ||
        snprintf(folder, PATH_SIZE, STR_FMT, STR_ARG(part)) >= PATH_SIZE)
        return err_set(err, ERR_IO, "%s cannot be the name of a file",
                       out->file);
    (void)snprintf(out->name, sizeof(out->name), STR_FMT, STR_ARG(name));
    (void)snprintf(out->part, sizeof(out->part), "%s.%ld.part", out->name,
                   (long)getpid());
    return true;
}

/* In its folder, whatever leads there later. */
static bool make_part(struct backup_out *out, struct err *err)
{
    char folder[PATH_SIZE];

    if (!split(out, folder, err))
        return false;
    out->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (out->folder < 0)
        return err_errno(err, "open the folder of %s", out->file);
    out->fd =
        openat(out->folder, out->part,
               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    out->made = out->fd >= 0;
    return out->made ||
           err_errno(err, "make %s beside %s", out->part, out->file);
}

/* What is longer would be cut, and a part of a command is worse than none. */
#define WORD_SHOWN_MAX 200

static bool in_the_way(const struct backup_out *out, struct err *err)
{
    char word[SHELL_WORD_MAX];

    shell_quote(str_of(out->file), word);
    if (strlen(word) > WORD_SHOWN_MAX)
        return err_set(err, ERR_EXISTS,
                       "it is there already: name a new file, or replace this "
                       "one with --force");
    return err_set(err, ERR_EXISTS,
                   "it is there already: name a new file, or replace this one "
                   "with `claude-relay backup %s --force`",
                   word);
}

static bool is_missing(const struct backup_out *out)
{
    struct stat info;

    return fstatat(out->folder, out->name, &info, AT_SYMLINK_NOFOLLOW) != 0;
}

/* Something may have appeared there meanwhile. */
static bool put_into_place(struct backup_out *out, struct err *err)
{
    int rc = renameat2(out->folder, out->part, out->folder, out->name,
                       out->force ? 0 : RENAME_NOREPLACE);

    if (rc != 0 && (errno == EINVAL || errno == ENOSYS) &&
        (out->force || is_missing(out)))
        rc = renameat(out->folder, out->part, out->folder, out->name);
    out->made = rc != 0;
    if (rc != 0 && errno == EEXIST)
        return in_the_way(out, err);
    if (rc != 0)
        return err_errno(err, "rename %s to %s", out->part, out->file);
    return fsync(out->folder) == 0 ||
           err_errno(err, "fsync the folder of %s", out->file);
}

/* ---- all of it ---------------------------------------------------------- */

static bool use_file(struct backup_out *out, mode_t mode, struct err *err)
{
    if (!S_ISREG(mode))
        return err_set(err, ERR_EXISTS, "it is %s", kind_of(mode));
    return out->force ? make_part(out, err) : in_the_way(out, err);
}

static bool choose(struct backup_out *out, struct err *err)
{
    struct links links;
    struct stat named;
    struct stat led_to;

    if (is_output(out->file))
        return use_output(out, err);
    if (lstat(out->file, &named) != 0)
        return errno == ENOENT ? make_part(out, err)
                               : err_errno(err, "look at %s", out->file);
    if (stat(out->file, &led_to) == 0 && takes_streams(led_to.st_mode))
        return links_check(out->file, &links, err) && use_stream(out, err);
    return use_file(out, named.st_mode, err);
}

bool backup_out_open(struct backup_out *out, struct err *err)
{
    out->fd = -1;
    out->folder = -1;
    out->on_output = false;
    out->made = false;
    if (choose(out, err))
        return true;
    backup_out_done(out);
    return false;
}

bool backup_out_settle(struct backup_out *out, uint64_t *bytes, struct err *err)
{
    struct stat info;

    *bytes = 0;
    if (!out->made)
        return fsync(out->fd) == 0 || errno == EINVAL || errno == EROFS ||
               err_errno(err, "write %s", out->file);
    if (fsync(out->fd) != 0 || fstat(out->fd, &info) != 0)
        return err_errno(err, "write %s", out->file);
    *bytes = (uint64_t)info.st_size;
    return put_into_place(out, err);
}

void backup_out_done(struct backup_out *out)
{
    if (out->made)
        (void)unlinkat(out->folder, out->part, 0);
    if (out->fd >= 0)
        (void)close(out->fd);
    if (out->folder >= 0)
        (void)close(out->folder);
}
