// SPDX-License-Identifier: MIT
/* A sign that a document was removed on purpose. */
#include "store/tombstone.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "unit.h"

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

static struct stat look(const char *folder)
{
    struct stat info;

    assert_int_equal(stat(unit_path(folder, "a.json"), &info), 0);
    return info;
}

static void it_is_there_until_the_document_is_made_again(void **state)
{
    struct err err;

    assert_false(tombstone_is_there(*state, "a"));
    assert_true(tombstone_put(*state, "a", NULL, &err));
    assert_true(tombstone_put(*state, "a", NULL, &err));
    assert_true(tombstone_is_there(*state, "a"));
    assert_false(tombstone_is_there(*state, "b"));
    tombstone_clear(*state, "a");
    tombstone_clear(*state, "a");
    assert_false(tombstone_is_there(*state, "a"));
    assert_int_equal(unit_file_count(*state), 0);
}

static void a_document_that_was_put_back_makes_it_void(void **state)
{
    struct stat info;
    struct err err;

    unit_write(*state, "a.json", "{}");
    info = look(*state);
    assert_true(tombstone_put(*state, "a", &info, &err));
    /* It is being removed by another process at this moment. */
    tombstone_settle(*state, "a", &info);
    assert_true(tombstone_is_there(*state, "a"));
    unit_write(*state, "a.json", "{\"x\":1}");
    info = look(*state);
    tombstone_settle(*state, "a", &info);
    assert_false(tombstone_is_there(*state, "a"));
    tombstone_settle(*state, "a", &info);
}

static void old_ones_are_swept(void **state)
{
    static const struct timespec old[2] = { { .tv_sec = 1000000000 },
                                            { .tv_sec = 1000000000 } };
    struct err err;

    assert_true(tombstone_put(*state, "a", NULL, &err));
    assert_true(tombstone_put(*state, "b", NULL, &err));
    unit_write(*state, "c.json", "{}");
    assert_int_equal(utimensat(AT_FDCWD, unit_path(*state, ".removed_a"), old,
                               0),
                     0);
    assert_int_equal(utimensat(AT_FDCWD, unit_path(*state, "c.json"), old, 0),
                     0);
    tombstone_sweep(*state);
    assert_false(tombstone_is_there(*state, "a"));
    assert_true(tombstone_is_there(*state, "b"));
    assert_int_equal(unit_file_count(*state), 2);
}

static void one_that_cannot_be_made_is_an_error(void **state)
{
    struct err err;

    (void)state;
    assert_false(tombstone_put("/nonexistent", "a", NULL, &err));
    assert_false(tombstone_is_there("/nonexistent", "a"));
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(it_is_there_until_the_document_is_made_again),
        IN_FOLDER(a_document_that_was_put_back_makes_it_void),
        IN_FOLDER(old_ones_are_swept),
        IN_FOLDER(one_that_cannot_be_made_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
