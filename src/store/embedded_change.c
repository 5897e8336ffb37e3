// SPDX-License-Identifier: MIT
/* The embedded store: changing documents, one change at a time of all processes. */
#include "store/embedded_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/aside.h"
#include "store/filelock.h"
#include "store/grant.h"
#include "store/jsonfile.h"
#include "store/rescue.h"
#include "store/sealed.h"
#include "store/tombstone.h"

/* Room for a document that grows while its account's token is asked for: much, and
   less where the disk has not that much. */
#define ROOM_MORE ((size_t)64 * 1024)
#define ROOM_LESS ((size_t)16 * 1024)

/* ---- writing ------------------------------------------------------------ */

/* False if there is none, or it cannot be used: then it is done without. */
static bool write_into_room(const struct embedded_place *place,
                            struct temporary *room, struct str content)
{
    char target[EMBEDDED_PATH_SIZE];
    struct err err;

    return room &&
           snprintf(target, sizeof(target), "%s/%s", place->folder,
                    place->name) < EMBEDDED_PATH_SIZE &&
           strcmp(target, room->target) == 0 && room->fd >= 0 &&
           temporary_fill(room, content, &err) &&
           temporary_move(room, false, &err);
}

/* Others see from it that what it leads to has changed. */
static void touch_link(const struct embedded *store, const char *key)
{
    char path[EMBEDDED_PATH_SIZE];
    struct err err;

    if (embedded_path(store, key, EMBEDDED_ENDING, path, &err))
        (void)utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

static bool write_text(const struct embedded *store, const char *key,
                       struct str content, const struct embedded_write *how,
                       struct err *err)
{
    struct embedded_place place;

    if (!embedded_find(store, key, &place, err))
        return false;
    if (!write_into_room(&place, how->room, content) &&
        !jsonfile_write(place.folder, place.name, content, how->create, err))
        return false;
    if (how->room)
        how->room->noted = false;
    tombstone_clear(store->folder, key);
    if (place.linked)
        touch_link(store, key);
    return true;
}

bool embedded_write(const struct embedded *store, const char *key,
                    struct json_doc *doc, const struct embedded_write *how,
                    struct err *err)
{
    struct buf text;
    bool ok;

    if (!sealed_close(store->seal, key, doc, err))
        return false;
    buf_init_secret(&text, JSONFILE_MAX);
    ok = (json_doc_write(doc, true, &text) ||
          err_set(err, ERR_IO,
                  "%s" EMBEDDED_ENDING " is too large, or not UTF-8", key)) &&
         write_text(store, key, buf_str(&text), how, err);
    buf_done(&text);
    return ok;
}

/* ---- changing by field -------------------------------------------------- */

/* A document that is no document is replaced, but not thrown away: what was meant
   can be read in it. */
static bool set_aside(const struct embedded *store, const char *key,
                      const struct err *why, struct err *err)
{
    struct embedded_place place;
    char path[EMBEDDED_PATH_SIZE];
    char kept[ASIDE_PATH_SIZE];

    if (!embedded_find(store, key, &place, err))
        return false;
    if (snprintf(path, sizeof(path), "%s/%s", place.folder, place.name) >=
        EMBEDDED_PATH_SIZE)
        return err_set(err, ERR_IO, "the path of %s is too long", key);
    if (!aside_keep(path, kept, err))
        return false;
    log_line(LOG_WARN, "%s; it was replaced, and is kept as %s", why->text,
             kept);
    return true;
}

struct merge {
    const char *key;
    const struct json_doc *patch;
    bool must_exist;
    struct temporary *room;
};

/* The patch, in the document; what would be lost by that is kept beside it. */
static bool apply(struct store_driver *driver, const struct merge *merge,
                  struct json_doc *doc, struct err *err)
{
    struct json_doc *before = json_doc_copy(doc);
    bool lost;
    struct err why;

    json_doc_merge(doc, merge->patch);
    lost = grant_is_lost(before, doc);
    json_doc_free(before);
    err_set(&why, ERR_IO,
            "%s" EMBEDDED_ENDING " had tokens that nothing is known to replace",
            merge->key);
    return !lost || set_aside(embedded_of(driver), merge->key, &why, err);
}

static bool merge(struct store_driver *driver, const struct merge *merge,
                  struct err *err)
{
    const char *key = merge->key;
    struct json_doc *doc;
    bool ok;

    ok = driver->read(driver, key, &doc, err);
    if (!ok && err->code == ERR_BROKEN && !merge->must_exist) {
        struct err why = *err;

        ok = set_aside(embedded_of(driver), key, &why, err);
    }
    if (!ok)
        return err_wrap(err, "%s" EMBEDDED_ENDING " is left as it is", key);
    if (!doc && merge->must_exist)
        return err_set(err, ERR_NOT_FOUND, "%s" EMBEDDED_ENDING " is gone",
                       key);
    if (!doc)
        doc = json_doc_new_object();
    ok = apply(driver, merge, doc, err) &&
         embedded_write(embedded_of(driver), key, doc,
                        &(struct embedded_write){ .room = merge->room }, err);
    json_doc_free(doc);
    return ok;
}

static int hold_folder(struct embedded *store, const char *key, struct err *err)
{
    return embedded_check_key(key, err) && embedded_is_home(store, err)
               ? filelock_take(store->folder, FILELOCK_FOLDER, err)
               : -1;
}

/* A change reads, merges and writes: nothing may be made or removed in between, and
   what a crash left must not be overtaken.  -1 and err if that fails. */
static int begin_change(struct embedded *store, const char *key,
                        struct err *err)
{
    int held = hold_folder(store, key, err);

    if (held < 0 || embedded_rescue(store, key, err))
        return held;
    filelock_release(held);
    return -1;
}

/* Into room: that was put right when the room was reserved, and each step before
   the write is one in which a kill loses tokens. */
static bool carry_out(struct store_driver *driver, const struct merge *what,
                      struct err *err)
{
    struct embedded *store = embedded_of(driver);
    int held = what->room ? hold_folder(store, what->key, err)
                          : begin_change(store, what->key, err);
    bool ok = held >= 0 && merge(driver, what, err);

    if (ok)
        embedded_saw_document(store);
    filelock_release(held);
    return ok;
}

static bool update(struct store_driver *driver, const char *key,
                   const struct json_doc *patch, struct err *err)
{
    return carry_out(driver, &(struct merge){ .key = key, .patch = patch },
                     err);
}

static bool change(struct store_driver *driver, const char *key,
                   const struct json_doc *patch, struct err *err)
{
    return carry_out(driver,
                     &(struct merge){
                         .key = key, .patch = patch, .must_exist = true },
                     err);
}

static bool create(struct store_driver *driver, const char *key,
                   const struct json_doc *doc, struct err *err)
{
    int held = begin_change(embedded_of(driver), key, err);
    struct json_doc *made = json_doc_new_object();
    bool ok;

    json_doc_merge(made, doc);
    ok = held >= 0 &&
         embedded_write(embedded_of(driver), key, made,
                        &(struct embedded_write){ .create = true }, err);
    if (ok)
        embedded_saw_document(embedded_of(driver));
    json_doc_free(made);
    filelock_release(held);
    return ok;
}

/* ---- room for the next document ----------------------------------------- */

void embedded_drop_room(struct store_lock *lock)
{
    if (!lock->room)
        return;
    temporary_done(lock->room);
    mem_free(lock->room);
    lock->room = NULL;
}

static size_t size_of(const struct embedded_place *place)
{
    char path[EMBEDDED_PATH_SIZE];
    struct stat info;

    return snprintf(path, sizeof(path), "%s/%s", place->folder, place->name) <
                       EMBEDDED_PATH_SIZE &&
                   stat(path, &info) == 0
               ? (size_t)info.st_size
               : 0;
}

static bool make_room(const struct embedded *store, struct store_lock *lock,
                      struct err *err)
{
    struct embedded_place place;
    size_t size;

    if (!embedded_find(store, lock->key, &place, err))
        return false;
    size = size_of(&place);
    lock->room = MEM_NEW(struct temporary);
    if (temporary_open(lock->room, place.folder, place.name, err) &&
        (temporary_reserve(lock->room, size + ROOM_MORE, err) ||
         temporary_reserve(lock->room, size + ROOM_LESS, err)))
        return true;
    embedded_drop_room(lock);
    return false;
}

static bool reserve(struct store_driver *driver, struct store_lock *lock,
                    struct err *err)
{
    int held;
    bool ok;

    if (lock->room && lock->room->fd >= 0)
        return true;
    embedded_drop_room(lock);
    if (embedded_of(driver)->seal)
        seal_prepare(embedded_of(driver)->seal);
    held = begin_change(embedded_of(driver), lock->key, err);
    ok = held >= 0 && make_room(embedded_of(driver), lock, err);
    filelock_release(held);
    return ok;
}

static bool fill(struct store_driver *driver, struct store_lock *lock,
                 const struct json_doc *patch, bool must_exist, struct err *err)
{
    return carry_out(driver,
                     &(struct merge){ .key = lock->key,
                                      .patch = patch,
                                      .must_exist = must_exist,
                                      .room = lock->room },
                     err);
}

/* A document that cannot be written so is an error when it is filled in. */
static bool note(struct store_driver *driver, struct store_lock *lock,
                 const struct json_doc *doc)
{
    struct json_doc *copy;
    struct buf text;
    struct err err;
    bool ok;

    if (!lock->room)
        return false;
    if (!doc) {
        lock->room->noted = false;
        return true;
    }
    copy = json_doc_copy(doc);
    buf_init_secret(&text, JSONFILE_MAX);
    ok = sealed_close(embedded_of(driver)->seal, lock->key, copy, &err) &&
         json_doc_write(copy, true, &text) &&
         temporary_note(lock->room, buf_str(&text));
    buf_done(&text);
    json_doc_free(copy);
    return ok;
}

/* ---- removing ----------------------------------------------------------- */

static bool remove_file(const struct embedded *store, const char *key,
                        struct err *err)
{
    char path[EMBEDDED_PATH_SIZE];

    if (!embedded_path(store, key, EMBEDDED_ENDING, path, err))
        return false;
    if (unlink(path) != 0 && errno != ENOENT)
        return err_errno(err, "remove %s", path);
    return jsonfile_sync_folder(store->folder, err);
}

static bool discard(struct store_driver *driver, const char *key,
                    struct err *err)
{
    int held = begin_change(embedded_of(driver), key, err);
    bool ok = held >= 0 && remove_file(embedded_of(driver), key, err);

    filelock_release(held);
    return ok;
}

/* It is still there: the sign must not be taken for the truth later. */
static bool withdraw(const struct embedded *store, const char *key)
{
    char path[EMBEDDED_PATH_SIZE];
    struct stat info;
    struct err ignored;

    if (embedded_path(store, key, EMBEDDED_ENDING, path, &ignored) &&
        lstat(path, &info) == 0)
        tombstone_clear(store->folder, key);
    return false;
}

/* First the sign, so that nobody takes the removal for an accident. */
static bool bury(const struct embedded *store, const char *key, struct err *err)
{
    char path[EMBEDDED_PATH_SIZE];
    char name[EMBEDDED_KEY_MAX + sizeof(EMBEDDED_ENDING)];
    struct stat info;
    bool there;

    if (!embedded_path(store, key, EMBEDDED_ENDING, path, err))
        return false;
    there = stat(path, &info) == 0;
    if (!tombstone_put(store->folder, key, there ? &info : NULL, err))
        return false;
    if (!remove_file(store, key, err))
        return withdraw(store, key);
    (void)snprintf(name, sizeof(name), "%s" EMBEDDED_ENDING, key);
    rescue_drop(store->folder, name);
    return true;
}

static bool remove_doc(struct store_driver *driver, const char *key,
                       struct err *err)
{
    int held = begin_change(embedded_of(driver), key, err);
    bool ok = held >= 0 && bury(embedded_of(driver), key, err);

    filelock_release(held);
    return ok;
}

void embedded_change_init(struct store_driver *driver)
{
    driver->update = update;
    driver->change = change;
    driver->create = create;
    driver->reserve = reserve;
    driver->fill = fill;
    driver->note = note;
    driver->remove = remove_doc;
    driver->discard = discard;
}
