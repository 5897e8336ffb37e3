// SPDX-License-Identifier: MIT
/* A store that a test plays. */
#include "script_store.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "unit.h"

#define DOCS_MAX 8
#define KEY_SIZE 128

struct script_doc {
    char key[KEY_SIZE];
    struct json_doc *doc; /* NULL: not there */
    bool removed;
};

struct script_store {
    struct store_driver driver;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct script_doc docs[DOCS_MAX];
    struct {
        enum err_code code;
        unsigned times;
        unsigned count;
        bool stalls;
        bool later; /* the next one succeeds */
    } ops[SCRIPT_OPS];
    bool stalled;
    unsigned locks;
    struct json_doc *noted;
};

struct store_lock {
    char key[KEY_SIZE];
};

static struct script_store *script_of(struct store_driver *driver)
{
    return CONTAINER_OF(driver, struct script_store, driver);
}

/* With the lock held. */
static struct script_doc *find(struct script_store *script, const char *key)
{
    size_t i = 0;

    while (i < DOCS_MAX && script->docs[i].key[0] &&
           strcmp(script->docs[i].key, key) != 0)
        i++;
    assert_true(i < DOCS_MAX);
    if (!script->docs[i].key[0])
        (void)snprintf(script->docs[i].key, KEY_SIZE, "%s", key);
    return &script->docs[i];
}

/* A job begins: it may have to wait, and to fail. */
static bool begin(struct script_store *script, enum script_op op,
                  struct err *err)
{
    bool fails;

    (void)pthread_mutex_lock(&script->lock);
    script->ops[op].count++;
    script->stalled = script->ops[op].stalls;
    script->ops[op].stalls = false;
    while (script->stalled)
        (void)pthread_cond_wait(&script->changed, &script->lock);
    fails = script->ops[op].times > 0 && !script->ops[op].later;
    script->ops[op].later = false;
    if (fails)
        script->ops[op].times--;
    return !fails || err_set(err, script->ops[op].code, "the script says no");
}

static bool end(struct script_store *script, bool ok)
{
    (void)pthread_mutex_unlock(&script->lock);
    return ok;
}

/* ---- the driver --------------------------------------------------------- */

static bool read_doc(struct store_driver *driver, const char *key,
                     struct json_doc **doc, struct err *err)
{
    struct script_store *script = script_of(driver);
    bool ok = begin(script, SCRIPT_READ, err);
    const struct script_doc *found = find(script, key);

    *doc = ok && found->doc ? json_doc_copy(found->doc) : NULL;
    return end(script, ok);
}

static bool write_doc(struct store_driver *driver, const char *key,
                      const struct json_doc *patch, bool must_exist,
                      struct err *err)
{
    struct script_store *script = script_of(driver);
    bool ok = begin(script, SCRIPT_WRITE, err);
    struct script_doc *found = find(script, key);

    if (ok && must_exist && !found->doc)
        ok = err_set(err, ERR_NOT_FOUND, "it is not there");
    if (ok && !found->doc)
        found->doc = json_doc_new_object();
    if (ok) {
        json_doc_merge(found->doc, patch);
        found->removed = false;
    }
    return end(script, ok);
}

static bool update(struct store_driver *driver, const char *key,
                   const struct json_doc *patch, struct err *err)
{
    return write_doc(driver, key, patch, false, err);
}

static bool change(struct store_driver *driver, const char *key,
                   const struct json_doc *patch, struct err *err)
{
    return write_doc(driver, key, patch, true, err);
}

static bool fill(struct store_driver *driver, struct store_lock *lock,
                 const struct json_doc *patch, bool must_exist, struct err *err)
{
    return write_doc(driver, lock->key, patch, must_exist, err);
}

static bool take(struct store_driver *driver, const char *key, bool on_purpose,
                 struct err *err)
{
    struct script_store *script = script_of(driver);
    bool ok = begin(script, SCRIPT_REMOVE, err);
    struct script_doc *found = find(script, key);

    if (ok) {
        json_doc_free(found->doc);
        found->doc = NULL;
        found->removed = on_purpose;
    }
    return end(script, ok);
}

static bool remove_doc(struct store_driver *driver, const char *key,
                       struct err *err)
{
    return take(driver, key, true, err);
}

static bool discard(struct store_driver *driver, const char *key,
                    struct err *err)
{
    return take(driver, key, false, err);
}

static bool was_removed(struct store_driver *driver, const char *key)
{
    struct script_store *script = script_of(driver);
    bool removed;

    (void)pthread_mutex_lock(&script->lock);
    removed = find(script, key)->removed;
    return end(script, removed);
}

static bool list(struct store_driver *driver,
                 void (*visit)(void *arg, const char *key), void *arg,
                 struct err *err)
{
    struct script_store *script = script_of(driver);

    (void)err;
    for (size_t i = 0; i < DOCS_MAX; i++) {
        if (script->docs[i].doc)
            visit(arg, script->docs[i].key);
    }
    return true;
}

static enum store_locked lock(struct store_driver *driver, const char *name,
                              struct store_lock **lock, struct err *err)
{
    struct script_store *script = script_of(driver);
    bool ok = begin(script, SCRIPT_LOCK, err);

    *lock = ok ? MEM_NEW(struct store_lock) : NULL;
    if (ok) {
        (void)snprintf((*lock)->key, KEY_SIZE, "%s", name);
        script->locks++;
    }
    (void)end(script, ok);
    if (ok)
        return STORE_LOCKED;
    return err->code == ERR_BUSY ? STORE_BUSY : STORE_LOCK_FAILED;
}

