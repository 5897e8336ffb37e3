// SPDX-License-Identifier: MIT
/* The embedded store: documents, keys, locks. */
#include "store/embedded.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define ROUNDS 200

struct scene {
    char *folder;
    struct seal *seal; /* NULL until seal_scene() */
    struct store_driver *driver;
};

static void open_driver(struct scene *scene, const char *secret)
{
    struct err err;

    if (scene->driver)
        scene->driver->free(scene->driver);
    seal_free(scene->seal);
    scene->seal = secret ? seal_new(str_of(secret), &err) : NULL;
    scene->driver = embedded_open(scene->folder, scene->seal, &err);
    assert_non_null(scene->driver);
}

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    open_driver(scene, NULL);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    scene->driver->free(scene->driver);
    seal_free(scene->seal);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

typedef bool (*change_fn)(struct store_driver *driver, const char *key,
                          const struct json_doc *doc, struct err *err);

static bool change(struct scene *scene, change_fn how, const char *key,
                   const char *text)
{
    struct err err = { .text = "" };
    struct json_doc *doc = json_doc_parse(str_of(text), &err);
    bool ok = how(scene->driver, key, doc, &err);

    while (!ok && err.code == ERR_BUSY)
        ok = how(scene->driver, key, doc, &err);
    assert_true(ok || err.text[0]);
    json_doc_free(doc);
    return ok;
}

static bool update(struct scene *scene, const char *key, const char *patch)
{
    return change(scene, scene->driver->update, key, patch);
}

static void assert_read(struct scene *scene, const char *key, const char *want)
{
    struct json_doc *doc;
    struct buf out;
    struct err err;

    assert_true(scene->driver->read(scene->driver, key, &doc, &err));
    assert_non_null(doc);
    buf_init(&out, 10000);
    assert_true(json_doc_write(doc, false, &out));
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    json_doc_free(doc);
}

static void assert_read_fails(struct scene *scene, const char *key,
                              const char *why)
{
    struct json_doc *doc;
    struct err err;

    assert_false(scene->driver->read(scene->driver, key, &doc, &err));
    assert_null(doc);
    unit_assert_part(err.text, why);
}

static void assert_file(struct scene *scene, const char *name, const char *want)
{
    char *text = unit_read(scene->folder, name);

    assert_string_equal(text, want);
    mem_free(text);
}

/* ---- documents ---------------------------------------------------------- */

static void what_is_not_there_is_no_error(void **state)
{
    struct scene *scene = *state;
    struct json_doc *doc;
    struct err err;

    assert_true(scene->driver->read(scene->driver, "oauth_a", &doc, &err));
    assert_null(doc);
    assert_true(scene->driver->remove(scene->driver, "oauth_a", &err));
}

