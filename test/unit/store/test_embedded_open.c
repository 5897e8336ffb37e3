// SPDX-License-Identifier: MIT
/* Opening the embedded store, and sealing it anew. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/embedded.h"
#include "store/filelock.h"
#include "store/in_use.h"
#include "unit.h"

#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define THIRD "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

#define TOKEN(name) "{\"access_token\":\"canary-" name "\"}"

struct scene {
    char *folder;
    struct seal *seal;
    struct store_driver *driver;
    char *log; /* of the last open */
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    *state = scene;
    return 0;
}

static void close_driver(struct scene *scene)
{
    if (scene->driver)
        scene->driver->free(scene->driver);
    scene->driver = NULL;
    seal_free(scene->seal);
    scene->seal = NULL;
    mem_free(scene->log);
    scene->log = NULL;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    close_driver(scene);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static struct seal *seal_of(const char *secret)
{
    struct err err;

    return secret ? seal_new(str_of(secret), &err) : NULL;
}

static void open_driver(struct scene *scene, const char *secret)
{
    struct unit_capture log;
    struct err err;

    close_driver(scene);
    scene->seal = seal_of(secret);
    log = unit_capture_begin(2);
    scene->driver = embedded_open(scene->folder, scene->seal, &err);
    scene->log = unit_capture_end(&log);
    assert_non_null(scene->driver);
}

static unsigned mode_of(const char *path)
{
    struct stat info;

    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 0777;
}

static bool is_plain(struct scene *scene, const char *name)
{
    char *text = unit_read(scene->folder, name);
    bool plain = strstr(text, "canary") != NULL;

    mem_free(text);
    return plain;
}

/* Does `secret` alone open the token of oauth_<name>? */
static bool opens(struct scene *scene, const char *secret, const char *key)
{
    struct json_doc *doc;
    struct str token;
    struct err err;
    bool ok;

    open_driver(scene, secret);
    ok = scene->driver->read(scene->driver, key, &doc, &err) && doc &&
         json_doc_get_str(doc, "access_token", &token) &&
         str_starts(token, STR("canary-"));
    json_doc_free(doc);
    close_driver(scene);
    return ok;
}

/* ---- opening ------------------------------------------------------------ */

static void modes_are_mended_and_reported(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "oauth_a.json", TOKEN("a"));
    unit_write(scene->folder, "oauth_b.json", TOKEN("b"));
    assert_int_equal(chmod(unit_path(scene->folder, "oauth_a.json"), 0644), 0);
    assert_int_equal(chmod(scene->folder, 0755), 0);
    open_driver(scene, NULL);
    assert_int_equal(mode_of(scene->folder), 0700);
    assert_int_equal(mode_of(unit_path(scene->folder, "oauth_a.json")), 0600);
    unit_assert_part(scene->log, "oauth_a.json could be read by others (mode "
                                 "644): it is 600 now");
    unit_assert_part(scene->log, "(mode 755): it is 700 now");
    assert_null(strstr(scene->log, "oauth_b"));
    open_driver(scene, NULL);
    assert_string_equal(scene->log, "");
}

static void a_missing_folder_is_made(void **state)
{
    struct scene *scene = *state;
    char *inner = mem_strdup(unit_path(scene->folder, "data"));
    struct err err;
    struct store_driver *driver = embedded_open(inner, NULL, &err);

    assert_non_null(driver);
    driver->free(driver);
    assert_int_equal(mode_of(inner), 0700);
    mem_free(inner);
}

/* A relay that was given / or /etc as its folder must not shut it. */
static void a_folder_with_other_uses_is_not_shut(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(mkdir(unit_path(scene->folder, "other"), 0700), 0);
    assert_int_equal(chmod(scene->folder, 0755), 0);
    open_driver(scene, NULL);
    assert_int_equal(mode_of(scene->folder), 0755);
    unit_assert_part(scene->log, "give DATA_DIR a folder of its own");
    assert_int_equal(rmdir(unit_path(scene->folder, "other")), 0);
    assert_int_equal(mkdir(unit_path(scene->folder, "lost+found"), 0700), 0);
    assert_int_equal(chmod(scene->folder, 0755), 0);
    open_driver(scene, NULL);
    assert_int_equal(mode_of(scene->folder), 0700);
}

static void a_folder_that_cannot_be_used_is_an_error(void **state)
{
    struct err err;

    (void)state;
    assert_null(embedded_open("/nonexistent/data", NULL, &err));
    unit_assert_part(err.text, "make the folder /nonexistent/data");
}

