// SPDX-License-Identifier: MIT
/* Removing files by their age. */
#include "store/leftover.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/held.h"

struct sweep {
    int folder;
    bool (*is_one)(const char *file);
    uint64_t before_s;
};

static bool look_at(void *arg, const char *name)
{
    const struct sweep *sweep = arg;
    struct stat info;

    if (sweep->is_one(name) &&
        fstatat(sweep->folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        (uint64_t)info.st_mtim.tv_sec < sweep->before_s)
        (void)unlinkat(sweep->folder, name, 0);
    return true;
}

/* Where another user's link leads nothing is removed. */
void leftover_sweep(const char *folder, bool (*is_one)(const char *file),
                    uint64_t age_s)
{
    struct sweep sweep = { .is_one = is_one,
                           .before_s = clock_wall_ms() / 1000 - age_s };
    struct err ignored;

    sweep.folder = held_open(folder, &ignored);
    if (sweep.folder < 0)
        return;
    (void)held_each(sweep.folder, look_at, &sweep);
    (void)close(sweep.folder);
}
