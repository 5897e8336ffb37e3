// SPDX-License-Identifier: MIT
/* Who works on a data folder. */
#include "store/in_use.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/filelock.h"

#define RETRY_MS 20
#define SAY_FIRST_MS 1000
#define SAY_AGAIN_MS 3000

static bool find(const char *folder, char path[PATH_MAX], struct err *err)
{
    return snprintf(path, PATH_MAX, "%s/" IN_USE_FILE, folder) < PATH_MAX ||
           err_set(err, ERR_CONFIG, "the path of " IN_USE_FILE " is too long");
}

/* ---- trying -------------------------------------------------------------- */

/* Only a command's lock keeps this one out; it is given back at once. */
static enum in_use whose(const char *path)
{
    struct err err;
    int fd = filelock_take(path, FILELOCK_SHARED, &err);

    filelock_release(fd);
    if (fd >= 0)
        return IN_USE_BY_RELAY;
    return err.code == ERR_BUSY ? IN_USE_BY_COMMAND : IN_USE_FAILED;
}

static enum in_use say_busy(const char *folder, enum in_use whose,
                            struct err *err)
{
    if (whose == IN_USE_BY_COMMAND)
        (void)err_set(err, ERR_BUSY, "another command works on %s itself",
                      folder);
    else
        (void)err_set(err, ERR_BUSY, "a relay is running on %s: stop it first",
                      folder);
    return whose;
}

enum in_use in_use_try(const char *folder, enum in_use_how how, int *fd,
                       struct err *err)
{
    char path[PATH_MAX];

    *fd = -1;
    if (!find(folder, path, err))
        return IN_USE_FAILED;
    *fd = filelock_take(path,
                        how == IN_USE_ALONE ? FILELOCK_TRY : FILELOCK_SHARED,
                        err);
    if (*fd >= 0)
        return IN_USE_TAKEN;
    if (err->code != ERR_BUSY)
        return IN_USE_FAILED;
    return say_busy(folder,
                    how == IN_USE_ALONE ? whose(path) : IN_USE_BY_COMMAND, err);
}

int in_use_wait(const char *folder, enum in_use_how how, uint64_t wait_ms,
                struct err *err)
{
    struct timespec pause = { .tv_nsec = RETRY_MS * 1000000 };
    uint64_t now_ms = clock_steady_ms();
    uint64_t end_ms = now_ms + wait_ms;
    uint64_t say_ms = now_ms + SAY_FIRST_MS;
    int fd;

    (void)in_use_try(folder, how, &fd, err);
    while (fd < 0 && err->code == ERR_BUSY && now_ms < end_ms) {
        if (now_ms >= say_ms) {
            log_line(LOG_WARN, "%s: waiting for it, %llu s more at most",
                     err->text, (unsigned long long)(end_ms - now_ms) / 1000);
            say_ms = now_ms + SAY_AGAIN_MS;
        }
        (void)nanosleep(&pause, NULL);
        (void)in_use_try(folder, how, &fd, err);
        now_ms = clock_steady_ms();
    }
    return fd;
}

/* ---- looking ------------------------------------------------------------- */

enum in_use in_use_look(const char *folder)
{
    enum in_use in_use;
    char path[PATH_MAX];
    struct err err;
    int fd;

    if (!find(folder, path, &err) || access(path, F_OK) != 0)
        return IN_USE_TAKEN;
    in_use = in_use_try(folder, IN_USE_ALONE, &fd, &err);
    filelock_release(fd);
    return in_use;
}

bool in_use_is_there(const char *folder, int fd)
{
    char path[PATH_MAX];
    struct stat ours;
    struct stat there;
    struct err err;

    return fd >= 0 && find(folder, path, &err) && fstat(fd, &ours) == 0 &&
           stat(path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}
