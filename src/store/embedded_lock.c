// SPDX-License-Identifier: MIT
/* The embedded store: locks on documents, and what must be so before one is given:
   whoever has it spends what cannot be had twice. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "store/embedded_internal.h"
#include "store/filelock.h"
#include "store/rescue.h"

#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000
#endif

/* ---- the folder --------------------------------------------------------- */

static void settle(struct embedded *store)
{
    struct stat now;

    if (stat(store->folder, &now) == 0) {
        store->home_dev = now.st_dev;
        store->home_ino = now.st_ino;
    }
    store->has_documents = embedded_has_documents(store);
}

void embedded_settle_home(struct embedded *store)
{
    (void)pthread_mutex_lock(&store->home);
    settle(store);
    (void)pthread_mutex_unlock(&store->home);
}

void embedded_saw_document(struct embedded *store)
{
    (void)pthread_mutex_lock(&store->home);
    store->has_documents = true;
    (void)pthread_mutex_unlock(&store->home);
}

static bool is_home(struct embedded *store, struct err *err)
{
    struct stat now;

    if (stat(store->folder, &now) != 0)
        return err_errno(err, "%s", store->folder);
    if (now.st_dev == store->home_dev && now.st_ino == store->home_ino)
        return true;
    if (store->has_documents && !embedded_has_documents(store))
        return err_set(err, ERR_IO,
                       "%s is another folder now, and empty: is its volume "
                       "away? Bring it back, or restart the relay if the "
                       "folder is to be empty",
                       store->folder);
    settle(store);
    return true;
}

bool embedded_is_home(struct embedded *store, struct err *err)
{
    bool home;

    (void)pthread_mutex_lock(&store->home);
    home = is_home(store, err);
    (void)pthread_mutex_unlock(&store->home);
    return home;
}

/* ---- the file ----------------------------------------------------------- */

/* The name of a mount cannot be given to another file. */
static bool is_replaceable(const struct embedded_place *place, struct err *err)
{
    char path[EMBEDDED_PATH_SIZE];
    struct statx info;

    if (snprintf(path, sizeof(path), "%s/%s", place->folder, place->name) >=
        EMBEDDED_PATH_SIZE)
        return err_set(err, ERR_IO, "the path of %s is too long", place->name);
    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &info) != 0 ||
        !(info.stx_attributes & info.stx_attributes_mask &
          STATX_ATTR_MOUNT_ROOT))
        return true;
    return err_set(err, ERR_IO,
                   "%s is a mount of its own: it could not be replaced by a "
                   "newer version. Mount the folder that it lies in instead",
                   path);
}

/* A document that is a link, or that links lead to, has more than one name, perhaps
   in several folders: the lock of what lies at the end counts for all of them. */
static bool lock_target(const struct embedded_place *place,
                        struct store_lock *lock, struct err *err)
{
    char path[EMBEDDED_PATH_SIZE];
    size_t len = strlen(place->name);
    const size_t end = sizeof(EMBEDDED_ENDING) - 1;

    if (!place->linked)
        return true;
    if (len > end && strcmp(place->name + len - end, EMBEDDED_ENDING) == 0)
        len -= end;
    if (snprintf(path, sizeof(path), "%s/.lock_%.*s", place->folder, (int)len,
                 place->name) >= EMBEDDED_PATH_SIZE)
        return err_set(err, ERR_IO, "the path of %s is too long", place->name);
    lock->target_fd = filelock_take(path, FILELOCK_TRY, err);
    return lock->target_fd >= 0;
}

/* Somebody whose lock was deleted is about to fill it. */
static bool has_no_room_yet(const struct embedded_place *place, struct err *err)
{
    return !rescue_has_owner(place->folder, place->name) ||
           err_set(err, ERR_BUSY,
                   "%s is about to be written by another process", place->name);
}

static bool secure(struct embedded *store, struct store_lock *lock,
                   struct err *err)
{
    struct embedded_place place;
    struct err ignored;

    /* A link that leads nowhere, also when what a crash left is in place, is for
       whoever writes through it. */
    if (!embedded_find(store, lock->key, &place, &ignored)) {
        if (!embedded_make_ready(store, lock->key, err))
            return false;
        if (!embedded_find(store, lock->key, &place, &ignored))
            return true;
    }
    return is_replaceable(&place, err) && lock_target(&place, lock, err) &&
           has_no_room_yet(&place, err) &&
           embedded_make_ready(store, lock->key, err);
}

/* ---- taking and giving -------------------------------------------------- */

static void release(struct store_lock *lock)
{
    embedded_drop_room(lock);
    filelock_release(lock->target_fd);
    filelock_release(lock->fd);
    mem_free(lock);
}

static bool take(struct embedded *store, struct store_lock *lock,
                 struct err *err)
{
    char path[EMBEDDED_PATH_SIZE];

    if (!embedded_path(store, ".lock_", lock->key, path, err) ||
        !embedded_is_home(store, err))
        return false;
    lock->fd = filelock_take(path, FILELOCK_TRY, err);
    return lock->fd >= 0 && secure(store, lock, err);
}

static enum store_locked take_lock(struct store_driver *driver,
                                   const char *name, struct store_lock **lock,
                                   struct err *err)
{
    struct store_lock *made;

    *lock = NULL;
    if (!embedded_check_key(name, err))
        return STORE_LOCK_FAILED;
    made = MEM_NEW(struct store_lock);
    made->fd = made->target_fd = -1;
    (void)snprintf(made->key, sizeof(made->key), "%s", name);
    if (take(embedded_of(driver), made, err)) {
        *lock = made;
        return STORE_LOCKED;
    }
    release(made);
    return err->code == ERR_BUSY ? STORE_BUSY : STORE_LOCK_FAILED;
}

static void unlock(struct store_driver *driver, struct store_lock *lock)
{
    (void)driver;
    release(lock);
}

void embedded_lock_init(struct store_driver *driver)
{
    driver->lock = take_lock;
    driver->unlock = unlock;
}
