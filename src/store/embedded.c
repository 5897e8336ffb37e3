// SPDX-License-Identifier: MIT
/* The embedded store: documents, listing, locks. */
#include "store/embedded_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/filelock.h"
#include "store/jsonfile.h"
#include "store/sealed.h"

#define KEY_MAX 200
#define KEYS_MAX 100000

struct store_lock {
    int fd;
};

/* ---- paths -------------------------------------------------------------- */

/* Keys are made of checked names; this is the last door all the same. */
static bool check_key(const char *key, struct err *err)
{
    size_t len = strlen(key);

    return (len > 0 && len <= KEY_MAX && key[0] != '.' && !strchr(key, '/')) ||
           err_set(err, ERR_IO, "a document cannot be called so");
}

bool embedded_path(const struct embedded *store, const char *name,
                   const char *ending, char path[EMBEDDED_PATH_SIZE],
                   struct err *err)
{
    return snprintf(path, EMBEDDED_PATH_SIZE, "%s/%s%s", store->folder, name,
                    ending) < EMBEDDED_PATH_SIZE ||
           err_set(err, ERR_IO, "the path of %s%s is too long", name, ending);
}

/* ---- documents ---------------------------------------------------------- */

static struct json_doc *parse_object(struct str text, const char *key,
                                     struct err *err)
{
    struct json_doc *doc = json_doc_parse(text, err);

    if (doc && !json_doc_is_object(doc)) {
        json_doc_free(doc);
        doc = NULL;
        err_set(err, ERR_IO, "not a JSON object");
    }
    if (!doc) {
        /* Whoever asks for it is not to blame for what lies in a file. */
        err->code = ERR_IO;
        (void)err_wrap(err, "%s" EMBEDDED_ENDING, key);
    }
    return doc;
}

struct json_doc *embedded_parse(const struct embedded *store, const char *key,
                                struct err *err)
{
    struct json_doc *doc = NULL;
    char path[EMBEDDED_PATH_SIZE];
    struct buf text;

    if (!embedded_path(store, key, EMBEDDED_ENDING, path, err))
        return NULL;
    embedded_mend_mode(path, 0600);
    buf_init_secret(&text, JSONFILE_MAX);
    if (jsonfile_read(path, &text, err))
        doc = parse_object(buf_str(&text), key, err);
    buf_done(&text);
    return doc;
}

static bool read_doc(struct store_driver *driver, const char *key,
                     struct json_doc **doc, struct err *err)
{
    struct embedded *store = embedded_of(driver);

    *doc = NULL;
    if (!check_key(key, err))
        return false;
    *doc = embedded_parse(store, key, err);
    if (!*doc)
        return err->code == ERR_NOT_FOUND;
    if (sealed_open(store->seal, key, *doc, err))
        return true;
    json_doc_free(*doc);
    *doc = NULL;
    return false;
}

/* `doc` has its secrets open, and sealed afterwards. */
bool embedded_write(const struct embedded *store, const char *key,
                    struct json_doc *doc, bool create, struct err *err)
{
    char name[KEY_MAX + sizeof(EMBEDDED_ENDING)];
    struct buf text;
    bool ok;

    (void)snprintf(name, sizeof(name), "%s" EMBEDDED_ENDING, key);
    if (!sealed_close(store->seal, key, doc, err))
        return false;
    buf_init_secret(&text, JSONFILE_MAX);
    ok = (json_doc_write(doc, true, &text) ||
          err_set(err, ERR_IO, "%s is too large, or not UTF-8", name)) &&
         jsonfile_write(store->folder, name, buf_str(&text), create, err);
    buf_done(&text);
    return ok;
}

static bool merge(struct store_driver *driver, const char *key,
                  const struct json_doc *patch, bool must_exist,
                  struct err *err)
{
    struct json_doc *doc;
    bool ok;

    if (!read_doc(driver, key, &doc, err))
        return err_wrap(err, "%s" EMBEDDED_ENDING " is left as it is", key);
    if (!doc && must_exist)
        return err_set(err, ERR_NOT_FOUND, "%s" EMBEDDED_ENDING " is gone",
                       key);
    if (!doc)
        doc = json_doc_new_object();
    json_doc_merge(doc, patch);
    ok = embedded_write(embedded_of(driver), key, doc, false, err);
    json_doc_free(doc);
    return ok;
}

/* One change at a time, of all processes: an update reads, merges and writes, and
   nothing may be made or removed in between.  -1 and err if that fails. */
