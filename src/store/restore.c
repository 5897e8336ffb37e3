// SPDX-License-Identifier: MIT
/* Bringing a backup back:

       read into DATA_DIR/restoring/ and checked -> what was there goes to
       DATA_DIR/before-restore-.../ -> the new takes its place

   As long as restoring/ is there nothing else uses the folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/backup.h"
#include "store/backup_names.h"
#include "store/filelock.h"
#include "store/held.h"
#include "store/in_use.h"
#include "store/jsonfile.h"
#include "store/owned.h"
#include "store/records_file.h"
#include "store/restore_stage.h"

/* A command looks for a moment whether it is held. */
#define ASKED_MS 100
#define HELD_MS 5000

bool backup_check_folder(const char *data_dir, struct err *err)
{
    char stage[BACKUP_PATH_SIZE];
    struct stat info;

    (void)snprintf(stage, sizeof(stage), "%s/" BACKUP_STAGE, data_dir);
    return lstat(stage, &info) != 0 ||
           err_set(
               err, ERR_CONFIG,
               "a restore of %s did not end: run `claude-relay restore FILE "
               "--force` again",
               data_dir);
}

/* ---- what is there ------------------------------------------------------ */

/* A folder, and what it is called in texts. */
struct folder {
    int fd;
    const char *path;
};

/* What a restore moves: all that a backup may hold, and the folder of databases. */
static bool is_moved(const char *name)
{
    return backup_has(str_of(name)) || strcmp(name, RECORDS_FOLDER) == 0;
}

static bool find_one(void *arg, const char *name)
{
    bool *found = arg;

    *found = is_moved(name);
    return !*found;
}

static bool has_any(int folder)
{
    bool found = false;

    (void)held_each(folder, find_one, &found);
    return found;
}

bool backup_finds_any(const char *data_dir)
{
    int fd = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool found = fd < 0 ? errno != ENOENT : has_any(fd);

    if (fd >= 0)
        (void)close(fd);
    return found;
}

struct move {
    const struct folder *from;
    const struct folder *to;
    struct err *err;
    bool ok;
};

/* Never over what appeared there meanwhile, be it a link. */
static bool move_one(void *arg, const char *name)
{
    struct move *move = arg;

    if (!is_moved(name))
        return true;
    move->ok = renameat2(move->from->fd, name, move->to->fd, name,
                         RENAME_NOREPLACE) == 0 ||
               ((errno == EINVAL || errno == ENOSYS) &&
                renameat(move->from->fd, name, move->to->fd, name) == 0) ||
               err_errno(move->err, "move %s from %s to %s", name,
                         move->from->path, move->to->path);
    return move->ok;
}

/* Readdir may miss or repeat what moves meanwhile: until nothing is left. */
static bool move_all(const struct folder *from, const struct folder *to,
                     struct err *err)
{
    struct move move = { .from = from, .to = to, .err = err, .ok = true };

    while (move.ok && has_any(from->fd)) {
        if (!held_each(from->fd, move_one, &move) && move.ok)
            return err_errno(err, "read the folder %s", from->path);
    }
    return move.ok;
}

static bool sync_folder(const struct folder *folder, struct err *err)
{
    return fsync(folder->fd) == 0 || err_errno(err, "fsync %s", folder->path);
}

/* ---- putting into place ------------------------------------------------- */

/* What a restore works with. */
struct work {
    struct backup_restore *restore;
    struct folder data;
    struct folder aside; /* -1: none was needed */
    char aside_name[sizeof(BACKUP_ASIDE) + 64];
    bool torn;  /* neither what was there nor what was read is in its place */
    int in_use; /* locks */
    int alone;
};

static bool make_aside(struct work *work, struct err *err)
{
    uint64_t now_ms = clock_wall_ms();
    time_t now = (time_t)(now_ms / 1000);
    char *path = work->restore->aside;
    struct tm at;
    char when[32];

    (void)gmtime_r(&now, &at);
    (void)strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &at);
    (void)snprintf(work->aside_name, sizeof(work->aside_name),
                   BACKUP_ASIDE "%s.%03u-%ld", when, (unsigned)(now_ms % 1000),
                   (long)getpid());
    (void)snprintf(path, BACKUP_PATH_SIZE, "%.*s/%s", BACKUP_PATH_SIZE - 100,
                   work->data.path, work->aside_name);
    work->aside = (struct folder){ .fd = held_make(work->data.fd,
                                                   work->aside_name, path, err),
                                   .path = path };
    return work->aside.fd >= 0 &&
           held_give(work->aside.fd, work->data.fd, path, err);
}

static bool put_aside(struct work *work, struct err *err)
{
    if (!has_any(work->data.fd))
        return true;
    return make_aside(work, err) && move_all(&work->data, &work->aside, err) &&
           sync_folder(&work->aside, err);
}

