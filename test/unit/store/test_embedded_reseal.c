// SPDX-License-Identifier: MIT
/* Sealing everything in the embedded store anew. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "open_scene.h"
#include "store/filelock.h"
#include "store/in_use.h"

/* ---- documents ---------------------------------------------------------- */

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

/* ---- what a crash left -------------------------------------------------- */

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
