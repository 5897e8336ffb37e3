// SPDX-License-Identifier: MIT
/* The embedded store: reading, listing, locks. */
#include "store/embedded_internal.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/filelock.h"
#include "store/jsonfile.h"
#include "store/owned.h"
#include "store/sealed.h"
#include "store/tombstone.h"

#define KEYS_MAX 100000

/* ---- paths -------------------------------------------------------------- */

bool embedded_check_key(const char *key, struct err *err)
{
    size_t len = strlen(key);

    return (len > 0 && len <= EMBEDDED_KEY_MAX && key[0] != '.' &&
            !strchr(key, '/')) ||
           err_set(err, ERR_IO, "that is not a valid document name");
}

bool embedded_path(const struct embedded *store, const char *name,
                   const char *ending, char path[EMBEDDED_PATH_SIZE],
                   struct err *err)
{
    return snprintf(path, EMBEDDED_PATH_SIZE, "%s/%s%s", store->folder, name,
                    ending) < EMBEDDED_PATH_SIZE ||
           err_set(err, ERR_IO, "the path of %s%s is too long", name, ending);
}

static bool follow(const char *path, struct embedded_place *place,
                   struct err *err)
{
    char real[PATH_MAX];
    char *slash;

    if (!realpath(path, real))
        return err_errno(err,
                         "%s is a link to a file that is not there: put "
                         "the file back, or remove the link",
                         path);
    slash = strrchr(real, '/');
    *slash = '\0';
    (void)snprintf(place->folder, sizeof(place->folder), "%s",
                   slash == real ? "/" : real);
    (void)snprintf(place->name, sizeof(place->name), "%s", slash + 1);
    place->linked = true;
    return true;
}

bool embedded_find(const struct embedded *store, const char *key,
                   struct embedded_place *place, struct err *err)
{
    char path[EMBEDDED_PATH_SIZE];
    struct stat info;

    if (!embedded_path(store, key, EMBEDDED_ENDING, path, err))
        return false;
    if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode))
        return follow(path, place, err);
    (void)snprintf(place->folder, sizeof(place->folder), "%s", store->folder);
    (void)snprintf(place->name, sizeof(place->name), "%s" EMBEDDED_ENDING, key);
    place->linked = false;
    return true;
}

/* Where a link leads, if it is to a file that is not there. */
static bool find_target(const struct embedded *store, const char *path,
                        char target[PATH_MAX])
{
    char text[PATH_MAX];
    ssize_t len = readlink(path, text, sizeof(text) - 1);
    const char *folder = store->folder;

    if (len <= 0)
        return false;
    text[len] = '\0';
    return snprintf(target, PATH_MAX, "%s%s%s", text[0] == '/' ? "" : folder,
                    text[0] == '/' ? "" : "/", text) < PATH_MAX;
}

bool embedded_find_missing(const struct embedded *store, const char *key,
                           struct embedded_place *place)
{
    char path[EMBEDDED_PATH_SIZE];
    char target[PATH_MAX];
    char real[PATH_MAX];
    struct stat info;
    struct err ignored;
    char *slash;

    if (!embedded_path(store, key, EMBEDDED_ENDING, path, &ignored) ||
        !find_target(store, path, target) || lstat(target, &info) == 0 ||
        !owned_file(path, &ignored))
        return false;
    slash = strrchr(target, '/');
    *slash = '\0';
    if (!slash[1] || !realpath(slash == target ? "/" : target, real))
        return false;
    (void)snprintf(place->folder, sizeof(place->folder), "%s", real);
    (void)snprintf(place->name, sizeof(place->name), "%s", slash + 1);
    place->linked = true;
    return true;
}

/* ---- documents ---------------------------------------------------------- */

/* Zeros at the end are room that a crash left (temporary_note()). */
static struct str without_room(struct str text)
{
    while (text.len > 0 && text.at[text.len - 1] == '\0')
        text.len--;
    return text;
}

struct json_doc *embedded_parse_text(struct str text, const char *key,
                                     struct err *err)
{
    struct json_doc *doc = json_doc_parse(without_room(text), err);