static void an_update_makes_what_is_missing(void **state)
{
    struct scene *scene = *state;
    struct stat info;

    assert_true(update(scene, "oauth_a", "{\"x\":1,\"y\":null}"));
    assert_read(scene, "oauth_a", "{\"x\":1}");
    assert_int_equal(stat(unit_path(scene->folder, "oauth_a.json"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void an_update_keeps_what_it_does_not_name(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "oauth_a.json",
               "{\"b\":1.5,\"access_token\":\"t\",\"a\":[{\"\\u00e9\":-3}],"
               "\"z\":9223372036854775807,\"n\":null}");
    assert_true(update(scene, "oauth_a", "{\"access_token\":\"new\"}"));
    assert_read(scene, "oauth_a",
                "{\"b\":1.5,\"access_token\":\"new\",\"a\":[{\"\xc3\xa9\":-3}],"
                "\"z\":9223372036854775807,\"n\":null}");
}

static void creating_never_replaces(void **state)
{
    struct scene *scene = *state;

    assert_true(change(scene, scene->driver->create, "a", "{\"x\":1}"));
    assert_false(change(scene, scene->driver->create, "a", "{\"x\":2}"));
    assert_read(scene, "a", "{\"x\":1}");
}

static void what_was_removed_is_gone(void **state)
{
    struct scene *scene = *state;
    struct json_doc *doc;
    struct err err;

    assert_true(update(scene, "a", "{}"));
    assert_true(scene->driver->remove(scene->driver, "a", &err));
    assert_true(scene->driver->read(scene->driver, "a", &doc, &err));
    assert_null(doc);
}

static void a_broken_document_is_not_changed_but_replaced(void **state)
{
    static const char *const texts[] = { "{\"access_token\":\"canary", "", "[]",
                                         "{\"a\":1,\"a\":2}" };
    static const char *const kept[] = { "oauth_a.json.broken",
                                        "oauth_a.json.broken-2",
                                        "oauth_a.json.broken-3",
                                        "oauth_a.json.broken-4" };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        unit_write(scene->folder, "oauth_a.json", texts[i]);
        assert_read_fails(scene, "oauth_a", "oauth_a.json: not ");
        assert_false(
            change(scene, scene->driver->change, "oauth_a", "{\"x\":1}"));
        assert_file(scene, "oauth_a.json", texts[i]);
        assert_true(update(scene, "oauth_a", "{\"x\":1}"));
        assert_file(scene, kept[i], texts[i]);
        assert_read(scene, "oauth_a", "{\"x\":1}");
    }
}

/* The store's failures are never the caller's fault (HTTP 400). */
static void a_broken_document_is_the_stores_failure(void **state)
{
    struct scene *scene = *state;
    struct json_doc *doc;
    struct err err;

    unit_write(scene->folder, "a.json", "{");
    assert_false(scene->driver->read(scene->driver, "a", &doc, &err));
    assert_int_equal(err.code, ERR_BROKEN);
    unit_write(scene->folder, "a.json", "7");
    assert_false(scene->driver->read(scene->driver, "a", &doc, &err));
    assert_int_equal(err.code, ERR_BROKEN);
    assert_int_equal(unlink(unit_path(scene->folder, "a.json")), 0);
    assert_int_equal(mkdir(unit_path(scene->folder, "a.json"), 0700), 0);
    assert_false(scene->driver->read(scene->driver, "a", &doc, &err));
    assert_int_equal(err.code, ERR_IO);
}

static void a_document_that_could_not_be_read_again_is_not_written(void **state)
{
    struct scene *scene = *state;
    char *large = mem_zalloc(1100000);

    assert_true(update(scene, "a", "{\"x\":1}"));
    memset(large, 'x', 1099990);
    memcpy(large, "{\"x\":\"", 6);
    memcpy(large + 1099988, "\"}", 2);
    assert_false(update(scene, "a", large));
    assert_read(scene, "a", "{\"x\":1}");
    mem_free(large);
}

/* ---- keys --------------------------------------------------------------- */

static void a_key_names_a_file_in_the_folder(void **state)
{
    static const char *const keys[] = { "",    ".",  "..",      "../a",
                                        "a/b", "/a", ".hidden", ".write.lock" };
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    size_t files = unit_file_count(scene->folder);
    struct store_lock *lock;
    struct json_doc *doc;
    struct err err;

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        assert_false(driver->read(driver, keys[i], &doc, &err));
        assert_false(update(scene, keys[i], "{}"));
        assert_false(change(scene, driver->create, keys[i], "{}"));
        assert_false(driver->remove(driver, keys[i], &err));
        assert_int_equal(driver->lock(driver, keys[i], &lock, &err),
                         STORE_LOCK_FAILED);
    }
    assert_int_equal(unit_file_count(scene->folder), files);
}

static void a_key_that_is_too_long_is_refused(void **state)
{
    struct scene *scene = *state;
    char key[400];

    memset(key, 'k', sizeof(key));
    key[300] = '\0';
    assert_false(update(scene, key, "{}"));
}

static void add_name(void *arg, const char *key)
{
    buf_add(arg, str_of(key));
    buf_add(arg, STR(" "));
}

static void documents_are_listed_in_order(void **state)
{
    struct scene *scene = *state;
    struct buf names;
    struct err err;

    assert_true(update(scene, "oauth_b", "{}"));
    assert_true(update(scene, "apikey_c", "{}"));
    assert_true(update(scene, "oauth_a", "{}"));
    unit_write(scene->folder, "admin_token", "x");
    unit_write(scene->folder, ".json", "x");
    unit_write(scene->folder, ".a.json", "x");
    buf_init(&names, 100);
    assert_true(scene->driver->list(scene->driver, add_name, &names, &err));
    unit_assert_str(buf_str(&names), "apikey_c oauth_a oauth_b ");
    buf_done(&names);
}

/* ---- secrets ------------------------------------------------------------ */

static void secrets_lie_sealed_and_are_read_open(void **state)
{
    struct scene *scene = *state;
    char *text;

    open_driver(scene, SECRET);
    assert_true(update(scene, "oauth_a",
                       "{\"access_token\":\"canary\",\"scopes\":[\"s\"]}"));
    assert_true(update(scene, "oauth_a", "{\"refresh_token\":\"canary2\"}"));
    assert_true(change(scene, scene->driver->create, "pkce_b",
                       "{\"code_verifier\":\"canary3\"}"));
    text = unit_read(scene->folder, "oauth_a.json");
    assert_null(strstr(text, "canary"));
    unit_assert_part(text, "\"access_token\": \"sealed:v1:");
    mem_free(text);
    text = unit_read(scene->folder, "pkce_b.json");
    assert_null(strstr(text, "canary"));
    mem_free(text);
    assert_read(scene, "oauth_a",
                "{\"access_token\":\"canary\",\"scopes\":[\"s\"],"
                "\"refresh_token\":\"canary2\"}");
    assert_read(scene, "pkce_b", "{\"code_verifier\":\"canary3\"}");
}

static void with_the_wrong_secret_nothing_is_read_or_changed(void **state)
{
    static const struct {
        const char *secret;
        const char *why;
    } cases[] = { { NULL, "RELAY_SECRET is not set" },
                  { OTHER, "another RELAY_SECRET" } };
    struct scene *scene = *state;
    char *before;

    open_driver(scene, SECRET);
    assert_true(update(scene, "oauth_a", "{\"access_token\":\"canary\"}"));
    before = unit_read(scene->folder, "oauth_a.json");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct unit_capture log = unit_capture_begin(2);

        open_driver(scene, cases[i].secret);
        mem_free(unit_capture_end(&log));
        assert_read_fails(scene, "oauth_a", cases[i].why);
        assert_false(update(scene, "oauth_a", "{\"access_token\":\"new\"}"));
        assert_file(scene, "oauth_a.json", before);
    }
    mem_free(before);
}

