// SPDX-License-Identifier: MIT
/* The links on the way to a file.  Most of it is in test_owned.c, where what they
   lead to is used. */
#include "base/links.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

#define OTHER 12346

static int open_folder(void **state)
{
    *state = unit_folder_new();
    return 0;
}

static int close_folder(void **state)
{
    unit_folder_free(*state);
    return 0;
}

static void make_link(const char *folder, const char *name, const char *target)
{
    assert_int_equal(symlink(target, unit_path(folder, name)), 0);
}

static const struct {
    const char *path;
    bool followed;
} cases[] = {
    { "none", false },       { "none/deeper", false }, { "file", false },
    { "link", true },        { "link/", true },        { "link/.", true },
    { "link//./", true },    { "chain", true },        { "file/deeper", false },
    { "sub/../link", true }, { "dangling", true },
};

static void a_link_of_ours_is_followed_and_told(void **state)
{
    const char *folder = *state;
    struct links links;
    struct err err;

    assert_int_equal(mkdir(unit_path(folder, "sub"), 0700), 0);
    unit_write(folder, "file", "");
    make_link(folder, "link", "sub");
    make_link(folder, "chain", "link");
    make_link(folder, "dangling", "nowhere/at/all");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (!links_check(unit_path(folder, cases[i].path), &links, &err))
            fail_msg("%s: %s", cases[i].path, err.text);
        if (links.followed != cases[i].followed)
            fail_msg("%s", cases[i].path);
    }
}

static bool is_detour(const char *folder)
{
    struct links links = { 0 };
    struct err err;
    bool fine;

    assert_int_equal(seteuid(OTHER), 0);
    fine = links_check(unit_path(folder, "link"), &links, &err);
    assert_int_equal(seteuid(0), 0);
    assert_true(fine);
    return links.followed;
}

/* As a service's state folder is: root's link in root's folder is as good as a mount;
   in a folder that others can write it is not. */
static void roots_link_in_roots_folder_is_no_detour(void **state)
{
    const char *folder = *state;

    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir(unit_path(folder, "sub"), 0700), 0);
    assert_int_equal(chown(unit_path(folder, "sub"), OTHER, OTHER), 0);
    make_link(folder, "link", "sub");
    assert_int_equal(chmod(folder, 0755), 0);
    assert_false(is_detour(folder));
    assert_int_equal(chmod(folder, 01777), 0);
    assert_true(is_detour(folder));
}

static void another_users_link_is_found_wherever_it_is(void **state)
{
    const char *folder = *state;
    struct links links;
    struct err err;

    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir(unit_path(folder, "sub"), 0700), 0);
    make_link(folder, "theirs", "sub");
    make_link(folder, "ours", "theirs");
    assert_int_equal(lchown(unit_path(folder, "theirs"), OTHER, OTHER), 0);
    assert_false(links_check(unit_path(folder, "theirs"), &links, &err));
    assert_false(links_check(unit_path(folder, "theirs/x"), &links, &err));
    assert_false(links_check(unit_path(folder, "ours"), &links, &err));
    unit_assert_part(err.text, "/theirs is a link of another user (uid 12346), "
                               "who could lead it elsewhere: remove it");
    assert_false(links_check(unit_path(folder, "ours/x"), &links, &err));
}

static void a_circle_ends(void **state)
{
    const char *folder = *state;
    struct links links;
    struct err err;

    make_link(folder, "a", "b");
    make_link(folder, "b", "a");
    assert_false(links_check(unit_path(folder, "a"), &links, &err));
    unit_assert_part(err.text, "too many links on the way to");
}

static void what_root_linked_for_all_is_an_ordinary_way(void **state)
{
    struct links links;
    struct stat info;
    struct err err;

    (void)state;
    if (lstat("/var/run", &info) != 0 || !S_ISLNK(info.st_mode))
        skip();
    assert_true(links_check("/var/run/nothing", &links, &err));
    assert_false(links.followed);
}

#define FOLDER(test)                                                           \
    cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER(a_link_of_ours_is_followed_and_told),
        FOLDER(roots_link_in_roots_folder_is_no_detour),
        FOLDER(another_users_link_is_found_wherever_it_is),
        FOLDER(a_circle_ends),
        FOLDER(what_root_linked_for_all_is_an_ordinary_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
