// SPDX-License-Identifier: MIT
/* Links in the data folder. */
#include "app/link_targets.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "usage/price_file.h"

struct link_seen {
    char *name;
    bool leads; /* to a file that is there */
    struct stat target;
};

/* The prices may be one file that was brought into a container, and is written
   under its name outside. */
static bool is_looked_at(int folder, const struct dirent *entry)
{
    struct stat info;

    if (strcmp(entry->d_name, PRICE_FILE) == 0)
        return true;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_LNK;
    return fstatat(folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(info.st_mode);
}

static void add(struct link_targets *links, int folder, const char *name)
{
    struct link_seen seen = { .name = mem_strdup(name) };

    seen.leads = fstatat(folder, name, &seen.target, 0) == 0;
    links->at =
        mem_realloc(links->at, (links->count + 1) * sizeof(struct link_seen));
    links->at[links->count++] = seen;
}

static int by_name(const void *a, const void *b)
{
    const struct link_seen *first = a;
    const struct link_seen *second = b;

    return strcmp(first->name, second->name);
}

void link_targets_look(struct link_targets *links, const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    *links = (struct link_targets){ 0 };
    if (!dir)
        return;
    for (entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] != '.' && is_looked_at(dirfd(dir), entry))
            add(links, dirfd(dir), entry->d_name);
    }
    (void)closedir(dir);
    if (links->count > 1)
        qsort(links->at, links->count, sizeof(struct link_seen), by_name);
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_same(const struct link_seen *a, const struct link_seen *b)
{
    if (!a->leads || !b->leads)
        return a->leads == b->leads;
    return a->target.st_dev == b->target.st_dev &&
           a->target.st_ino == b->target.st_ino &&
           a->target.st_size == b->target.st_size &&
           is_same_time(a->target.st_mtim, b->target.st_mtim) &&
           is_same_time(a->target.st_ctim, b->target.st_ctim);
}

void link_targets_compare(const struct link_targets *before,
                          const struct link_targets *now,
                          void (*changed)(void *arg, const char *name),
                          void *arg)
{
    size_t old = 0;

    for (size_t i = 0; i < now->count; i++) {
        const struct link_seen *seen = &now->at[i];

        while (old < before->count && by_name(&before->at[old], seen) < 0)
            old++;
        if (old == before->count || by_name(&before->at[old], seen) != 0 ||
            !is_same(&before->at[old], seen))
            changed(arg, seen->name);
    }
}

void link_targets_done(struct link_targets *links)
{
    for (size_t i = 0; i < links->count; i++)
        mem_free(links->at[i].name);
    mem_free(links->at);
    *links = (struct link_targets){ 0 };
}