/* ---- a full disk -------------------------------------------------------- */

static void a_full_disk_keeps_the_old_document(void **state)
{
    struct scene *scene = *state;
    struct rlimit tight = { 5, 5 };
    size_t files;
    struct rlimit old;
    char *before;

    assert_true(update(scene, "a", "{\"x\":1}"));
    before = unit_read(scene->folder, "a.json");
    files = unit_file_count(scene->folder);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight.rlim_max = old.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_false(update(scene, "a", "{\"x\":2}"));
    assert_false(change(scene, scene->driver->create, "b", "{\"x\":2}"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_DFL);
    assert_file(scene, "a.json", before);
    assert_int_equal(unit_file_count(scene->folder), files);
    assert_true(update(scene, "a", "{\"x\":3}"));
    mem_free(before);
}

/* ---- several at once ---------------------------------------------------- */

/* Members of its own: "<prefix>0" to "<prefix>199". */
static bool update_often(struct scene *scene, char prefix)
{
    bool ok = true;

    for (unsigned i = 0; i < ROUNDS && ok; i++) {
        char patch[40];

        (void)snprintf(patch, sizeof(patch), "{\"%c%u\":%u}", prefix, i, i);
        ok = update(scene, "oauth_a", patch);
    }
    return ok;
}

static void *update_in_thread(void *arg)
{
    return update_often(arg, 't') ? arg : NULL;
}

static void no_update_is_lost_between_processes_and_threads(void **state)
{
    struct scene *scene = *state;
    struct json_doc *doc;
    pthread_t thread;
    struct err err;
    void *done;
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        open_driver(scene, NULL);
        _exit(update_often(scene, 'c') ? 0 : 1);
    }
    assert_int_equal(pthread_create(&thread, NULL, update_in_thread, scene), 0);
    assert_true(update_often(scene, 'p'));
    assert_int_equal(pthread_join(thread, &done), 0);
    assert_non_null(done);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(scene->driver->read(scene->driver, "oauth_a", &doc, &err));
    assert_int_equal(json_doc_count(doc), 3 * ROUNDS);
    json_doc_free(doc);
}

/* ---- locks -------------------------------------------------------------- */

static void a_lock_has_one_holder(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_lock *first;
    struct store_lock *other;
    struct store_lock *again;
    struct err err;

    assert_int_equal(driver->lock(driver, "oauth_a", &first, &err),
                     STORE_LOCKED);
    assert_int_equal(driver->lock(driver, "oauth_a", &again, &err), STORE_BUSY);
    assert_null(again);
    assert_int_equal(driver->lock(driver, "oauth_b", &other, &err),
                     STORE_LOCKED);
    /* Documents are changed under a lock of their own. */
    assert_true(update(scene, "oauth_a", "{}"));
    driver->unlock(driver, first);
    assert_int_equal(driver->lock(driver, "oauth_a", &again, &err),
                     STORE_LOCKED);
    driver->unlock(driver, again);
    driver->unlock(driver, other);
}

static void a_lock_excludes_other_processes(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_lock *lock;
    struct err err;
    int status;
    pid_t child;

    assert_int_equal(driver->lock(driver, "oauth_a", &lock, &err),
                     STORE_LOCKED);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        open_driver(scene, NULL);
        _exit((int)scene->driver->lock(scene->driver, "oauth_a", &lock, &err));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), STORE_BUSY);
    driver->unlock(driver, lock);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(what_is_not_there_is_no_error),
        SCENE(an_update_makes_what_is_missing),
        SCENE(an_update_keeps_what_it_does_not_name),
        SCENE(creating_never_replaces),
        SCENE(what_was_removed_is_gone),
        SCENE(a_broken_document_is_not_changed_but_replaced),
        SCENE(a_broken_document_is_the_stores_failure),
        SCENE(a_document_that_could_not_be_read_again_is_not_written),
        SCENE(a_key_names_a_file_in_the_folder),
        SCENE(a_key_that_is_too_long_is_refused),
        SCENE(documents_are_listed_in_order),
        SCENE(secrets_lie_sealed_and_are_read_open),
        SCENE(with_the_wrong_secret_nothing_is_read_or_changed),
        SCENE(a_full_disk_keeps_the_old_document),
        SCENE(no_update_is_lost_between_processes_and_threads),
        SCENE(a_lock_has_one_holder),
        SCENE(a_lock_excludes_other_processes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
