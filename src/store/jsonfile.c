// SPDX-License-Identifier: MIT
/* Small files that must not be lost. */
#include "store/jsonfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

static bool read_all(int fd, struct buf *out, struct err *err)
{
    for (;;) {
        char *room = buf_room(out, 4096);
        ssize_t got;

        if (!room)
            return err_set(err, ERR_IO, "larger than 1 MB");
        got = read(fd, room, 4096);
        if (got < 0)
            return err_errno(err, "read");
        if (got == 0)
            return true;
        buf_grow(out, (size_t)got);
    }
}

bool jsonfile_read(const char *path, struct buf *out, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool ok;

    if (fd < 0)
        return err_errno(err, "open %s", path);
    ok = read_all(fd, out, err) || err_wrap(err, "%s", path);
    (void)close(fd);
    return ok;
}

static bool write_all(int fd, struct str content, struct err *err)
{
    while (content.len > 0) {
        ssize_t done = write(fd, content.at, content.len);

        if (done < 0 && errno != EINTR)
            return err_errno(err, "write");
        content = str_from(content, done > 0 ? (size_t)done : 0);
    }
    return fsync(fd) == 0 || err_errno(err, "fsync");
}

static bool write_temporary(const char *path, struct str content,
                            struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok;

    if (fd < 0)
        return err_errno(err, "create %s", path);
    ok = write_all(fd, content, err) || err_wrap(err, "%s", path);
    if (close(fd) != 0 && ok)
        ok = err_errno(err, "close %s", path);
    return ok;
}

static bool sync_folder(const char *folder, struct err *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return err_errno(err, "open %s", folder);
    ok = fsync(fd) == 0 || err_errno(err, "fsync %s", folder);
    (void)close(fd);
    return ok;
}

/* link() refuses an existing name where rename() would replace it. */
static bool move_into_place(const char *from, const char *to, bool create,
                            struct err *err)
{
    if (create)
        return link(from, to) == 0 || err_errno(err, "create %s", to);
    return rename(from, to) == 0 || err_errno(err, "replace %s", to);
}

bool jsonfile_write(const char *folder, const char *name, struct str content,
                    bool create, struct err *err)
{
    char path[PATH_SIZE];
    char temporary[PATH_SIZE];
    bool ok;

    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= PATH_SIZE ||
        snprintf(temporary, sizeof(temporary), "%s/.%s.%d.tmp", folder, name,
                 (int)getpid()) >= PATH_SIZE)
        return err_set(err, ERR_IO, "the path of %s is too long", name);
    (void)unlink(temporary); /* of a process that died with our number */
    ok = write_temporary(temporary, content, err) &&
         move_into_place(temporary, path, create, err);
    if (!ok || create)
        (void)unlink(temporary);
    return ok && sync_folder(folder, err);
}

bool jsonfile_make_folder(const char *folder, struct err *err)
{
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        return true;
    return err_errno(err, "make the folder %s", folder);
}