/* The folder has a path, what lies in it has none. */
static void paths_that_are_too_long_are_an_error(void **state)
{
    struct scene *scene = *state;
    struct json_doc *doc = json_doc_new_object();
    char *deep = mem_zalloc(5000);
    struct store_driver *driver;
    struct err err;

    memset(deep, '/', 4093);
    memcpy(deep, scene->folder, strlen(scene->folder));
    driver = embedded_open(deep, NULL, &err);
    assert_non_null(driver);
    assert_false(driver->update(driver, "a", doc, &err));
    unit_assert_part(err.text, "the path of a.json is too long");
    assert_false(driver->create(driver, "a", doc, &err));
    unit_assert_part(err.text, "the path of a.json is too long");
    assert_false(driver->remove(driver, "a", &err));
    unit_assert_part(err.text, "the path of a.json is too long");
    driver->free(driver);
    json_doc_free(doc);
    mem_free(deep);
}

static void plain_secrets_are_sealed_at_once(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "oauth_a.json", TOKEN("a"));
    unit_write(scene->folder, "note.json", "{\"note\":\"canary\"}");
    open_driver(scene, SECRET);
    assert_string_equal(scene->log, "");
    assert_false(is_plain(scene, "oauth_a.json"));
    assert_true(is_plain(scene, "note.json"));
    assert_true(opens(scene, SECRET, "oauth_a"));
    assert_false(opens(scene, NULL, "oauth_a"));
}

static void a_broken_document_is_left_alone(void **state)
{
    struct scene *scene = *state;
    char *text;

    unit_write(scene->folder, "oauth_a.json", "{\"access_token\":\"canary");
    unit_write(scene->folder, "oauth_b.json", TOKEN("b"));
    open_driver(scene, SECRET);
    text = unit_read(scene->folder, "oauth_a.json");
    assert_string_equal(text, "{\"access_token\":\"canary");
    mem_free(text);
    assert_false(is_plain(scene, "oauth_b.json"));
}

static void what_another_secret_sealed_is_left_and_reported(void **state)
{
    struct scene *scene = *state;
    char *before;
    char *after;

    unit_write(scene->folder, "oauth_a.json", TOKEN("a"));
    open_driver(scene, SECRET);
    before = unit_read(scene->folder, "oauth_a.json");
    open_driver(scene, OTHER);
    unit_assert_part(scene->log, "oauth_a.json");
    unit_assert_part(scene->log, "another RELAY_SECRET");
    after = unit_read(scene->folder, "oauth_a.json");
    assert_string_equal(before, after);
    mem_free(before);
    mem_free(after);
}

/* Also of one that comes later, with whatever mode an editor gives it. */
static void a_document_is_shut_when_it_is_read(void **state)
{
    struct scene *scene = *state;
    const char *path;
    struct json_doc *doc;
    struct err err;

    open_driver(scene, NULL);
    unit_write(scene->folder, "oauth_a.json", TOKEN("a"));
    path = unit_path(scene->folder, "oauth_a.json");
    assert_int_equal(chmod(path, 0666), 0);
    assert_true(scene->driver->read(scene->driver, "oauth_a", &doc, &err));
    json_doc_free(doc);
    assert_int_equal(mode_of(path), 0600);
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(path, 12345, 0), 0);
    assert_false(scene->driver->read(scene->driver, "oauth_a", &doc, &err));
    assert_int_equal(err.code, ERR_IO);
    unit_assert_part(err.text, "oauth_a.json belongs to another user");
}

/* Where a link leads others may leave files; what a crash left is adopted. */
static void another_users_leftover_is_not_adopted(void **state)
{
    static const char name[] = ".target.json.0123456789abcdef.tmp";
    struct scene *scene = *state;
    char *elsewhere = unit_folder_new();
    char *target;
    char *text;

    if (geteuid() != 0)
        skip();
    unit_write(elsewhere, "target.json", TOKEN("a"));
    unit_write(elsewhere, name, TOKEN("planted"));
    assert_int_equal(chown(unit_path(elsewhere, name), 12345, 0), 0);
    target = mem_strdup(unit_path(elsewhere, "target.json"));
    assert_int_equal(symlink(target, unit_path(scene->folder, "oauth_a.json")),
                     0);
    mem_free(target);
    open_driver(scene, NULL);
    unit_assert_part(scene->log, "belongs to another user");
    text = unit_read(elsewhere, "target.json");
    assert_string_equal(text, TOKEN("a"));
    mem_free(text);
    unit_folder_free(elsewhere);
}

/* ---- sealing anew ------------------------------------------------------- */

static bool reseal(struct scene *scene, const char *now, const char *next,
                   size_t *count, struct err *err)
{
    struct seal *old = seal_of(now);
    struct seal *new = seal_of(next);
    bool ok = embedded_reseal(scene->folder, old, new, count, err);

    seal_free(old);
    seal_free(new);
    return ok;
}

