// SPDX-License-Identifier: MIT
/* Opening the embedded store. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "open_scene.h"

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
