// SPDX-License-Identifier: MIT
/* Bringing a backup back:

       read into DATA_DIR/restoring/ and checked -> what was there goes to
       DATA_DIR/before-restore-.../ -> the new takes its place

   As long as restoring/ is there nothing else uses the folder. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/backup.h"
#include "store/backup_names.h"
#include "store/filelock.h"
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

    (void)snprintf(stage, sizeof(stage), "%s/" BACKUP_STAGE, data_dir);
    return access(stage, F_OK) != 0 ||
           err_set(
               err, ERR_CONFIG,
               "a restore of %s did not end: run `claude-relay restore FILE "
               "--force` again",
               data_dir);
}

/* ---- what is there ------------------------------------------------------ */

/* What a restore moves: all that a backup may hold, and the folder of databases. */
static bool is_moved(const char *name)
{
    return backup_has(str_of(name)) || strcmp(name, RECORDS_FOLDER) == 0;
}

static bool has_any(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    bool found = false;

    if (!dir)
        return false;
    for (entry = readdir(dir); entry && !found; entry = readdir(dir))
        found = is_moved(entry->d_name);
    (void)closedir(dir);
    return found;
}

static bool move_one(const char *from, const char *to, const char *name,
                     struct err *err)
{
    char old[BACKUP_PATH_SIZE + TAR_NAME_MAX + 2];
    char new[BACKUP_PATH_SIZE + TAR_NAME_MAX + 2];

    (void)snprintf(old, sizeof(old), "%s/%s", from, name);
    (void)snprintf(new, sizeof(new), "%s/%s", to, name);
    return rename(old, new) == 0 || err_errno(err, "move %s to %s", old, new);
}

/* Readdir may miss or repeat what moves meanwhile: until nothing is left. */
static bool move_all(const char *from, const char *to, struct err *err)
{
    bool ok = true;

    while (ok && has_any(from)) {
        DIR *dir = opendir(from);
        const struct dirent *entry;

        if (!dir)
            return err_errno(err, "open the folder %s", from);
        for (entry = readdir(dir); entry && ok; entry = readdir(dir)) {
            if (is_moved(entry->d_name))
                ok = move_one(from, to, entry->d_name, err);
        }
        (void)closedir(dir);
    }
    return ok;
}

/* ---- putting into place ------------------------------------------------- */

static bool make_aside(struct backup_restore *restore, struct err *err)
{
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm at;
    char when[32];

    (void)gmtime_r(&now, &at);
    (void)strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &at);
    (void)snprintf(restore->aside, sizeof(restore->aside),
                   "%.*s/" BACKUP_ASIDE "%s-%ld", BACKUP_PATH_SIZE - 100,
                   restore->data_dir, when, (long)getpid());
    return restore_make_folder(restore->aside, err);
}

static bool put_aside(struct backup_restore *restore, struct err *err)
{
    if (!has_any(restore->data_dir))
        return true;
    return make_aside(restore, err) &&
           move_all(restore->data_dir, restore->aside, err) &&
           jsonfile_sync_folder(restore->aside, err);
}

/* What was there comes back; if that fails it stays aside, and err says where. */
static bool take_back(struct backup_restore *restore, struct err *err)
{
    struct err ignored;

    if (!restore->aside[0])
        return false;
    if (!move_all(restore->aside, restore->data_dir, &ignored))
        return err_wrap(err, "what was there lies in %s now", restore->aside);
    (void)rmdir(restore->aside);
    restore->aside[0] = '\0';
    return false;
}

static bool put_into_place(struct backup_restore *restore, const char *stage,
                           struct err *err)
{
    struct err ignored;

    if (!put_aside(restore, err))
        return take_back(restore, err);
    if (move_all(stage, restore->data_dir, err) &&
        jsonfile_sync_folder(restore->data_dir, err))
        return true;
    return move_all(restore->data_dir, stage, &ignored)
               ? take_back(restore, err)
               : err_wrap(err, "what was there lies in %s now", restore->aside);
}

/* ---- alone in the folder ------------------------------------------------ */

struct alone {
    int in_use;
    int folder;
};

static bool take_alone(const char *data_dir, struct alone *alone,
                       struct err *err)
{
    char path[BACKUP_PATH_SIZE];

    (void)snprintf(path, sizeof(path), "%s/.in-use", data_dir);
    alone->in_use = filelock_wait(path, FILELOCK_TRY, ASKED_MS, err);
    if (alone->in_use < 0)
        return err->code == ERR_BUSY
                   ? err_set(err, ERR_BUSY,
                             "a relay is running on %s: stop it first",
                             data_dir)
                   : false;
    alone->folder = filelock_wait(data_dir, FILELOCK_FOLDER, HELD_MS, err);
    return alone->folder >= 0;
}

static void let_go(const struct alone *alone)
{
    filelock_release(alone->folder);
    filelock_release(alone->in_use);
}

/* ---- all of it ---------------------------------------------------------- */

static bool check_room(const struct backup_restore *restore, struct err *err)
{
    return restore->force || !has_any(restore->data_dir) ||
           err_set(err, ERR_EXISTS,
                   "%s is not empty: with --force what is there is kept aside "
                   "in it, in a folder " BACKUP_ASIDE "...",
                   restore->data_dir);
}

static bool restore_alone(struct backup_restore *restore, struct err *err)
{
    struct restore_stage stage = { .file = restore->file };
    bool ok;

    (void)snprintf(stage.folder, sizeof(stage.folder), "%s/" BACKUP_STAGE,
                   restore->data_dir);
    ok = restore_stage_fill(&stage, err) &&
         put_into_place(restore, stage.folder, err);
    restore->files = stage.files;
    restore->made_ms = stage.made_ms;
    return restore_stage_remove(stage.folder, ok ? err : &stage.ignored) && ok;
}

bool backup_restore(struct backup_restore *restore, struct err *err)
{
    struct alone alone = { .in_use = -1, .folder = -1 };
    bool ok;

    restore->aside[0] = '\0';
    if (strlen(restore->data_dir) >= BACKUP_PATH_SIZE / 2)
        return err_set(err, ERR_CONFIG, "the path of DATA_DIR is too long");
    ok = jsonfile_make_folder(restore->data_dir, err) &&
         owned_folder(restore->data_dir, err) &&
         take_alone(restore->data_dir, &alone, err) &&
         check_room(restore, err) && restore_alone(restore, err);
    let_go(&alone);
    return ok;
}