/* oauth_a and apikey_b, sealed with `secret`, and a document without secrets. */
static void fill(struct scene *scene, const char *secret)
{
    unit_write(scene->folder, "oauth_a.json", TOKEN("a"));
    unit_write(scene->folder, "apikey_b.json", TOKEN("b"));
    unit_write(scene->folder, "note.json", "{}");
    open_driver(scene, secret);
    close_driver(scene);
}

static const struct {
    const char *now;
    const char *next;
    size_t count;
} rotations[] = {
    { SECRET, OTHER, 2 }, { NULL, SECRET, 2 },   { SECRET, NULL, 2 },
    { NULL, NULL, 0 },    { SECRET, SECRET, 0 },
};

static void everything_is_sealed_anew(void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(rotations); i++) {
        const char *next = rotations[i].next;
        size_t count;
        struct err err;

        fill(scene, rotations[i].now);
        assert_true(reseal(scene, rotations[i].now, next, &count, &err));
        assert_int_equal(count, rotations[i].count);
        assert_int_equal(is_plain(scene, "oauth_a.json"), next == NULL);
        assert_int_equal(is_plain(scene, "apikey_b.json"), next == NULL);
        assert_true(opens(scene, next, "oauth_a"));
        assert_true(opens(scene, next, "apikey_b"));
    }
}

/* One document is already sealed with the next secret. */
static void an_interrupted_run_is_finished_by_the_next(void **state)
{
    struct scene *scene = *state;
    char *done;
    size_t count;
    struct err err;

    fill(scene, SECRET);
    assert_true(reseal(scene, SECRET, OTHER, &count, &err));
    done = unit_read(scene->folder, "oauth_a.json");
    fill(scene, SECRET);
    unit_write(scene->folder, "oauth_a.json", done);
    mem_free(done);
    assert_true(reseal(scene, SECRET, OTHER, &count, &err));
    assert_int_equal(count, 1);
    assert_true(opens(scene, OTHER, "oauth_a"));
    assert_true(opens(scene, OTHER, "apikey_b"));
}

static void assert_nothing_changes(struct scene *scene, const char *now,
                                   const char *next, const char *why)
{
    char *before = unit_read(scene->folder, "apikey_b.json");
    char *after;
    size_t count;
    struct err err;

    assert_false(reseal(scene, now, next, &count, &err));
    unit_assert_part(err.text, why);
    assert_int_equal(count, 0);
    after = unit_read(scene->folder, "apikey_b.json");
    assert_string_equal(before, after);
    mem_free(before);
    mem_free(after);
}

static void what_does_not_open_stops_it_before_anything_is_changed(void **state)
{
    struct scene *scene = *state;

    fill(scene, SECRET);
    assert_nothing_changes(scene, THIRD, OTHER, "apikey_b.json, access_token");
    assert_nothing_changes(scene, NULL, OTHER, "RELAY_SECRET is not set");
    unit_write(scene->folder, "pkce_z.json", "{\"code_verifier\":");
    assert_nothing_changes(scene, SECRET, OTHER, "pkce_z.json: not valid JSON");
}

/* ---- sealing anew what a crash left ------------------------------------- */

#define LEFT ".oauth_a.json.0011223344556677-0011223344556677.tmp"

/* Newer tokens than those of oauth_a, sealed with `secret`, kept from their place. */
static void leave(struct scene *scene, const char *now, const char *secret)
{
    const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    char *text;

    unit_write(scene->folder, "oauth_a.json", TOKEN("new"));
    open_driver(scene, secret);
    close_driver(scene);
    text = unit_read(scene->folder, "oauth_a.json");
    fill(scene, now);
    unit_write(scene->folder, LEFT, text);
    mem_free(text);
    assert_int_equal(utimensat(AT_FDCWD,
                               unit_path(scene->folder, "oauth_a.json"), old,
                               0),
                     0);
}

static bool has_new(struct scene *scene, const char *secret)
{
    struct json_doc *doc;
    struct str token;
    struct err err;
    bool ok;

    open_driver(scene, secret);
    ok = scene->driver->read(scene->driver, "oauth_a", &doc, &err) && doc &&
         json_doc_get_str(doc, "access_token", &token) &&
         str_eq(token, STR("canary-new"));
    json_doc_free(doc);
    close_driver(scene);
    return ok;
}

/* The last two: an interrupted run wrote it. */
static const struct {
    const char *now;
    const char *next;
    const char *left;
} leftovers[] = {
    { SECRET, OTHER, SECRET }, { NULL, SECRET, NULL },
    { SECRET, NULL, SECRET },  { SECRET, OTHER, NULL },
    { SECRET, OTHER, OTHER },  { NULL, SECRET, SECRET },
};

