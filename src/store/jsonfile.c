// SPDX-License-Identifier: MIT
/* Small files that must not be lost. */
#include "store/jsonfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/leftover.h"
#include "store/owned.h"
#include "store/temporary.h"

#define PATH_SIZE 4096
#define READ_SIZE 4096
#define ORPHAN_AGE_S 600

/* ---- reading ------------------------------------------------------------ */

/* Sees the end of the file with one byte even when the buffer is full. */
static bool read_part(int fd, struct buf *out, size_t *got, struct err *err)
{
    char beyond;
    size_t size = out->max - out->len;
    char *room;
    ssize_t len;

    size = size < READ_SIZE ? size : READ_SIZE;
    room = size > 0 ? buf_room(out, size) : &beyond;
    do {
        len = read(fd, room, size > 0 ? size : 1);
    } while (len < 0 && errno == EINTR);
    if (len < 0)
        return err_errno(err, "read");
    if (len > 0 && size == 0)
        return err_set(err, ERR_IO, "larger than %zu bytes", out->max);
    if (size > 0)
        buf_grow(out, (size_t)len);
    *got = (size_t)len;
    return true;
}

bool jsonfile_read_from(int fd, struct buf *out, struct err *err)
{
    struct stat info;
    size_t got = 1;

    if (fstat(fd, &info) != 0)
        return err_errno(err, "stat");
    if (!S_ISREG(info.st_mode))
        return err_set(err, ERR_IO, "not a regular file");
    while (got > 0) {
        if (!read_part(fd, out, &got, err))
            return false;
    }
    return true;
}

bool jsonfile_read(const char *path, struct buf *out, struct err *err)
{
    /* Without O_NONBLOCK, opening a pipe would wait for its other end. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool ok;

    if (fd < 0) {
        bool missing = errno == ENOENT;

        err_errno(err, "open %s", path);
        err->code = missing ? ERR_NOT_FOUND : ERR_IO;
        return false;
    }
    ok = jsonfile_read_from(fd, out, err) || err_wrap(err, "%s", path);
    (void)close(fd);
    return ok;
}

/* ---- writing ------------------------------------------------------------ */

bool jsonfile_sync_folder(const char *folder, struct err *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return err_errno(err, "open %s", folder);
    ok = fsync(fd) == 0 || err_errno(err, "fsync %s", folder);
    (void)close(fd);
    return ok;
}

bool jsonfile_write(const char *folder, const char *name, struct str content,
                    bool create, struct err *err)
{
    struct temporary temporary;
    bool ok = temporary_open(&temporary, folder, name, err) &&
              temporary_fill(&temporary, content, err) &&
              temporary_move(&temporary, create, err);

    temporary_done(&temporary);
    return ok;
}

/* ---- the folder --------------------------------------------------------- */

/* Those of documents are looked into, and not for their age (store/rescue.h). */
static bool is_orphan(const char *file)
{
    const struct str ending = STR(".json");
    struct str name;
    struct str base;

    return temporary_parse(str_of(file), &name, &base) &&
           (name.len < ending.len ||
            !str_eq(str_from(name, name.len - ending.len), ending));
}

/* Root that comes first makes a service user's folder for that user. */
static bool give_folder(const char *folder, struct err *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = fd >= 0 ? owned_give(fd, folder, err)
                      : err_errno(err, "open %s", folder);

    if (fd >= 0)
        (void)close(fd);
    return ok;
}

static bool sync_parent(const char *folder, struct err *err)
{
    char parent[PATH_SIZE];

    if (snprintf(parent, sizeof(parent), "%s/..", folder) >= PATH_SIZE)
        return err_set(err, ERR_IO, "the path %s is too long", folder);
    return jsonfile_sync_folder(parent, err);
}

bool jsonfile_make_folder(const char *folder, struct err *err)
{
    struct stat info;

    if (mkdir(folder, 0700) == 0)
        return give_folder(folder, err) && sync_parent(folder, err);
    if (errno != EEXIST)
        return err_errno(err, "make the folder %s", folder);
    if (stat(folder, &info) == 0 && !S_ISDIR(info.st_mode))
        return err_set(err, ERR_IO, "must be a folder, and %s is not", folder);
    leftover_sweep(folder, is_orphan, ORPHAN_AGE_S);
    return true;
}
