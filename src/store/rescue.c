// SPDX-License-Identifier: MIT
/* What a crash left of a file that was about to be replaced. */
#include "store/rescue.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/jsonfile.h"
#include "store/temporary.h"

#define PATH_SIZE 4096

/* ---- finding ------------------------------------------------------------ */

void rescue_each(const char *folder, void (*visit)(void *arg, struct str name),
                 void *arg)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    struct str name;
    struct str base;

    if (!dir)
        return;
    for (entry = readdir(dir); entry; entry = readdir(dir)) {
        if (temporary_parse(str_of(entry->d_name), &name, &base))
            visit(arg, name);
    }
    (void)closedir(dir);
}

struct looking {
    struct str name;
    bool found;
};

static void compare(void *arg, struct str name)
{
    struct looking *looking = arg;

    looking->found |= str_eq(name, looking->name);
}

bool rescue_is_needed(const char *folder, const char *name)
{
    struct looking looking = { .name = str_of(name) };

    rescue_each(folder, compare, &looking);
    return looking.found;
}

/* ---- judging ------------------------------------------------------------ */

struct leftover {
    char path[PATH_SIZE];
    struct stat info;
    bool of_this; /* it was to replace the file as it is now */
};

struct search {
    const struct rescue *rescue;
    char path[PATH_SIZE]; /* of the file */
    struct stat info;     /* likewise, if it is there */
    bool there;
    bool whole;
    struct leftover best; /* so far */
    bool found;
};

/* Room that somebody reserved is held by its owner. */
static bool has_owner(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;

    if (fd >= 0)
        (void)close(fd);
    return held;
}

static bool is_older(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec ||
           (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

static bool is_newer(const struct search *search,
                     const struct leftover *leftover)
{
    if (search->rescue->removed)
        return false;
    return !search->there || leftover->of_this ||
           !is_older(&leftover->info.st_mtim, &search->info.st_mtim);
}

static bool is_better(const struct search *search,
                      const struct leftover *leftover)
{
    return !search->found ||
           is_older(&search->best.info.st_mtim, &leftover->info.st_mtim);
}

static void look(struct search *search, const struct leftover *leftover)
{
    const struct rescue *rescue = search->rescue;
    struct err err;

    switch (rescue->judge(rescue->arg, leftover->path, &err)) {
    case RESCUE_WHOLE:
        if (is_newer(search, leftover) && is_better(search, leftover)) {
            search->best = *leftover;
            search->found = true;
        }
        break;
    case RESCUE_LOCKED:
        log_line(LOG_WARN,
                 "%s was left by a crash and cannot be opened: %s; it is kept",
                 leftover->path, err.text);
        break;
    case RESCUE_PART:
        break;
    }
}

/* `base` may be empty. */
static bool describe(const struct search *search, const char *file,
                     struct str base, struct leftover *leftover)
{
    char now[TEMPORARY_BASE_LEN + 1];

    temporary_base(search->there ? &search->info : NULL, now);
    leftover->of_this = str_eq(base, str_of(now));
    return snprintf(leftover->path, PATH_SIZE, "%s/%s", search->rescue->folder,
                    file) < PATH_SIZE &&
           lstat(leftover->path, &leftover->info) == 0 &&
           S_ISREG(leftover->info.st_mode) && !has_owner(leftover->path);
}

typedef void (*look_fn)(struct search *search, const struct leftover *leftover);

static void each(struct search *search, look_fn look_at)
{
    DIR *dir = opendir(search->rescue->folder);
    const struct dirent *entry;
    struct leftover leftover;
    struct str name;
    struct str base;

    if (!dir)
        return;
    for (entry = readdir(dir); entry; entry = readdir(dir)) {
        if (temporary_parse(str_of(entry->d_name), &name, &base) &&
            str_eq(name, str_of(search->rescue->name)) &&
            describe(search, entry->d_name, base, &leftover))
            look_at(search, &leftover);
    }
    (void)closedir(dir);
}

/* ---- putting right ------------------------------------------------------ */

static bool is_same_file(const struct search *search,
                         const struct leftover *leftover)
{
    return search->there && search->info.st_dev == leftover->info.st_dev &&
           search->info.st_ino == leftover->info.st_ino;
}

/* Those that were overtaken.  While the file itself is broken, none was. */
static void clean(struct search *search, const struct leftover *leftover)
{
    const struct rescue *rescue = search->rescue;
    bool settled =
        search->found || rescue->removed || is_same_file(search, leftover);
    struct err err;

    switch (rescue->judge(rescue->arg, leftover->path, &err)) {
    case RESCUE_WHOLE:
        if (settled || search->whole)
            (void)unlink(leftover->path);
        break;
    case RESCUE_PART:
        (void)unlink(leftover->path);
        break;
    case RESCUE_LOCKED:
        break;
    }
}

/* Zeros at the end are room that was not needed. */
static bool cut_room(int fd)
{
    off_t len = lseek(fd, 0, SEEK_END);
    char last = '\0';

    while (len > 0 && pread(fd, &last, 1, len - 1) == 1 && last == '\0')
        len--;
    return len >= 0 && ftruncate(fd, len) == 0;
}

static bool sync_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    bool ok = fd >= 0 && cut_room(fd) && fsync(fd) == 0;

    if (!ok)
        (void)err_errno(err, "fsync %s", path);
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

static bool move_best(struct search *search, struct err *err)
{
    if (!sync_file(search->best.path, err))
        return false;
    if (rename(search->best.path, search->path) != 0)
        return err_errno(err, "replace %s", search->path);
    log_line(LOG_WARN,
             "%s: a newer version, which a crash kept from its place, was put "
             "there",
             search->path);
    return jsonfile_sync_folder(search->rescue->folder, err);
}

/* What is the file itself (a link made, the other name not yet removed) needs no
   place. */
static bool wants_place(const struct search *search)
{
    return search->found && !is_same_file(search, &search->best);
}

bool rescue_file(const struct rescue *rescue, struct err *err)
{
    struct search search = { .rescue = rescue };
    struct err ignored;

    if (!rescue_is_needed(rescue->folder, rescue->name))
        return true;
    if (snprintf(search.path, PATH_SIZE, "%s/%s", rescue->folder,
                 rescue->name) >= PATH_SIZE)
        return err_set(err, ERR_IO, "the path of %s is too long", rescue->name);
    search.there = lstat(search.path, &search.info) == 0;
    search.whole = search.there && rescue->judge(rescue->arg, search.path,
                                                 &ignored) == RESCUE_WHOLE;
    each(&search, look);
    if (wants_place(&search) && !move_best(&search, err))
        return false;
    each(&search, clean);
    return true;
}
