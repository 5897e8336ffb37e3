// SPDX-License-Identifier: MIT
/* Opening the embedded store, and sealing it anew. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/embedded_internal.h"
#include "store/filelock.h"
#include "store/jsonfile.h"
#include "store/sealed.h"

void embedded_mend_mode(const char *path, unsigned want)
{
    struct stat info;

    if (stat(path, &info) != 0 || (info.st_mode & 077) == 0)
        return;
    if (chmod(path, want) == 0)
        log_line(LOG_WARN,
                 "%s could be read by others (mode %03o): it is %03o now", path,
                 (unsigned)(info.st_mode & 0777), want);
    else
        log_line(LOG_WARN, "%s can be read by others: chmod %03o %s", path,
                 want, path);
}

/* One document at the start: its mode, and its seals.  A broken one is left for
   whoever reads it. */
static void tend(void *arg, const char *key)
{
    struct embedded *store = arg;
    struct json_doc *nothing;
    struct json_doc *doc;
    char path[EMBEDDED_PATH_SIZE];
    struct err err;

    if (!embedded_path(store, key, EMBEDDED_ENDING, path, &err))
        return;
    embedded_mend_mode(path, 0600);
    if (!store->seal)
        return;
    doc = embedded_parse(store, key, &err);
    if (doc && sealed_is_stale(store->seal, doc)) {
        nothing = json_doc_new_object();
        if (!store->driver.update(&store->driver, key, nothing, &err))
            log_line(LOG_WARN, "not sealed: %s", err.text);
        json_doc_free(nothing);
    }
    json_doc_free(doc);
}

static bool is_subfolder(DIR *dir, const char *name)
{
    static const char *const usual[] = { ".", "..", "lost+found" };
    struct stat info;

    for (size_t i = 0; i < COUNT_OF(usual); i++) {
        if (strcmp(name, usual[i]) == 0)
            return false;
    }
    return fstatat(dirfd(dir), name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(info.st_mode);
}

/* The store makes no folders: one that holds some has other uses, and shutting it
   (/, /etc, somebody's project) would break them. */
static bool has_other_uses(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    bool found = false;

    if (!dir)
        return true;
    for (entry = readdir(dir); entry && !found; entry = readdir(dir))
        found = is_subfolder(dir, entry->d_name);
    (void)closedir(dir);
    return found;
}

static bool open_folder(const struct embedded *store, struct err *err)
{
    struct stat info;

    if (!jsonfile_make_folder(store->folder, err))
        return false;
    if (stat(store->folder, &info) != 0)
        return err_errno(err, "stat %s", store->folder);
    /* The sticky bit: a folder that is meant for everybody, as /tmp is. */
    if ((info.st_mode & S_ISVTX) == 0 && !has_other_uses(store->folder))
        embedded_mend_mode(store->folder, 0700);
    else if ((info.st_mode & 077) != 0)
        log_line(LOG_WARN,
                 "%s is open to others, and is left so because it has other "
                 "uses too: give DATA_DIR a folder of its own",
                 store->folder);
    return true;
}

struct store_driver *embedded_open(const char *folder, const struct seal *seal,
                                   struct err *err)
{
    struct embedded *store = embedded_new(folder, seal);
    struct store_driver *driver = &store->driver;

    if (open_folder(store, err) && driver->list(driver, tend, store, err))
        return driver;
    driver->free(driver);
    return NULL;
}

static bool take_in_use(struct embedded *store, enum filelock_kind kind,
                        struct err *err)
{
    char path[EMBEDDED_PATH_SIZE];

    if (!embedded_path(store, ".in-use", "", path, err))
        return false;
    store->in_use = filelock_take(path, kind, err);
    return store->in_use >= 0;
}

bool embedded_serve(struct store_driver *driver, struct err *err)
{
    return take_in_use(embedded_of(driver), FILELOCK_SHARED, err) ||
           err_wrap(err, "if `claude-relay secret rotate` is at work, start "
                         "again when it has ended");
}

/* ---- sealing anew ------------------------------------------------------- */

struct reseal {
    struct embedded *now;
    struct embedded *next;
    size_t changed;
    bool ok;
    struct err *err;
};

/* With its secrets open, by the present seal or the next one; NULL and err, which
   speaks of the present one, if neither opens it. */
static struct json_doc *open_either(const struct reseal *reseal,
                                    const char *key)
{
    struct store_driver *now = &reseal->now->driver;
    struct store_driver *next = &reseal->next->driver;
    struct json_doc *doc;
    struct err err;

    if (now->read(now, key, &doc, reseal->err) ||
        next->read(next, key, &doc, &err))
        return doc;
    return NULL;
}

static void verify(void *arg, const char *key)
{
    struct reseal *reseal = arg;
    struct json_doc *doc;

    if (!reseal->ok)
        return;
    doc = open_either(reseal, key);
    reseal->ok = doc != NULL;
    json_doc_free(doc);
}

static bool is_stale(const struct embedded *next, const char *key)
{
    struct err err;
    struct json_doc *doc = embedded_parse(next, key, &err);
    bool stale = doc && sealed_is_stale(next->seal, doc);

    json_doc_free(doc);
    return stale;
}

static void rewrite(void *arg, const char *key)
{
    struct reseal *reseal = arg;
    struct json_doc *doc;

    if (!reseal->ok || !is_stale(reseal->next, key))
        return;
    doc = open_either(reseal, key);
    reseal->ok =
        doc && embedded_write(reseal->next, key, doc, false, reseal->err);
    reseal->changed += reseal->ok;
    json_doc_free(doc);
}

/* Nobody serves from the folder, and no command changes it meanwhile. */
static bool take_alone(struct embedded *store, int *folder, struct err *err)
{
    *folder = -1;
    if (!open_folder(store, err))
        return false;
    if (!take_in_use(store, FILELOCK_TRY, err))
        return err_wrap(err, "sealing anew needs the folder alone: stop the "
                             "relay first");
    *folder = filelock_take(store->folder, FILELOCK_FOLDER, err);
    return *folder >= 0;
}

bool embedded_reseal(const char *folder, const struct seal *now,
                     const struct seal *next, size_t *count, struct err *err)
{
    struct reseal reseal = { .now = embedded_new(folder, now),
                             .next = embedded_new(folder, next),
                             .ok = true,
                             .err = err };
    struct store_driver *driver = &reseal.now->driver;
    int alone;
    bool ok = take_alone(reseal.now, &alone, err) &&
              driver->list(driver, verify, &reseal, err) && reseal.ok &&
              driver->list(driver, rewrite, &reseal, err) && reseal.ok;

    *count = reseal.changed;
    filelock_release(alone);
    driver->free(driver);
    reseal.next->driver.free(&reseal.next->driver);
    return ok;
}
