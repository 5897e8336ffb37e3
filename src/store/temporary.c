// SPDX-License-Identifier: MIT
/* A file on its way into the place of another. */
#include "store/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/chars.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "store/jsonfile.h"
#include "store/owned.h"

#define UNIQUE_LEN 16

/* ---- names -------------------------------------------------------------- */

void temporary_base(const struct stat *info, char base[TEMPORARY_BASE_LEN + 1])
{
    uint64_t facts[] = { info ? info->st_ino : 0,
                         info ? (uint64_t)info->st_size : 0,
                         info ? (uint64_t)info->st_mtim.tv_sec : 0,
                         info ? (uint64_t)info->st_mtim.tv_nsec : 0 };
    unsigned char hash[HASH_SHA256_LEN] = { 0 };

    if (info)
        hash_sha256((struct str){ (const char *)facts, sizeof(facts) }, hash);
    for (size_t i = 0; i < TEMPORARY_BASE_LEN / 2; i++)
        (void)snprintf(base + 2 * i, 3, "%02x", hash[i]);
}

static bool is_hex(struct str text, size_t len)
{
    static const struct chars hex = { { CHARS_HEX } };

    return text.len == len && chars_has_all(&hex, text);
}

bool temporary_parse(struct str file, struct str *name, struct str *base)
{
    const size_t end = sizeof(TEMPORARY_ENDING) - 1;
    struct str rest;
    size_t dot;

    if (file.len <= end + 1 || file.at[0] != '.' ||
        !str_eq(str_from(file, file.len - end), STR(TEMPORARY_ENDING)))
        return false;
    rest = str_sub(file, 1, file.len - end - 1);
    for (dot = rest.len; dot > 0 && rest.at[dot - 1] != '.'; dot--)
        ;
    if (dot < 2)
        return false;
    *name = str_sub(rest, 0, dot - 1);
    rest = str_from(rest, dot);
    *base = STR_EMPTY;
    if (is_hex(rest, UNIQUE_LEN))
        return true;
    *base = str_sub(rest, 0, TEMPORARY_BASE_LEN);
    return rest.len > TEMPORARY_BASE_LEN && is_hex(*base, TEMPORARY_BASE_LEN) &&
           rest.at[TEMPORARY_BASE_LEN] == '-' &&
           is_hex(str_from(rest, TEMPORARY_BASE_LEN + 1), UNIQUE_LEN);
}

/* ---- one of them -------------------------------------------------------- */

static bool make_paths(struct temporary *temporary, const char *folder,
                       const char *name, struct err *err)
{
    char base[TEMPORARY_BASE_LEN + 1];
    char unique[UNIQUE_LEN + 1];
    struct stat info;

    if (snprintf(temporary->folder, TEMPORARY_PATH_SIZE, "%s", folder) >=
            TEMPORARY_PATH_SIZE ||
        snprintf(temporary->target, TEMPORARY_PATH_SIZE, "%s/%s", folder,
                 name) >= TEMPORARY_PATH_SIZE)
        return err_set(err, ERR_IO, "the path of %s is too long", name);
    temporary_base(lstat(temporary->target, &info) == 0 ? &info : NULL, base);
    random_hex(UNIQUE_LEN / 2, unique);
    return snprintf(temporary->path, TEMPORARY_PATH_SIZE, "%s/.%s.%s-%s%s",
                    folder, name, base, unique,
                    TEMPORARY_ENDING) < TEMPORARY_PATH_SIZE ||
           err_set(err, ERR_IO, "the path of %s is too long", name);
}

bool temporary_open(struct temporary *temporary, const char *folder,
                    const char *name, struct err *err)
{
    *temporary = (struct temporary){ .fd = -1 };
    if (!make_paths(temporary, folder, name, err))
        return false;
    temporary->fd =
        open(temporary->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (temporary->fd < 0)
        return err_errno(err, "create %s", temporary->path);
    if (owned_give(temporary->fd, temporary->path, err))
        return true;
    temporary_done(temporary);
    return false;
}

static void unmap_room(struct temporary *temporary)
{
    if (temporary->map)
        (void)munmap(temporary->map, temporary->map_size);
    temporary->map = NULL;
}

/* Blocks that are allocated can be written through memory; elsewhere a full disk
   would end the process (SIGBUS). */
static void map_room(struct temporary *temporary, size_t size)
{
    void *map =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, temporary->fd, 0);

    if (map == MAP_FAILED)
        return;
    unmap_room(temporary);
    temporary->map = map;
    temporary->map_size = size;
}

/* Where the file system cannot allocate, zeros are written. */
static bool allocate(struct temporary *temporary, size_t size)
{
    int rc;

    do {
        rc = fallocate(temporary->fd, 0, 0, (off_t)size);
    } while (rc != 0 && errno == EINTR);
    if (rc == 0)
        map_room(temporary, size);
    else if (errno == EOPNOTSUPP)
        errno = rc = posix_fallocate(temporary->fd, 0, (off_t)size);
    if (rc == 0)
        temporary->size = size;
    return rc == 0;
}

