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
#include "base/macros.h"
#include "store/aside.h"
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

enum fate {
    FATE_PLACE, /* it becomes the file */
    FATE_TAKE,  /* its tokens go into the file */
    FATE_DROP,  /* it was overtaken */
    FATE_KEEP,  /* who knows? */
    FATE_STAY,  /* where it is */
};

struct leftover {
    char path[PATH_SIZE];
    struct stat info;
    bool held;    /* by its owner: it is not left */
    bool of_this; /* it was to replace the file as it is now */
    bool of_none; /* there was no file when it was begun */
    enum fate fate;
};

struct search {
    const struct rescue *rescue;
    char path[PATH_SIZE]; /* of the file */
    struct stat info;     /* likewise, if it is there */
    bool there;
    enum rescue_verdict verdict; /* likewise */
    struct leftover best;        /* so far */
    bool found;
};

/* Room that somebody reserved is held by its owner; whoever asks shares. */
static bool has_owner(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;

    if (fd >= 0)
        (void)close(fd);
    return held;
}

static bool is_older(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec ||
           (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

static bool is_same_file(const struct search *search,
                         const struct leftover *leftover)
{
    return search->there && search->info.st_dev == leftover->info.st_dev &&
           search->info.st_ino == leftover->info.st_ino;
}

static enum fate by_tokens(const struct search *search,
                           const struct leftover *leftover)
{
    const struct rescue *rescue = search->rescue;
    bool older = is_older(&leftover->info.st_mtim, &search->info.st_mtim);

    switch (rescue->compare(rescue->arg, search->path, leftover->path)) {
    case RESCUE_SAME:
        return older ? FATE_DROP : FATE_PLACE;
    case RESCUE_LATER:
        return FATE_TAKE;
    case RESCUE_EARLIER:
        return FATE_KEEP;
    case RESCUE_SPENT:
        return FATE_DROP;
    case RESCUE_UNLIKE:
        break;
    }
    return older ? FATE_KEEP : FATE_TAKE;
}

static enum fate of_whole(const struct search *search,
                          const struct leftover *leftover)
{
    if ((search->rescue->removed && !leftover->of_none) ||
        is_same_file(search, leftover))
        return FATE_DROP;
    if (!search->there || search->verdict == RESCUE_PART || leftover->of_this)
        return FATE_PLACE;
    if (search->verdict == RESCUE_WHOLE)
        return by_tokens(search, leftover);
    return is_older(&leftover->info.st_mtim, &search->info.st_mtim)
               ? FATE_STAY
               : FATE_PLACE;
}

static enum fate fate_of(const struct search *search,
                         const struct leftover *leftover, struct err *err)
{
    const struct rescue *rescue = search->rescue;

    switch (rescue->judge(rescue->arg, leftover->path, err)) {
    case RESCUE_WHOLE:
        (void)err_set(err, ERR_IO, "which is newer is not known");
        return of_whole(search, leftover);
    case RESCUE_LOCKED:
        return FATE_STAY;
    case RESCUE_PART:
        break;
    }
    return FATE_DROP;
}

/* The newest of those that are of use. */
static void pick(struct search *search, struct leftover *leftover)
{
    struct err ignored;

    if (leftover->held)
        return;
    leftover->fate = fate_of(search, leftover, &ignored);
    if ((leftover->fate != FATE_PLACE && leftover->fate != FATE_TAKE) ||
        (search->found &&
         !is_older(&search->best.info.st_mtim, &leftover->info.st_mtim)))
        return;
    search->best = *leftover;
    search->found = true;
}

/* `base` may be empty. */
static bool describe(const struct search *search, const char *file,
                     struct str base, struct leftover *leftover)
{
    char none[TEMPORARY_BASE_LEN + 1];
    char now[TEMPORARY_BASE_LEN + 1];

    temporary_base(NULL, none);
    temporary_base(search->there ? &search->info : NULL, now);
    leftover->of_none = str_eq(base, str_of(none));
    leftover->of_this = str_eq(base, str_of(now));
    if (snprintf(leftover->path, PATH_SIZE, "%s/%s", search->rescue->folder,
                 file) >= PATH_SIZE ||
        lstat(leftover->path, &leftover->info) != 0 ||
        !S_ISREG(leftover->info.st_mode))
        return false;
    leftover->held = has_owner(leftover->path);
    return true;
}

typedef void (*look_fn)(struct search *search, struct leftover *leftover);

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

static void find_owner(struct search *search, struct leftover *leftover)
{
    search->found |= leftover->held;
}

bool rescue_has_owner(const char *folder, const char *name)
{
    struct rescue rescue = { .folder = folder, .name = name };
    struct search search = { .rescue = &rescue };

    each(&search, find_owner);
    return search.found;
}

/* ---- putting right ------------------------------------------------------ */

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

/* A file that is no document makes way, and is kept: what was meant can be read in
   it.  So is one that does not open, unless the other was to replace it: it may hold
   tokens, too. */
static bool make_way(const struct search *search, struct err *err)
{
    char kept[ASIDE_PATH_SIZE];
    bool overtaken = search->verdict == RESCUE_WHOLE ||
                     (search->verdict == RESCUE_LOCKED && search->best.of_this);

    return !search->there || overtaken || !S_ISREG(search->info.st_mode) ||
           aside_keep(search->path, kept, err);
}

static bool place_best(const struct search *search, struct err *err)
{
    if (!sync_file(search->best.path, err) || !make_way(search, err))
        return false;
    if (rename(search->best.path, search->path) != 0)
        return err_errno(err, "replace %s", search->path);
    log_line(LOG_WARN,
             "%s: a newer version, which a crash kept from its place, was put "
             "there",
             search->path);
    return jsonfile_sync_folder(search->rescue->folder, err);
}

static bool take_best(const struct search *search, struct err *err)
{
    const struct rescue *rescue = search->rescue;
    const char *path = search->best.path;

    if (!rescue->take(rescue->arg, search->path, path, err))
        return false;
    log_line(LOG_WARN,
             "%s: newer tokens, which a crash kept from their place, were put "
             "there",
             search->path);
    return unlink(path) == 0 || err_errno(err, "remove %s", path);
}

/* The file as it is now. */
static void look(struct search *search)
{
    const struct rescue *rescue = search->rescue;
    struct err ignored;

    search->found = false;
    search->there = lstat(search->path, &search->info) == 0;
    search->verdict = search->there
                          ? rescue->judge(rescue->arg, search->path, &ignored)
                          : RESCUE_PART;
}

/* Each step leaves one fewer. */
static bool use_all(struct search *search, struct err *err)
{
    bool ok = true;

    look(search);
    each(search, pick);
    while (ok && search->found) {
        ok = search->best.fate == FATE_PLACE ? place_best(search, err)
                                             : take_best(search, err);
        look(search);
        if (ok)
            each(search, pick);
    }
    return ok;
}

static void keep(const struct leftover *leftover, const struct err *why)
{
    const char *path = leftover->path;
    size_t len = strlen(path) - (sizeof(TEMPORARY_ENDING) - 1);
    char kept[PATH_SIZE + 8];

    (void)snprintf(kept, sizeof(kept), "%.*s.lost", (int)len, path);
    if (rename(path, kept) == 0)
        log_line(
            LOG_WARN,
            "%s was left by a crash with other tokens than the file's, and %s: "
            "it is kept as %s",
            path, why->text, kept);
}

static void clean(struct search *search, struct leftover *leftover)
{
    struct err why;

    if (leftover->held)
        return;
    switch (fate_of(search, leftover, &why)) {
    case FATE_DROP:
        (void)unlink(leftover->path);
        break;
    case FATE_KEEP:
        keep(leftover, &why);
        break;
    case FATE_STAY:
        if (!search->rescue->quiet)
            log_line(LOG_WARN, "%s was left by a crash and is kept: %s",
                     leftover->path, why.text);
        break;
    case FATE_PLACE:
    case FATE_TAKE:
        break;
    }
}

bool rescue_file(const struct rescue *rescue, struct err *err)
{
    struct search search = { .rescue = rescue };

    if (!rescue_is_needed(rescue->folder, rescue->name))
        return true;
    if (snprintf(search.path, PATH_SIZE, "%s/%s", rescue->folder,
                 rescue->name) >= PATH_SIZE)
        return err_set(err, ERR_IO, "the path of %s is too long", rescue->name);
    if (!use_all(&search, err))
        return false;
    each(&search, clean);
    return true;
}

/* ---- what does not open ------------------------------------------------- */

struct shut {
    struct search search;
    bool (*counts)(void *arg, const char *file, const char *leftover);
    struct err why;
};

static void find_shut(struct search *search, struct leftover *leftover)
{
    struct shut *shut = CONTAINER_OF(search, struct shut, search);
    const struct rescue *rescue = search->rescue;

    if (search->found || leftover->held ||
        rescue->judge(rescue->arg, leftover->path, &shut->why) !=
            RESCUE_LOCKED ||
        (shut->counts &&
         !shut->counts(rescue->arg, search->path, leftover->path)))
        return;
    search->best = *leftover;
    search->found = true;
}

bool rescue_opens(const struct rescue *rescue,
                  bool (*counts)(void *arg, const char *file,
                                 const char *leftover),
                  struct err *err)
{
    struct shut shut = { .search = { .rescue = rescue }, .counts = counts };

    (void)snprintf(shut.search.path, PATH_SIZE, "%s/%s", rescue->folder,
                   rescue->name);
    each(&shut.search, find_shut);
    return !shut.search.found ||
           err_set(err, ERR_IO,
                   "%s was left by a crash with tokens that may be newer than "
                   "the file's, and does not open: start with the RELAY_SECRET "
                   "that sealed it, or remove it (%s)",
                   shut.search.best.path, shut.why.text);
}

/* ---- a removal ---------------------------------------------------------- */

static void drop(struct search *search, struct leftover *leftover)
{
    (void)search;
    if (!leftover->held)
        (void)unlink(leftover->path);
}

void rescue_drop(const char *folder, const char *name)
{
    struct rescue rescue = { .folder = folder, .name = name };
    struct search search = { .rescue = &rescue };

    each(&search, drop);
}