static void unlock(struct store_driver *driver, struct store_lock *lock)
{
    struct script_store *script = script_of(driver);

    (void)pthread_mutex_lock(&script->lock);
    script->locks--;
    (void)pthread_mutex_unlock(&script->lock);
    mem_free(lock);
}

static bool reserve(struct store_driver *driver, struct store_lock *lock,
                    struct err *err)
{
    struct script_store *script = script_of(driver);

    (void)lock;
    return end(script, begin(script, SCRIPT_RESERVE, err));
}

static bool note(struct store_driver *driver, struct store_lock *lock,
                 const struct json_doc *doc)
{
    struct script_store *script = script_of(driver);

    (void)lock;
    (void)pthread_mutex_lock(&script->lock);
    json_doc_free(script->noted);
    script->noted = doc ? json_doc_copy(doc) : NULL;
    (void)pthread_mutex_unlock(&script->lock);
    return true;
}

static void free_driver(struct store_driver *driver)
{
    struct script_store *script = script_of(driver);

    for (size_t i = 0; i < DOCS_MAX; i++)
        json_doc_free(script->docs[i].doc);
    json_doc_free(script->noted);
    (void)pthread_mutex_destroy(&script->lock);
    (void)pthread_cond_destroy(&script->changed);
    mem_free(script);
}

struct script_store *script_store_new(void)
{
    struct script_store *script = MEM_NEW(struct script_store);

    script->driver = (struct store_driver){ .read = read_doc,
                                            .update = update,
                                            .change = change,
                                            .create = update,
                                            .remove = remove_doc,
                                            .discard = discard,
                                            .was_removed = was_removed,
                                            .list = list,
                                            .lock = lock,
                                            .unlock = unlock,
                                            .reserve = reserve,
                                            .fill = fill,
                                            .note = note,
                                            .free = free_driver };
    (void)pthread_mutex_init(&script->lock, NULL);
    (void)pthread_cond_init(&script->changed, NULL);
    return script;
}

struct store_driver *script_store_driver(struct script_store *script)
{
    return &script->driver;
}

/* ---- the test's side ---------------------------------------------------- */

void script_store_put(struct script_store *script, const char *key,
                      const char *text)
{
    struct err err;
    struct script_doc *found;

    (void)pthread_mutex_lock(&script->lock);
    found = find(script, key);
    json_doc_free(found->doc);
    found->doc = json_doc_parse(str_of(text), &err);
    assert_non_null(found->doc);
    (void)pthread_mutex_unlock(&script->lock);
}

void script_store_take_away(struct script_store *script, const char *key,
                            bool on_purpose)
{
    struct script_doc *found;

    (void)pthread_mutex_lock(&script->lock);
    found = find(script, key);
    json_doc_free(found->doc);
    found->doc = NULL;
    found->removed = on_purpose;
    (void)pthread_mutex_unlock(&script->lock);
}

static char *text_of(const struct json_doc *doc)
{
    struct buf text;
    char *copy = NULL;

    buf_init(&text, 1u << 20);
    if (doc && json_doc_write(doc, false, &text))
        copy = mem_strndup(buf_str(&text).at, buf_str(&text).len);
    buf_done(&text);
    return copy;
}

char *script_store_get(struct script_store *script, const char *key)
{
    char *text;

    (void)pthread_mutex_lock(&script->lock);
    text = text_of(find(script, key)->doc);
    (void)pthread_mutex_unlock(&script->lock);
    return text;
}

char *script_store_noted(struct script_store *script)
{
    char *text;

    (void)pthread_mutex_lock(&script->lock);
    text = text_of(script->noted);
    (void)pthread_mutex_unlock(&script->lock);
    return text;
}

void script_store_fail(struct script_store *script, enum script_op op,
                       enum err_code code, unsigned times)
{
    (void)pthread_mutex_lock(&script->lock);
    script->ops[op].code = code;
    script->ops[op].times = times;
    (void)pthread_mutex_unlock(&script->lock);
}

void script_store_fail_later(struct script_store *script, enum script_op op,
                             enum err_code code, unsigned times)
{
    script_store_fail(script, op, code, times);
    (void)pthread_mutex_lock(&script->lock);
    script->ops[op].later = true;
    (void)pthread_mutex_unlock(&script->lock);
}

void script_store_stall(struct script_store *script, enum script_op op)
{
    (void)pthread_mutex_lock(&script->lock);
    script->ops[op].stalls = true;
    (void)pthread_mutex_unlock(&script->lock);
}

void script_store_let_go(struct script_store *script)
{
    (void)pthread_mutex_lock(&script->lock);
    script->stalled = false;
    (void)pthread_cond_broadcast(&script->changed);
    (void)pthread_mutex_unlock(&script->lock);
}

bool script_store_is_stalled(struct script_store *script)
{
    bool stalled;

    (void)pthread_mutex_lock(&script->lock);
    stalled = script->stalled;
    return end(script, stalled);
}

unsigned script_store_count(struct script_store *script, enum script_op op)
{
    unsigned count;

    (void)pthread_mutex_lock(&script->lock);
    count = script->ops[op].count;
    (void)pthread_mutex_unlock(&script->lock);
    return count;
}

unsigned script_store_locks(struct script_store *script)
{
    unsigned count;

    (void)pthread_mutex_lock(&script->lock);
    count = script->locks;
    (void)pthread_mutex_unlock(&script->lock);
    return count;
}