static int begin_change(const struct embedded *store, const char *key,
                        struct err *err)
{
    return check_key(key, err)
               ? filelock_take(store->folder, FILELOCK_FOLDER, err)
               : -1;
}

static bool write_change(struct store_driver *driver, const char *key,
                         const struct json_doc *patch, bool must_exist,
                         struct err *err)
{
    int held = begin_change(embedded_of(driver), key, err);
    bool ok = held >= 0 && merge(driver, key, patch, must_exist, err);

    filelock_release(held);
    return ok;
}

static bool update(struct store_driver *driver, const char *key,
                   const struct json_doc *patch, struct err *err)
{
    return write_change(driver, key, patch, false, err);
}

static bool change(struct store_driver *driver, const char *key,
                   const struct json_doc *patch, struct err *err)
{
    return write_change(driver, key, patch, true, err);
}

static bool create(struct store_driver *driver, const char *key,
                   const struct json_doc *doc, struct err *err)
{
    int change = begin_change(embedded_of(driver), key, err);
    struct json_doc *made = json_doc_new_object();
    bool ok;

    json_doc_merge(made, doc);
    ok = change >= 0 &&
         embedded_write(embedded_of(driver), key, made, true, err);
    json_doc_free(made);
    filelock_release(change);
    return ok;
}

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

static bool remove_doc(struct store_driver *driver, const char *key,
                       struct err *err)
{
    int change = begin_change(embedded_of(driver), key, err);
    bool ok = change >= 0 && remove_file(embedded_of(driver), key, err);

    filelock_release(change);
    return ok;
}

/* ---- listing ------------------------------------------------------------ */

struct keys {
    char **at;
    size_t count;
};

static void add_key(struct keys *keys, const char *name)
{
    size_t len = strlen(name);
    size_t ending = sizeof(EMBEDDED_ENDING) - 1;

    if (len <= ending || name[0] == '.' || keys->count == KEYS_MAX ||
        strcmp(name + len - ending, EMBEDDED_ENDING) != 0)
        return;
    keys->at = mem_realloc(keys->at, (keys->count + 1) * sizeof(char *));
    keys->at[keys->count++] = mem_strndup(name, len - ending);
}

static bool gather(const char *folder, struct keys *keys, struct err *err)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    *keys = (struct keys){ 0 };
    if (!dir)
        return err_errno(err, "open the folder %s", folder);
    for (entry = readdir(dir); entry; entry = readdir(dir))
        add_key(keys, entry->d_name);
    (void)closedir(dir);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list(struct store_driver *driver,
                 void (*visit)(void *arg, const char *key), void *arg,
                 struct err *err)
{
    struct keys keys;

    if (!gather(embedded_of(driver)->folder, &keys, err))
        return false;
    if (keys.count > 1)
        qsort(keys.at, keys.count, sizeof(char *), by_name);
    for (size_t i = 0; i < keys.count; i++) {
        visit(arg, keys.at[i]);
        mem_free(keys.at[i]);
    }
    mem_free(keys.at);
    return true;
}

/* ---- locks -------------------------------------------------------------- */

static enum store_locked lock(struct store_driver *driver, const char *name,
                              struct store_lock **lock, struct err *err)
{
    char path[EMBEDDED_PATH_SIZE];
    int fd = -1;

    *lock = NULL;
    if (!check_key(name, err) ||
        !embedded_path(embedded_of(driver), ".lock_", name, path, err))
        return STORE_LOCK_FAILED;
    fd = filelock_take(path, FILELOCK_TRY, err);
    if (fd < 0)
        return err->code == ERR_BUSY ? STORE_BUSY : STORE_LOCK_FAILED;
    *lock = MEM_NEW(struct store_lock);
    (*lock)->fd = fd;
    return STORE_LOCKED;
}

static void unlock(struct store_driver *driver, struct store_lock *lock)
{
    (void)driver;
    filelock_release(lock->fd);
    mem_free(lock);
}

static void free_driver(struct store_driver *driver)
{
    struct embedded *store = embedded_of(driver);

    filelock_release(store->in_use);
    mem_free(store->folder);
    mem_free(store);
}

struct embedded *embedded_new(const char *folder, const struct seal *seal)
{
    struct embedded *store = MEM_NEW(struct embedded);

    store->driver = (struct store_driver){ .read = read_doc,
                                           .update = update,
                                           .change = change,
                                           .create = create,
                                           .remove = remove_doc,
                                           .list = list,
                                           .lock = lock,
                                           .unlock = unlock,
                                           .free = free_driver };
    store->folder = mem_strdup(folder);
    store->seal = seal;
    store->in_use = -1;
    return store;
}
