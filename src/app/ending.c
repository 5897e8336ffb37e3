// SPDX-License-Identifier: MIT
/* A relay that ends, and the next one. */
#include "app/ending.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "store/filelock.h"

/* For one that starts, and looks just now. */
#define LOOK_MS 200

static bool find_path(struct str data_dir, char path[PATH_MAX])
{
    return snprintf(path, PATH_MAX, STR_FMT "/" ENDING_FILE,
                    STR_ARG(data_dir)) < PATH_MAX;
}

int ending_begin(struct str data_dir)
{
    char path[PATH_MAX];
    struct err err;
    int fd;

    if (!find_path(data_dir, path))
        return -1;
    fd = filelock_wait(path, FILELOCK_SHARED, LOOK_MS, &err);
    if (fd < 0)
        log_line(LOG_WARN,
                 "a relay that is started before this one has ended will not "
                 "wait for it: %s",
                 err.text);
    return fd;
}

/* Nobody holds it, or it cannot be told: then the start itself will say what is
   wrong. */
static bool is_over(const char *path, uint64_t wait_ms)
{
    struct err err;
    int fd = filelock_wait(path, FILELOCK_TRY, wait_ms, &err);

    filelock_release(fd);
    return fd >= 0 || err.code != ERR_BUSY;
}

void ending_wait(struct str data_dir, uint64_t wait_ms)
{
    char path[PATH_MAX];

    if (!find_path(data_dir, path) || access(path, F_OK) != 0 ||
        is_over(path, 0))
        return;
    log_line(LOG_INFO,
             "the relay that ran on " STR_FMT " is still saving what its keys "
             "have used: waiting for it, for %llu s at most",
             STR_ARG(data_dir), (unsigned long long)wait_ms / 1000);
    if (!is_over(path, wait_ms))
        log_line(LOG_WARN,
                 "it has not ended after %llu s: limits are counted from what "
                 "is saved now, without what it has not saved yet",
                 (unsigned long long)wait_ms / 1000);
}