bool temporary_reserve(struct temporary *temporary, size_t size,
                       struct err *err)
{
    int rc;

    /* Whoever asks whether it is held holds it for a moment. */
    do {
        rc = flock(temporary->fd, LOCK_EX);
    } while (rc != 0 && errno == EINTR);
    if (rc != 0)
        return err_errno(err, "lock %s", temporary->path);
    temporary->reserved = true;
    return allocate(temporary, size) ||
           err_errno(err, "reserve %zu bytes in %s", size, temporary->path);
}

/* Where nothing can be mapped: over what was noted before, and zeros behind. */
static bool write_note(const struct temporary *temporary, struct str content)
{
    static const char zeros[4096];
    size_t at = content.len;

    if (pwrite(temporary->fd, content.at, content.len, 0) !=
        (ssize_t)content.len)
        return false;
    while (at < temporary->size) {
        size_t len = temporary->size - at;
        ssize_t done =
            pwrite(temporary->fd, zeros,
                   len < sizeof(zeros) ? len : sizeof(zeros), (off_t)at);

        if (done <= 0)
            return false;
        at += (size_t)done;
    }
    return true;
}

bool temporary_note(struct temporary *temporary, struct str content)
{
    if (!temporary->reserved || temporary->fd < 0 ||
        (content.len > temporary->size && !allocate(temporary, content.len)))
        return false;
    if (temporary->map) {
        memset(temporary->map, 0, temporary->map_size);
        memcpy(temporary->map, content.at, content.len);
    } else if (!write_note(temporary, content)) {
        return false;
    }
    temporary->noted = true;
    return true;
}

/* What was noted is not touched before it is sure that the new content has room.
   Memory beyond the end of a file must not be written (SIGBUS). */
static bool fit(struct temporary *temporary, size_t size)
{
    if (size > temporary->size && !allocate(temporary, size))
        return false;
    unmap_room(temporary);
    temporary->size = size;
    return ftruncate(temporary->fd, (off_t)size) == 0;
}

/* Room is cut first: what a crash leaves after the write is whole then.  The blocks
   that were reserved are used, from the start of the file. */
static bool write_all(struct temporary *temporary, struct str content,
                      struct err *err)
{
    int fd = temporary->fd;
    off_t at = 0;

    if (temporary->reserved && !fit(temporary, content.len))
        return err_errno(err, "cut");
    while (content.len > 0) {
        ssize_t done = pwrite(fd, content.at, content.len, at);

        if (done < 0 && errno != EINTR)
            return err_errno(err, "write");
        done = done > 0 ? done : 0;
        content = str_from(content, (size_t)done);
        at += done;
    }
    return true;
}

bool temporary_fill(struct temporary *temporary, struct str content,
                    struct err *err)
{
    return (write_all(temporary, content, err) &&
            (fsync(temporary->fd) == 0 || err_errno(err, "fsync"))) ||
           err_wrap(err, "%s", temporary->path);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return (a->st_dev == b->st_dev && a->st_ino == b->st_ino) ||
           (a->st_size == b->st_size &&
            a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
            a->st_mtim.tv_nsec == b->st_mtim.tv_nsec);
}

/* The folder may have been exchanged meanwhile, with a copy of the file in it as it
   was before it was filled.  (A copy of it as it is would do.) */
static bool is_at(const struct temporary *temporary, const char *path,
                  struct err *err)
{
    struct stat here;
    struct stat there;

    return (fstat(temporary->fd, &here) == 0 && lstat(path, &there) == 0 &&
            is_same(&here, &there)) ||
           err_set(err, ERR_IO, "%s is another file by now", path);
}

/* link() refuses an existing name where rename() would replace it. */
bool temporary_move(struct temporary *temporary, bool create, struct err *err)
{
    if (!is_at(temporary, temporary->path, err))
        return false;
    if (create && link(temporary->path, temporary->target) != 0) {
        bool exists = errno == EEXIST;

        (void)err_errno(err, "create %s", temporary->target);
        if (exists)
            err->code = ERR_EXISTS;
        return false;
    }
    if (!create && rename(temporary->path, temporary->target) != 0)
        return err_errno(err, "replace %s", temporary->target);
    if (!is_at(temporary, temporary->target, err))
        return false;
    if (create)
        (void)unlink(temporary->path);
    unmap_room(temporary);
    (void)close(temporary->fd);
    temporary->fd = -1;
    return jsonfile_sync_folder(temporary->folder, err);
}

void temporary_done(struct temporary *temporary)
{
    if (temporary->fd < 0)
        return;
    if (temporary->noted)
        (void)fsync(temporary->fd);
    else
        (void)unlink(temporary->path);
    unmap_room(temporary);
    (void)close(temporary->fd);
    temporary->fd = -1;
}