/* What was there comes back; if that fails it stays aside, and err says where. */
static bool take_back(struct work *work, struct err *err)
{
    struct err ignored;

    if (work->aside.fd < 0)
        return false;
    work->torn = !move_all(&work->aside, &work->data, &ignored);
    if (work->torn)
        return err_wrap(err, "what was there lies in %s now", work->aside.path);
    (void)unlinkat(work->data.fd, work->aside_name, AT_REMOVEDIR);
    work->restore->aside[0] = '\0';
    return false;
}

static bool put_into_place(struct work *work, const struct folder *stage,
                           struct err *err)
{
    struct err ignored;

    if (!put_aside(work, err))
        return take_back(work, err);
    if (move_all(stage, &work->data, err) && sync_folder(&work->data, err))
        return true;
    work->torn = !move_all(&work->data, stage, &ignored);
    return work->torn ? err_wrap(err, "what was there lies in %s now",
                                 work->restore->aside)
                      : take_back(work, err);
}

/* ---- alone in the folder ------------------------------------------------ */

static bool take_alone(struct work *work, struct err *err)
{
    char path[BACKUP_PATH_SIZE];
    char held[HELD_PATH_SIZE];

    (void)snprintf(path, sizeof(path), "%s/" IN_USE_FILE, work->data.path);
    work->in_use =
        filelock_wait(held_path(work->data.fd, IN_USE_FILE, path, held),
                      FILELOCK_TRY, ASKED_MS, err);
    if (work->in_use < 0)
        return err->code == ERR_BUSY
                   ? err_set(err, ERR_BUSY,
                             "a relay or another command works on %s: "
                             "stop it first",
                             work->data.path)
                   : false;
    work->alone =
        filelock_wait(held_path(work->data.fd, ".", work->data.path, held),
                      FILELOCK_FOLDER, HELD_MS, err);
    return work->alone >= 0;
}

static void let_go(const struct work *work)
{
    filelock_release(work->alone);
    filelock_release(work->in_use);
    if (work->aside.fd >= 0)
        (void)close(work->aside.fd);
    if (work->data.fd >= 0)
        (void)close(work->data.fd);
}

/* ---- all of it ---------------------------------------------------------- */

static bool check_room(const struct work *work, struct err *err)
{
    return work->restore->force || !has_any(work->data.fd) ||
           err_set(err, ERR_EXISTS,
                   "%s is not empty: with --force what is there is kept aside "
                   "in it, in a folder " BACKUP_ASIDE "...",
                   work->data.path);
}

/* Of one that failed nothing is left, but for the folder that keeps a relay from
   starting on half of something, this time's or an earlier one's. */
static bool settle(const struct work *work, struct restore_stage *stage,
                   bool ok, struct err *err)
{
    struct err ignored;

    if (!ok && (work->torn || stage->resumed)) {
        restore_stage_empty(stage);
        return false;
    }
    return restore_stage_remove(stage, ok ? err : &ignored) && ok;
}

static bool restore_alone(struct work *work, int from, struct err *err)
{
    struct restore_stage stage = { .file = work->restore->file,
                                   .from = from,
                                   .data_dir = work->data.path,
                                   .data = work->data.fd,
                                   .folder = -1,
                                   .inner = -1 };
    bool ok =
        restore_stage_fill(&stage, err) &&
        put_into_place(work, &(struct folder){ stage.folder, "what was read" },
                       err);

    work->restore->files = stage.files;
    work->restore->made_ms = stage.made_ms;
    return settle(work, &stage, ok, err);
}

static bool open_folder(struct work *work, struct err *err)
{
    const char *path = work->data.path;

    if (!jsonfile_make_folder(path, err) || !owned_folder(path, err))
        return false;
    work->data.fd = held_open(path, err);
    return work->data.fd >= 0;
}

/* Nothing is made in vain: the backup comes first. */
static int open_backup(const char *file, struct err *err)
{
    int fd = strcmp(file, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                    : open(file, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        (void)err_errno(err, "open %s", file);
    return fd;
}

bool backup_restore(struct backup_restore *restore, struct err *err)
{
    struct work work = { .restore = restore,
                         .data = { .fd = -1, .path = restore->data_dir },
                         .aside = { .fd = -1 },
                         .in_use = -1,
                         .alone = -1 };
    int from;
    bool ok;

    restore->aside[0] = '\0';
    if (strlen(restore->data_dir) >= BACKUP_PATH_SIZE / 2)
        return err_set(err, ERR_CONFIG, "the path of DATA_DIR is too long");
    from = open_backup(restore->file, err);
    if (from < 0)
        return false;
    ok = open_folder(&work, err) && take_alone(&work, err) &&
         check_room(&work, err) && restore_alone(&work, from, err);
    let_go(&work);
    (void)close(from);
    return ok;
}
