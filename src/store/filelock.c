// SPDX-License-Identifier: MIT
/* Locks on files. */
#include "store/filelock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/owned.h"

#define RETRY_MS 20

int filelock_take(const char *path, enum filelock_kind kind, struct err *err)
{
    static const int how[] = {
        [FILELOCK_FOLDER] = LOCK_EX | LOCK_NB,
        [FILELOCK_TRY] = LOCK_EX | LOCK_NB,
        [FILELOCK_SHARED] = LOCK_SH | LOCK_NB,
    };
    int fd = kind == FILELOCK_FOLDER
                 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                 : open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int rc;

    if (fd < 0) {
        (void)err_errno(err, "open %s", path);
        return -1;
    }
    if (kind != FILELOCK_FOLDER && !owned_give(fd, path, err)) {
        (void)close(fd);
        return -1;
    }
    do {
        rc = flock(fd, how[kind]);
    } while (rc != 0 && errno == EINTR);
    if (rc == 0)
        return fd;
    if (errno == EWOULDBLOCK)
        (void)err_set(err, ERR_BUSY, "%s is held by another process", path);
    else
        (void)err_errno(err, "lock %s", path);
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
