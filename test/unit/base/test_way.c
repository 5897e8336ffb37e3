// SPDX-License-Identifier: MIT
/* The folders on the way to a file. */
#include "base/way.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "unit.h"

#define ME 12345
#define OTHER 12346
#define NOBODY 65534

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

static const struct {
    const char *name;
    uid_t me;
    uid_t owner;
    mode_t mode;
    const char *refusal; /* NULL: fine */
} cases[] = {
    { "our own", ME, ME, 0755, NULL },
    { "root's", ME, 0, 0755, NULL },
    { "our group's", ME, ME, 0775, NULL },
    { "everybody's", ME, ME, 0777, "/above (mode 777), and put another" },
    { "root's, everybody's", ME, 0, 0757, "run `chmod o-w " },
    { "as /tmp", ME, 0, 01777, NULL },
    { "another's", ME, OTHER, 0755, "belongs to another user (uid 12346)" },
    { "another's, as /tmp", ME, OTHER, 01777, "belongs to another user" },
    { "outside of a user namespace", ME, NOBODY, 0755, NULL },
    { "root in another's", 0, OTHER, 0755, NULL },
    { "root in everybody's", 0, OTHER, 0777, "(mode 777)" },
};

static bool check_as(uid_t me, const char *path, struct err *err)
{
    bool fine;

    assert_int_equal(seteuid(me), 0);
    fine = way_check(path, err);
    assert_int_equal(seteuid(0), 0);
    return fine;
}

/* It is not the next one above, either. */
static void a_folder_above_is_nobody_elses_to_write(void **state)
{
    const char *folder = *state;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(folder, 0711), 0);
    assert_int_equal(mkdir(unit_path(folder, "above"), 0755), 0);
    assert_int_equal(mkdir(unit_path(folder, "above/next"), 0755), 0);
    unit_write(folder, "above/next/file", "");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *above = unit_path(folder, "above");
        struct err err = { .text = "" };

        assert_int_equal(chown(above, cases[i].owner, cases[i].owner), 0);
        assert_int_equal(chmod(above, cases[i].mode), 0);
        if (check_as(cases[i].me, unit_path(folder, "above/next/file"), &err) !=
            !cases[i].refusal)
            fail_msg("%s: %s", cases[i].name, err.text);
        if (cases[i].refusal)
            unit_assert_part(err.text, cases[i].refusal);
    }
}

static void a_link_is_followed_to_where_it_leads(void **state)
{
    const char *folder = *state;
    struct err err = { .text = "" };

    assert_int_equal(mkdir(unit_path(folder, "open"), 0700), 0);
    unit_write(folder, "open/file", "");
    assert_int_equal(symlink("open/file", unit_path(folder, "link")), 0);
    assert_true(way_check(unit_path(folder, "link"), &err));
    assert_int_equal(chmod(unit_path(folder, "open"), 0777), 0);
    assert_false(way_check(unit_path(folder, "link"), &err));
    unit_assert_part(err.text, "/open (mode 777)");
    assert_false(way_check(unit_path(folder, "none"), &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_folder_above_is_nobody_elses_to_write,
                                        open_folder, close_folder),
        cmocka_unit_test_setup_teardown(a_link_is_followed_to_where_it_leads,
                                        open_folder, close_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
