// SPDX-License-Identifier: MIT
/* Whose the databases in the data folder are. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/owned.h"
#include "unit.h"

#define OTHER 12346

struct scene {
    char *folder;
    char *db;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->db = mem_strdup(unit_path(scene->folder, "db"));
    assert_int_equal(mkdir(scene->db, 0700), 0);
    unit_write(scene->db, "relay.db", "");
    assert_int_equal(chmod(unit_path(scene->db, "relay.db"), 0600), 0);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    mem_free(scene->db);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static unsigned mode_of(const char *path)
{
    struct stat info;

    assert_int_equal(lstat(path, &info), 0);
    return info.st_mode & 0777;
}

static void others_may_not_look_into_them(void **state)
{
    struct scene *scene = *state;
    struct unit_capture log = unit_capture_begin(2);
    struct err err;
    char *text;
    bool ok;

    assert_int_equal(chmod(scene->db, 0755), 0);
    assert_int_equal(chmod(unit_path(scene->db, "relay.db"), 0644), 0);
    ok = owned_folder(scene->folder, &err);
    text = unit_capture_end(&log);
    assert_true(ok);
    assert_int_equal(mode_of(scene->db), 0700);
    assert_int_equal(mode_of(unit_path(scene->db, "relay.db")), 0600);
    unit_assert_part(text, "/db could be read by others (mode 755)");
    unit_assert_part(text, "/db/relay.db could be read by others (mode 644)");
    mem_free(text);
}

static void what_others_could_write_is_refused(void **state)
{
    struct scene *scene = *state;
    struct err err;

    assert_int_equal(chmod(scene->db, 0770), 0);
    assert_false(owned_databases(scene->db, &err));
    unit_assert_part(err.text, "/db can be changed by other users (mode 770)");
}

static void a_file_of_somebody_else_is_refused(void **state)
{
    static const char *const names[] = { "relay.db", "relay.db-wal" };
    struct scene *scene = *state;
    struct err err;

    if (geteuid() != 0)
        skip();
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *path = unit_path(scene->db, names[i]);

        unit_write(scene->db, names[i], "");
        assert_int_equal(chown(path, OTHER, OTHER), 0);
        assert_false(owned_folder(scene->folder, &err));
        unit_assert_part(err.text, names[i]);
        unit_assert_part(err.text, "belongs to another user");
        assert_int_equal(chown(path, 0, 0), 0);
    }
}

/* Root made them before the folder became a service user's. */
static void what_cannot_be_opened_says_what_to_run(void **state)
{
    struct scene *scene = *state;
    struct err err;
    bool fine;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(scene->folder, OTHER, OTHER), 0);
    assert_int_equal(seteuid(OTHER), 0);
    fine = owned_databases(scene->db, &err);
    assert_int_equal(seteuid(0), 0);
    assert_false(fine);
    unit_assert_part(err.text, "/db belongs to uid 0 and cannot be opened: "
                               "run `chown -R 12346 ");
    assert_int_equal(chown(scene->db, OTHER, OTHER), 0);
    assert_int_equal(seteuid(OTHER), 0);
    fine = owned_databases(scene->db, &err);
    assert_int_equal(seteuid(0), 0);
    assert_false(fine);
    unit_assert_part(err.text, "/db/relay.db belongs to uid 0");
}

static void one_behind_a_link_is_left_as_it_is(void **state)
{
    struct scene *scene = *state;
    char *elsewhere = unit_folder_new();
    char *link = mem_strdup(unit_path(elsewhere, "db"));
    struct err err;

    assert_int_equal(symlink(scene->db, link), 0);
    assert_int_equal(chmod(scene->db, 0750), 0);
    assert_true(owned_databases(link, &err));
    assert_int_equal(mode_of(scene->db), 0750);
    mem_free(link);
    unit_folder_free(elsewhere);
}

static void a_missing_one_is_fine(void **state)
{
    struct scene *scene = *state;
    struct err err;

    assert_true(owned_databases(unit_path(scene->folder, "none"), &err));
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(others_may_not_look_into_them),
        TEST(what_others_could_write_is_refused),
        TEST(a_file_of_somebody_else_is_refused),
        TEST(what_cannot_be_opened_says_what_to_run),
        TEST(one_behind_a_link_is_left_as_it_is),
        TEST(a_missing_one_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
