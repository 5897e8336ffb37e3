// SPDX-License-Identifier: MIT
/* Removing files by their age. */
#include "store/leftover.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

void leftover_sweep(const char *folder, bool (*is_one)(const char *file),
                    uint64_t age_s)
{
    DIR *dir = opendir(folder);
    uint64_t now_s = clock_wall_ms() / 1000;
    const struct dirent *entry;
    struct stat info;

    if (!dir)
        return;
    for (entry = readdir(dir); entry; entry = readdir(dir)) {
        if (is_one(entry->d_name) &&
            fstatat(dirfd(dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) ==
                0 &&
            (uint64_t)info.st_mtim.tv_sec + age_s < now_s)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    }
    (void)closedir(dir);
}
