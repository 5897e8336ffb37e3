// SPDX-License-Identifier: MIT
/* Whose a file is. */
#include "base/owner.h"

#include <unistd.h>

#include "base/macros.h"
#include "unit.h"

#define RELAY 1000
#define OTHER 1001
/* A group that this process is not in. */
#define STRANGERS 54321

static const struct {
    const char *name;
    uid_t me;
    uid_t folder;
    uid_t file;
    mode_t mode;
    bool ours;
    const char *refusal; /* NULL: fine */
} cases[] = {
    { "our own", RELAY, RELAY, RELAY, 0600, true, NULL },
    { "readable by all", RELAY, RELAY, RELAY, 0644, true, NULL },
    { "writable by its group", RELAY, RELAY, RELAY, 0620, true,
      "/d/f can be changed by other users (mode 620): run `chmod go-w /d/f`" },
    { "writable by all", RELAY, RELAY, RELAY, 0602, true, "(mode 602)" },
    { "root's", RELAY, RELAY, 0, 0644, false, NULL },
    { "root's, writable by all", RELAY, RELAY, 0, 0666, false, "(mode 666)" },
    { "root's, writable by strangers", RELAY, 0, 0, 0664, false, "(mode 664)" },
    { "another user's", RELAY, RELAY, OTHER, 0600, false,
      "/d/f belongs to another user (uid 1001), who could change it: run "
      "claude-relay as that user, or `chown 1000 /d/f`" },
    { "another's, in another's folder", RELAY, OTHER, OTHER, 0600, false,
      "chown 1000 /d/f" },
    { "root in a user's folder", 0, RELAY, RELAY, 0600, true, NULL },
    { "root's own in a user's folder", 0, RELAY, 0, 0600, true, NULL },
    { "a third one's in a user's folder", 0, RELAY, OTHER, 0600, false,
      "chown 1000 /d/f" },
    { "a user's in root's folder", 0, 0, RELAY, 0600, false, "chown 0 /d/f" },
    { "root, writable by all", 0, RELAY, RELAY, 0666, true, "(mode 666)" },
};

static void another_user_neither_owns_nor_writes_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct owner owner = { .me = cases[i].me, .folder = cases[i].folder };
        struct stat info = { .st_uid = cases[i].file,
                             .st_gid = STRANGERS,
                             .st_mode = S_IFREG | cases[i].mode };
        struct err err = { .text = "" };
        bool fine = owner_check(&owner, "/d/f", &info, &err);

        if (fine != !cases[i].refusal)
            print_error("%s: %s\n", cases[i].name, err.text);
        assert_int_equal(fine, !cases[i].refusal);
        if (!fine)
            unit_assert_part(err.text, cases[i].refusal);
        assert_int_equal(owner_is_ours(&owner, &info), cases[i].ours);
    }
}

/* As the volumes of containers are. */
static void a_folder_of_roots_may_be_open_to_our_group(void **state)
{
    struct owner owner = { .me = RELAY, .folder = 0 };
    struct stat info = { .st_gid = getegid(), .st_mode = S_IFDIR | 02775 };
    struct err err;

    (void)state;
    assert_true(owner_check_folder(&owner, "/data", &info, &err));
    info.st_uid = RELAY;
    assert_false(owner_check_folder(&owner, "/data", &info, &err));
    info.st_uid = 0;
    info.st_mode = S_IFDIR | 0777;
    assert_false(owner_check_folder(&owner, "/data", &info, &err));
}

/* Whoever else is in that group could write what we trust. */
static void a_file_of_roots_may_not(void **state)
{
    struct owner owner = { .me = RELAY, .folder = 0 };
    struct stat info = { .st_gid = getegid(), .st_mode = S_IFREG | 0664 };
    struct err err;

    (void)state;
    assert_false(owner_check(&owner, "/data/.env", &info, &err));
    unit_assert_part(err.text, "chmod go-w /data/.env");
}

static void who_may_write_a_link_says_nothing(void **state)
{
    struct owner owner = { .me = RELAY, .folder = RELAY };
    struct stat info = { .st_uid = RELAY, .st_mode = S_IFLNK | 0777 };
    struct err err;

    (void)state;
    assert_true(owner_check_owner(&owner, "/d/f", &info, &err));
    info.st_uid = OTHER;
    assert_false(owner_check_owner(&owner, "/d/f", &info, &err));
}

static void a_files_folder_is_looked_at(void **state)
{
    char *folder = unit_folder_new();
    struct owner owner;
    struct err err;

    (void)state;
    assert_true(owner_look(&owner, unit_path(folder, "none"), &err));
    assert_int_equal(owner.me, geteuid());
    assert_int_equal(owner.folder, geteuid());
    assert_true(owner_look(&owner, "/etc//", &err));
    assert_int_equal(owner.folder, 0);
    assert_true(owner_look(&owner, "none", &err));
    assert_false(owner_look(&owner, "/nonexistent/none", &err));
    unit_assert_part(err.text, "/nonexistent/: No such file");
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_user_neither_owns_nor_writes_it),
        cmocka_unit_test(a_folder_of_roots_may_be_open_to_our_group),
        cmocka_unit_test(a_file_of_roots_may_not),
        cmocka_unit_test(a_files_folder_is_looked_at),
        cmocka_unit_test(who_may_write_a_link_says_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
