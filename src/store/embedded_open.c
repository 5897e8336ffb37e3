// SPDX-License-Identifier: MIT
/* Opening the embedded store, and sealing it anew. */
#include <stdio.h>
#include <string.h>

#include "base/links.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/backup.h"
#include "store/embedded_internal.h"
#include "store/filelock.h"
#include "store/in_use.h"
#include "store/jsonfile.h"
#include "store/owned.h"
#include "store/rescue.h"
#include "store/sealed.h"
#include "store/tombstone.h"

/* Another process may hold the folder for so long. */
#define HELD_MS 5000
/* Who looks at a lock has it for a moment. */
#define ASKED_MS 100

/* What a crash left is put right first, under the lock that all changes take. */
struct tending {
    struct embedded *store;
    bool (*act)(const struct embedded *store, const char *key, struct err *err);
    int held; /* -1 until it is needed */
    bool ok;
    struct err *err;
};

static bool hold_folder(struct tending *tending)
{
    if (tending->held < 0)
        tending->held = filelock_wait(tending->store->folder, FILELOCK_FOLDER,
                                      HELD_MS, tending->err);
    return tending->held >= 0;
}

static void act(struct tending *tending, const char *key)
{
    struct err ignored;

    if (tending->ok && embedded_check_key(key, &ignored))
        tending->ok = hold_folder(tending) &&
                      tending->act(tending->store, key, tending->err);
}

static void act_on_left(void *arg, struct str name)
{
    const struct str ending = STR(EMBEDDED_ENDING);
    char key[EMBEDDED_KEY_MAX + 1];

    if (name.len <= ending.len || name.len - ending.len > EMBEDDED_KEY_MAX ||
        !str_eq(str_from(name, name.len - ending.len), ending))
        return;
    (void)snprintf(key, sizeof(key), STR_FMT,
                   STR_ARG(str_sub(name, 0, name.len - ending.len)));
    act(arg, key);
}

static void act_on_linked(void *arg, const char *key)
{
    struct tending *tending = arg;
    struct embedded_place place;
    struct err ignored;

    if ((embedded_find(tending->store, key, &place, &ignored) ||
         embedded_find_missing(tending->store, key, &place)) &&
        place.linked && rescue_is_needed(place.folder, place.name))
        act(tending, key);
}

static bool each_left(struct tending *tending)
{
    struct store_driver *driver = &tending->store->driver;

    rescue_each(tending->store->folder, act_on_left, tending);
    return tending->ok &&
           driver->list(driver, act_on_linked, tending, tending->err) &&
           tending->ok;
}

static bool seal_now(const struct embedded *store, const char *key,
                     struct err *err)
{
    struct json_doc *doc = embedded_parse(store, key, err);
    bool ok =
        doc && sealed_open(store->seal, key, doc, err) &&
        embedded_write(store, key, doc, &(struct embedded_write){ 0 }, err);

    json_doc_free(doc);
    return ok;
}

/* Its seals.  A broken one is left for whoever reads it. */
static void seal(void *arg, const char *key)
{
    struct tending *tending = arg;
    struct embedded *store = tending->store;
    struct err err;
    struct json_doc *doc = embedded_parse(store, key, &err);
    bool stale = doc && store->seal && sealed_is_stale(store->seal, doc);

    json_doc_free(doc);
    if (stale && hold_folder(tending) && !seal_now(store, key, &err))
        log_line(LOG_WARN, "not sealed: %s", err.text);
}

/* Leftovers and seals. */
static bool tend(struct embedded *store, struct err *err)
{
    struct store_driver *driver = &store->driver;
    struct tending tending = { .store = store,
                               .act = embedded_rescue,
                               .held = -1,
                               .ok = true,
                               .err = err };
    bool ok = each_left(&tending) && driver->list(driver, seal, &tending, err);

    tombstone_sweep(store->folder);
    filelock_release(tending.held);
    return ok;
}

/* Nothing in the folder is trusted, not even what a crash left behind, before it is
   known whose it is. */
bool embedded_check_folder(const char *folder, struct err *err)
{
    struct links links;

    return links_check(folder, &links, err) &&
           jsonfile_make_folder(folder, err) && owned_folder(folder, err) &&
           backup_check_folder(folder, err);
}

struct store_driver *embedded_open(const char *folder, const struct seal *seal,
                                   struct err *err)
{
    struct embedded *store = embedded_new(folder, seal);
    struct store_driver *driver = &store->driver;

    if (embedded_check_folder(folder, err) && tend(store, err)) {
        embedded_settle_home(store);
        return driver;
    }
    driver->free(driver);
    return NULL;
}

/* ---- sealing anew ------------------------------------------------------- */

struct reseal {
    struct embedded *now;
    struct embedded *next;
    size_t changed;
    bool ok;
    struct err *err;
};

static void verify(void *arg, const char *key)
{
    struct reseal *reseal = arg;
    struct store_driver *now = &reseal->now->driver;
    struct json_doc *doc;

    if (!reseal->ok)
        return;
    reseal->ok = now->read(now, key, &doc, reseal->err);
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
    struct store_driver *now = &reseal->now->driver;
    struct json_doc *doc;

    if (!reseal->ok || !is_stale(reseal->next, key))
        return;
    reseal->ok = now->read(now, key, &doc, reseal->err) && doc &&
                 embedded_write(reseal->next, key, doc,
                                &(struct embedded_write){ 0 }, reseal->err);
    reseal->changed += reseal->ok;
    json_doc_free(doc);
}

/* Nobody serves from the folder, and no command changes it meanwhile. */
struct alone {
    int in_use;
    int folder;
};

static bool take_alone(const char *folder, struct alone *alone, struct err *err)
{
    *alone = (struct alone){ .in_use = -1, .folder = -1 };
    if (!embedded_check_folder(folder, err))
        return false;
    alone->in_use = in_use_wait(folder, IN_USE_ALONE, ASKED_MS, err);
    if (alone->in_use < 0 && err->code == ERR_BUSY)
        return err_wrap(err, "sealing everything again needs the folder to "
                             "itself");
    if (alone->in_use >= 0)
        alone->folder = filelock_wait(folder, FILELOCK_FOLDER, HELD_MS, err);
    return alone->folder >= 0;
}

static void let_go(const struct alone *alone)
{
    filelock_release(alone->folder);
    filelock_release(alone->in_use);
}

/* Whatever of it does not open would never be opened again. */
static bool put_right(const struct reseal *reseal, const struct alone *alone)
{
    struct tending tending = { .store = reseal->now,
                               .act = embedded_opens_left,
                               .held = alone->folder,
                               .ok = true,
                               .err = reseal->err };

    if (!each_left(&tending))
        return err_wrap(reseal->err, "nothing was changed");
    tending.act = embedded_rescue;
    return each_left(&tending);
}

bool embedded_reseal(const char *folder, const struct seal *now,
                     const struct seal *next, size_t *count, struct err *err)
{
    struct reseal reseal = { .now = embedded_new(folder, now),
                             .next = embedded_new(folder, next),
                             .ok = true,
                             .err = err };
    struct store_driver *driver = &reseal.now->driver;
    struct alone alone;
    bool ok;

    reseal.now->also = next;
    ok = take_alone(folder, &alone, err) && put_right(&reseal, &alone) &&
         driver->list(driver, verify, &reseal, err) && reseal.ok &&
         driver->list(driver, rewrite, &reseal, err) && reseal.ok;
    *count = reseal.changed;
    let_go(&alone);
    driver->free(driver);
    reseal.next->driver.free(&reseal.next->driver);
    return ok;
}
