// SPDX-License-Identifier: MIT
/* The data folder of a running relay. */
#include "app/data_folder.h"

#include <string.h>
#include <sys/stat.h>

#include "account/pending.h"
#include "account/sync.h"
#include "account/trouble.h"
#include "app/link_targets.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/filelock.h"
#include "store/in_use.h"
#include "usage/price_sync.h"

/* What no watch tells of is looked for so often: that the folder itself was removed
   and made again, or a volume put over it; what links lead to; whether that which kept a
   refresh from going on is over; and whether the folder is still ours to serve from. */
#define LOOK_MS 2000
/* Pending logins that nobody finished are removed so often. */
#define PENDING_SWEEP_MS (10u * 60 * 1000)

struct looking;

struct data_folder {
    struct place *place;
    struct sync *sync;
    struct price_sync *prices;
    struct loop_watch *watch;
    struct loop_timer *look;
    struct stat watched; /* the folder that the watch is on */
    struct link_targets links;
    struct store_job *looking;
    struct looking *seen; /* of that job */
    struct loop_timer *pending;
    struct store_job *sweeping;
};

/* ---- what the keeper knows ---------------------------------------------- */

static bool is_spent(void *arg, const struct account *account)
{
    const struct data_folder *folder = arg;

    return keeper_is_spent(folder->place->keeper, account);
}

static void restore(void *arg, const char *name)
{
    struct data_folder *folder = arg;

    keeper_restore(folder->place->keeper, name);
}

static void leaves(void *arg, const struct account *account)
{
    struct data_folder *folder = arg;

    keeper_lose(folder->place->keeper, account);
}

static void removed(void *arg, const char *name)
{
    struct data_folder *folder = arg;

    keeper_forget(folder->place->keeper, name);
}

static void shown(void *arg)
{
    struct data_folder *folder = arg;

    keeper_look(folder->place->keeper);
}

/* ---- pending logins ----------------------------------------------------- */

static void sweep_now(struct store_driver *driver, void *arg)
{
    (void)arg;
    pending_sweep(driver, clock_wall_ms());
}

static void swept(void *arg)
{
    struct data_folder *folder = arg;

    store_job_free(folder->sweeping);
    folder->sweeping = NULL;
    loop_timer_set(folder->pending, PENDING_SWEEP_MS);
}

static void sweep_pending(void *arg)
{
    struct data_folder *folder = arg;
    struct store_work work = { .run = sweep_now };

    folder->sweeping = store_call(folder->place->store, folder->place->loop,
                                  &work, swept, folder);
}

/* ---- where notices go --------------------------------------------------- */

static void do_nothing(void *arg)
{
    (void)arg;
}

static void load_notices(struct store_driver *driver, void *arg)
{
    notify_board_load(arg, driver);
}

/* Nobody waits for it, and each reading sees what was written last. */
static void read_notices(struct data_folder *folder)
{
    struct place *place = folder->place;

    store_job_free(store_call(place->store, place->loop,
                              &(struct store_work){ .run = load_notices,
                                                    .arg = place->notices },
                              do_nothing, NULL));
}

/* ---- watching ----------------------------------------------------------- */

static void changed(void *arg, const char *name)
{
    struct data_folder *folder = arg;

    sync_changed(folder->sync, name);
    price_sync_changed(folder->prices, name);
    if (!name || strcmp(name, NOTIFY_TARGET_KEY ".json") == 0)
        read_notices(folder);
}

static const char *path_of(const struct data_folder *folder)
{
    return folder->place->config->data_dir.at;
}

static bool watch(struct data_folder *folder, struct err *err)
{
    loop_watch_free(folder->watch);
    folder->watched = (struct stat){ 0 };
    (void)stat(path_of(folder), &folder->watched);
    folder->watch = loop_watch_new(folder->place->loop, path_of(folder),
                                   changed, folder, err);
    /* What changed before the watch was there. */
    changed(folder, NULL);
    return folder->watch != NULL;
}

/* Looked for on the store's thread: a file system may take its time. */
struct looking {
    char *path;
    struct stat now;
    bool there;
    struct link_targets links;
    struct troubles troubles;
    int in_use; /* the place's; and what was taken instead, or -1 */
    int taken;
};