static void what_a_crash_left_is_put_right_first(void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(leftovers); i++) {
        struct unit_capture log;
        size_t count;
        struct err err;
        bool ok;

        leave(scene, leftovers[i].now, leftovers[i].left);
        log = unit_capture_begin(2);
        ok = reseal(scene, leftovers[i].now, leftovers[i].next, &count, &err);
        mem_free(unit_capture_end(&log));
        if (!ok || !has_new(scene, leftovers[i].next) ||
            access(unit_path(scene->folder, LEFT), F_OK) == 0)
            fail_msg("row %zu", i);
    }
}

/* An earlier program sealed the file with the next secret, and not what lay beside
   it. */
static void so_it_is_beside_a_file_that_is_sealed_anew(void **state)
{
    struct scene *scene = *state;
    struct unit_capture log;
    size_t count;
    struct err err;

    leave(scene, OTHER, SECRET);
    log = unit_capture_begin(2);
    assert_true(reseal(scene, SECRET, OTHER, &count, &err));
    mem_free(unit_capture_end(&log));
    assert_true(has_new(scene, OTHER));
}

static void so_it_is_where_a_link_leads(void **state)
{
    struct scene *scene = *state;
    char *elsewhere = unit_folder_new();
    char *target = mem_strdup(unit_path(elsewhere, "oauth_a.json"));
    char *left = mem_strdup(unit_path(elsewhere, LEFT));
    struct unit_capture log;
    size_t count;
    struct err err;
    bool ok;

    leave(scene, SECRET, SECRET);
    assert_int_equal(rename(unit_path(scene->folder, LEFT), left), 0);
    assert_int_equal(rename(unit_path(scene->folder, "oauth_a.json"), target),
                     0);
    assert_int_equal(symlink(target, unit_path(scene->folder, "oauth_a.json")),
                     0);
    log = unit_capture_begin(2);
    ok = reseal(scene, SECRET, OTHER, &count, &err);
    mem_free(unit_capture_end(&log));
    assert_true(ok);
    assert_true(has_new(scene, OTHER));
    mem_free(target);
    mem_free(left);
    unit_folder_free(elsewhere);
}

static void what_a_crash_left_and_nothing_opens_stops_it(void **state)
{
    struct scene *scene = *state;
    size_t count;
    struct err err;
    char *text;

    leave(scene, SECRET, THIRD);
    assert_nothing_changes(scene, SECRET, OTHER, LEFT);
    assert_nothing_changes(scene, SECRET, OTHER,
                           "start with the RELAY_SECRET that sealed it, or "
                           "remove it");
    assert_int_equal(access(unit_path(scene->folder, LEFT), F_OK), 0);
    /* What is no document is no reason. */
    text = unit_read(scene->folder, LEFT);
    text[strlen(text) / 2] = '\0';
    unit_write(scene->folder, LEFT, text);
    mem_free(text);
    assert_true(reseal(scene, SECRET, OTHER, &count, &err));
    assert_int_equal(count, 2);
}

static void a_folder_that_is_served_from_is_not_sealed_anew(void **state)
{
    struct scene *scene = *state;
    struct err err;
    int fd;

    fill(scene, SECRET);
    assert_int_equal(in_use_try(scene->folder, IN_USE_SHARED, &fd, &err),
                     IN_USE_TAKEN);
    assert_nothing_changes(scene, SECRET, OTHER, "stop it first");
    filelock_release(fd);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(modes_are_mended_and_reported),
        SCENE(a_missing_folder_is_made),
        SCENE(a_folder_with_other_uses_is_not_shut),
        SCENE(a_folder_that_cannot_be_used_is_an_error),
        SCENE(paths_that_are_too_long_are_an_error),
        SCENE(plain_secrets_are_sealed_at_once),
        SCENE(a_broken_document_is_left_alone),
        SCENE(what_another_secret_sealed_is_left_and_reported),
        SCENE(a_document_is_shut_when_it_is_read),
        SCENE(another_users_leftover_is_not_adopted),
        SCENE(everything_is_sealed_anew),
        SCENE(an_interrupted_run_is_finished_by_the_next),
        SCENE(what_does_not_open_stops_it_before_anything_is_changed),
        SCENE(what_a_crash_left_is_put_right_first),
        SCENE(so_it_is_beside_a_file_that_is_sealed_anew),
        SCENE(so_it_is_where_a_link_leads),
        SCENE(what_a_crash_left_and_nothing_opens_stops_it),
        SCENE(a_folder_that_is_served_from_is_not_sealed_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
