// SPDX-License-Identifier: MIT
/* Locks on files. */
#include "store/filelock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/owned.h"

#define RETRY_MS 20

static int open_lock(const char *path, enum filelock_kind kind, struct err *err)
{
    int fd = kind == FILELOCK_FOLDER
                 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                 : open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0) {
        (void)err_errno(err, "open %s", path);
        return -1;
    }
    if (kind == FILELOCK_FOLDER || owned_give(fd, path, err))
        return fd;
    (void)close(fd);
    return -1;
}

static bool hold(int fd, const char *path, enum filelock_kind kind,
                 struct err *err)
{
    static const int how[] = {
        [FILELOCK_FOLDER] = LOCK_EX | LOCK_NB,
        [FILELOCK_TRY] = LOCK_EX | LOCK_NB,
        [FILELOCK_SHARED] = LOCK_SH | LOCK_NB,
    };
    int rc;

    do {
        rc = flock(fd, how[kind]);
    } while (rc != 0 && errno == EINTR);
    if (rc == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return err_set(err, ERR_BUSY, "%s is held by another process", path);
    return err_errno(err, "lock %s", path);
}

/* One that was deleted, or exchanged, before it was held excludes nobody. */
static bool is_there(int fd, const char *path, struct err *err)
{
    struct stat info;

    return (fstat(fd, &info) == 0 && info.st_nlink > 0) ||
           err_set(err, ERR_BUSY, "%s was removed by another process", path);
}

int filelock_take(const char *path, enum filelock_kind kind, struct err *err)
{
    int fd = open_lock(path, kind, err);

    if (fd < 0 || (hold(fd, path, kind, err) && is_there(fd, path, err)))
        return fd;
    (void)close(fd);
    return -1;
}

int filelock_wait(const char *path, enum filelock_kind kind, uint64_t wait_ms,
                  struct err *err)
{
    struct timespec pause = { .tv_nsec = RETRY_MS * 1000000 };
    uint64_t until_ms = clock_steady_ms() + wait_ms;
    int fd = filelock_take(path, kind, err);

    while (fd < 0 && err->code == ERR_BUSY && clock_steady_ms() < until_ms) {
        (void)nanosleep(&pause, NULL);
        fd = filelock_take(path, kind, err);
    }
    return fd;
}

void filelock_release(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}
