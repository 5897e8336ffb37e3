// SPDX-License-Identifier: MIT
/* The embedded store: what a crash left of its documents. */
#include "store/embedded_internal.h"

#include <sys/stat.h>

#include "store/filelock.h"
#include "store/grant.h"
#include "store/jsonfile.h"
#include "store/owned.h"
#include "store/rescue.h"
#include "store/tombstone.h"

struct judging {
    const struct embedded *store;
    const char *key;
};

/* With its secrets open, if it is a document of the key: `*doc` is the caller's
   then. */
static enum rescue_verdict open_text(const struct judging *judging,
                                     struct str text, struct json_doc **doc,
                                     struct err *err)
{
    *doc = embedded_parse_text(text, judging->key, err);
    if (!*doc)
        return RESCUE_PART;
    if (embedded_unseal(judging->store, judging->key, *doc, err))
        return RESCUE_WHOLE;
    json_doc_free(*doc);
    *doc = NULL;
    return RESCUE_LOCKED;
}

static enum rescue_verdict open_path(const struct judging *judging,
                                     const char *path, struct json_doc **doc,
                                     struct err *err)
{
    enum rescue_verdict verdict = RESCUE_LOCKED;
    struct buf text;

    *doc = NULL;
    buf_init_secret(&text, JSONFILE_MAX);
    if (owned_file(path, err) && jsonfile_read(path, &text, err))
        verdict = open_text(judging, buf_str(&text), doc, err);
    buf_done(&text);
    return verdict;
}

static enum rescue_verdict judge(void *arg, const char *path, struct err *err)
{
    struct json_doc *doc;
    enum rescue_verdict verdict = open_path(arg, path, &doc, err);

    json_doc_free(doc);
    return verdict;
}

static enum rescue_order compare(void *arg, const char *file,
                                 const char *leftover)
{
    static const enum rescue_order orders[] = {
        [GRANT_SAME] = RESCUE_SAME,       [GRANT_LATER] = RESCUE_LATER,
        [GRANT_EARLIER] = RESCUE_EARLIER, [GRANT_SPENT] = RESCUE_SPENT,
        [GRANT_UNLIKE] = RESCUE_UNLIKE,
    };
    enum rescue_order order = RESCUE_UNLIKE;
    struct json_doc *doc;
    struct json_doc *other;
    struct err err;

    (void)open_path(arg, file, &doc, &err);
    (void)open_path(arg, leftover, &other, &err);
    if (doc && other)
        order = orders[grant_compare(doc, other)];
    json_doc_free(doc);
    json_doc_free(other);
    return order;
}

static bool take_tokens(void *arg, const char *file, const char *leftover,
                        struct err *err)
{
    const struct judging *judging = arg;
    struct json_doc *doc = NULL;
    struct json_doc *other = NULL;
    bool ok = open_path(judging, file, &doc, err) == RESCUE_WHOLE &&
              open_path(judging, leftover, &other, err) == RESCUE_WHOLE;

    if (ok) {
        grant_take(doc, other);
        ok = embedded_write(judging->store, judging->key, doc,
                            &(struct embedded_write){ 0 }, err);
    }
    json_doc_free(doc);
    json_doc_free(other);
    return ok;
}

static bool find(const struct embedded *store, const char *key,
                 struct embedded_place *place)
{
    struct err ignored;

    return embedded_find(store, key, place, &ignored) ||
           embedded_find_missing(store, key, place);
}

static bool is_there(const struct embedded *store, const char *key)
{
    char path[EMBEDDED_PATH_SIZE];
    struct stat info;
    struct err ignored;

    return embedded_path(store, key, EMBEDDED_ENDING, path, &ignored) &&
           lstat(path, &info) == 0;
}

/* Of a document whose place is known. */
static struct rescue rescue_of(const struct embedded_place *place,
                               struct judging *judging)
{
    const struct embedded *store = judging->store;

    return (struct rescue){ .folder = place->folder,
                            .name = place->name,
                            .removed =
                                !is_there(store, judging->key) &&
                                tombstone_is_there(store->folder, judging->key),
                            .judge = judge,
                            .compare = compare,
                            .take = take_tokens,
                            .arg = judging };
}

static bool put_right(const struct embedded *store, const char *key, bool quiet,
                      struct err *err)
{
    struct judging judging = { store, key };
    struct embedded_place place;
    struct rescue rescue;

    /* A link that leads nowhere, where nothing is left, is for whoever writes
       through it. */
    if (!find(store, key, &place))
        return true;
    rescue = rescue_of(&place, &judging);
    rescue.quiet = quiet;
    if (!rescue_file(&rescue, err))
        return false;
    if (rescue.removed && is_there(store, key))
        tombstone_clear(store->folder, key);
    return true;
}

bool embedded_rescue(const struct embedded *store, const char *key,
                     struct err *err)
{
    return put_right(store, key, false, err);
}

/* ---- what does not open ------------------------------------------------- */

bool embedded_opens_left(const struct embedded *store, const char *key,
                         struct err *err)
{
    struct judging judging = { store, key };
    struct embedded_place place;
    struct rescue rescue;

    if (!find(store, key, &place))
        return true;
    rescue = rescue_of(&place, &judging);
    return rescue_opens(&rescue, NULL, err);
}

/* What its tokens replaced can be read in it all the same. */
static bool replaces_tokens(void *arg, const char *file, const char *leftover)
{
    const struct judging *judging = arg;
    struct json_doc *doc = NULL;
    struct json_doc *other = NULL;
    struct buf text;
    struct err err;
    bool yes;

    buf_init_secret(&text, JSONFILE_MAX);
    if (owned_file(leftover, &err) && jsonfile_read(leftover, &text, &err))
        other = embedded_parse_text(buf_str(&text), judging->key, &err);
    yes = other && open_path(judging, file, &doc, &err) == RESCUE_WHOLE &&
          grant_replaces(other, doc);
    buf_done(&text);
    json_doc_free(doc);
    json_doc_free(other);
    return yes;
}

/* A lock is tried for again and again; what does not open was told of at the start, and
   is in the error, if it counts. */
static bool make_ready(const struct embedded *store, const char *key,
                       const struct embedded_place *place, struct err *err)
{
    struct judging judging = { store, key };
    struct rescue rescue;

    if (!put_right(store, key, true, err))
        return false;
    rescue = rescue_of(place, &judging);
    return rescue_opens(&rescue, replaces_tokens, err);
}

bool embedded_make_ready(const struct embedded *store, const char *key,
                         struct err *err)
{
    struct embedded_place place;
    bool ok;
    int held;

    if (!find(store, key, &place) ||
        !rescue_is_needed(place.folder, place.name))
        return true;
    held = filelock_take(store->folder, FILELOCK_FOLDER, err);
    ok = held >= 0 && make_ready(store, key, &place, err);
    filelock_release(held);
    return ok;
}