    if (doc && !json_doc_is_object(doc)) {
        json_doc_free(doc);
        doc = NULL;
        err_set(err, ERR_BROKEN, "not a JSON object");
    }
    if (!doc) {
        /* Whoever asks for it is not to blame for what lies in a file. */
        err->code = ERR_BROKEN;
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

    if (!embedded_path(store, key, EMBEDDED_ENDING, path, err) ||
        !owned_file(path, err))
        return NULL;
    buf_init_secret(&text, JSONFILE_MAX);
    if (jsonfile_read(path, &text, err))
        doc = embedded_parse_text(buf_str(&text), key, err);
    buf_done(&text);
    return doc;
}

bool embedded_unseal(const struct embedded *store, const char *key,
                     struct json_doc *doc, struct err *err)
{
    struct err ignored;

    return sealed_open(store->seal, key, doc, err) ||
           (store->also && sealed_open(store->also, key, doc, &ignored));
}

/* Whoever was about to remove it was killed, if nobody holds the folder. */
static void forget_removal(const struct embedded *store, const char *key,
                           const char *path)
{
    struct err ignored;
    int held = filelock_take(store->folder, FILELOCK_FOLDER, &ignored);

    if (held >= 0 && access(path, F_OK) == 0)
        tombstone_clear(store->folder, key);
    filelock_release(held);
}

/* It is there: what was said of its removal is void, if it was put back, or never
   removed. */
static void settle(const struct embedded *store, const char *key)
{
    char path[EMBEDDED_PATH_SIZE];
    struct stat info;
    struct err err;

    if (!embedded_path(store, key, EMBEDDED_ENDING, path, &err) ||
        stat(path, &info) != 0)
        return;
    tombstone_settle(store->folder, key, &info);
    if (tombstone_is_there(store->folder, key))
        forget_removal(store, key, path);
}

/* A link is there, and the file that it leads to is not: nobody removed it. */
static bool is_absent(const struct embedded *store, const char *key,
                      struct err *err)
{
    struct embedded_place place;

    if (err->code != ERR_NOT_FOUND)
        return false;
    return embedded_find(store, key, &place, err) ||
           err_set(err, ERR_IO,
                   "%s" EMBEDDED_ENDING " is a link to a file that is not "
                   "there: put the file back, or remove the link",
                   key);
}

static bool read_doc(struct store_driver *driver, const char *key,
                     struct json_doc **doc, struct err *err)
{
    struct embedded *store = embedded_of(driver);

    *doc = NULL;
    if (!embedded_check_key(key, err))
        return false;
    *doc = embedded_parse(store, key, err);
    if (!*doc)
        return is_absent(store, key, err);
    settle(store, key);
    if (embedded_unseal(store, key, *doc, err))
        return true;
    json_doc_free(*doc);
    *doc = NULL;
    return false;
}

static bool was_removed(struct store_driver *driver, const char *key)
{
    return tombstone_is_there(embedded_of(driver)->folder, key);
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

static void free_keys(struct keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        mem_free(keys->at[i]);
    mem_free(keys->at);
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

bool embedded_has_documents(const struct embedded *store)
{
    struct keys keys;
    struct err ignored;
    size_t count;

    if (!gather(store->folder, &keys, &ignored))
        return false;
    count = keys.count;
    free_keys(&keys);
    return count > 0;
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
    for (size_t i = 0; i < keys.count; i++)
        visit(arg, keys.at[i]);
    free_keys(&keys);
    return true;
}

/* ---- life --------------------------------------------------------------- */

static void free_driver(struct store_driver *driver)
{
    struct embedded *store = embedded_of(driver);

    (void)pthread_mutex_destroy(&store->home);
    mem_free(store->folder);
    mem_free(store);
}

struct embedded *embedded_new(const char *folder, const struct seal *seal)
{
    struct embedded *store = MEM_NEW(struct embedded);

    (void)pthread_mutex_init(&store->home, NULL);
    store->driver = (struct store_driver){ .read = read_doc,
                                           .was_removed = was_removed,
                                           .list = list,
                                           .free = free_driver };
    embedded_change_init(&store->driver);
    embedded_lock_init(&store->driver);
    store->folder = mem_strdup(folder);
    store->seal = seal;
    return store;
}