/* The lock of a file that is gone keeps no command away. */
static void hold_again(struct looking *looking)
{
    struct err ignored;

    if (!in_use_is_there(looking->path, looking->in_use))
        (void)in_use_try(looking->path, IN_USE_SHARED, &looking->taken,
                         &ignored);
}

static void look_now(struct store_driver *driver, void *arg)
{
    struct looking *looking = arg;

    looking->there = stat(looking->path, &looking->now) == 0;
    link_targets_look(&looking->links, looking->path);
    troubles_try(&looking->troubles, driver);
    hold_again(looking);
}

static void looking_drop(void *arg)
{
    struct looking *looking = arg;

    link_targets_done(&looking->links);
    troubles_done(&looking->troubles);
    filelock_release(looking->taken);
    mem_free(looking->path);
    mem_free(looking);
}

/* A watch stays with the folder that it was made for. */
static bool is_another(const struct data_folder *folder)
{
    const struct looking *looking = folder->seen;

    return looking->there && (looking->now.st_ino != folder->watched.st_ino ||
                              looking->now.st_dev != folder->watched.st_dev);
}

static void follow_links(struct data_folder *folder)
{
    struct link_targets before = folder->links;

    folder->links = folder->seen->links;
    folder->seen->links = before;
    link_targets_compare(&before, &folder->links, changed, folder);
}

static void keep_hold(struct data_folder *folder)
{
    struct looking *looking = folder->seen;

    if (looking->taken < 0)
        return;
    filelock_release(folder->place->in_use);
    folder->place->in_use = looking->taken;
    looking->taken = -1;
}

static void looked(void *arg)
{
    struct data_folder *folder = arg;
    struct err err;

    if (is_another(folder)) {
        log_line(LOG_WARN, "%s is another folder now: reading it",
                 path_of(folder));
        if (!watch(folder, &err))
            log_line(LOG_ERROR, "%s", err.text);
    }
    follow_links(folder);
    keep_hold(folder);
    troubles_show(&folder->seen->troubles, folder->place->accounts);
    store_job_free(folder->looking);
    folder->looking = NULL;
    loop_timer_set(folder->look, LOOK_MS);
}

static void look(void *arg)
{
    struct data_folder *folder = arg;
    struct store_work work = { .run = look_now, .drop = looking_drop };

    folder->seen = MEM_NEW(struct looking);
    folder->seen->path = mem_strdup(path_of(folder));
    folder->seen->in_use = folder->place->in_use;
    folder->seen->taken = -1;
    troubles_gather(&folder->seen->troubles, folder->place->accounts);
    work.arg = folder->seen;
    folder->looking = store_call(folder->place->store, folder->place->loop,
                                 &work, looked, folder);
}

/* ---- life --------------------------------------------------------------- */

struct data_folder *data_folder_new(struct place *place, struct err *err)
{
    struct data_folder *folder = MEM_NEW(struct data_folder);

    folder->place = place;
    folder->sync = sync_new(&(struct sync_options){ .loop = place->loop,
                                                    .store = place->store,
                                                    .accounts = place->accounts,
                                                    .is_spent = is_spent,
                                                    .restore = restore,
                                                    .leaves = leaves,
                                                    .removed = removed,
                                                    .shown = shown,
                                                    .arg = folder });
    folder->prices =
        price_sync_new(&(struct price_sync_options){ .loop = place->loop,
                                                     .store = place->store,
                                                     .board = place->prices,
                                                     .folder = path_of(folder),
                                                     .audit = place->audit });
    folder->pending = loop_timer_new(place->loop, sweep_pending, folder);
    folder->look = loop_timer_new(place->loop, look, folder);
    if (!watch(folder, err)) {
        data_folder_free(folder);
        return NULL;
    }
    sweep_pending(folder);
    loop_timer_set(folder->look, LOOK_MS);
    return folder;
}

void data_folder_free(struct data_folder *folder)
{
    if (!folder)
        return;
    store_job_free(folder->sweeping);
    store_job_free(folder->looking);
    sync_free(folder->sync);
    price_sync_free(folder->prices);
    loop_watch_free(folder->watch);
    loop_timer_free(folder->look);
    loop_timer_free(folder->pending);
    link_targets_done(&folder->links);
    mem_free(folder);
}
