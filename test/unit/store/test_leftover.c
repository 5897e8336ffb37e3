// SPDX-License-Identifier: MIT
/* Files that nobody needs any more. */
#include "store/leftover.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "unit.h"

#define AGE_S 600

static bool is_cup(const char *file)
{
    return strncmp(file, "cup", 3) == 0;
}

static void write_old(const char *folder, const char *name, uint64_t age_s)
{
    const time_t at_s = (time_t)(clock_wall_ms() / 1000 - age_s);
    const struct timespec times[] = { { at_s, 0 }, { at_s, 0 } };

    unit_write(folder, name, "tea");
    assert_int_equal(utimensat(AT_FDCWD, unit_path(folder, name), times, 0), 0);
}

static bool is_there(const char *folder, const char *name)
{
    struct stat info;

    return stat(unit_path(folder, name), &info) == 0;
}

static void what_is_old_and_meant_is_removed(void **state)
{
    char *folder = unit_folder_new();

    (void)state;
    write_old(folder, "cup-old", AGE_S + 60);
    write_old(folder, "cup-new", AGE_S / 2);
    write_old(folder, "pot-old", AGE_S + 60);
    assert_int_equal(mkdir(unit_path(folder, "cups"), 0700), 0);
    leftover_sweep(folder, is_cup, AGE_S);
    assert_false(is_there(folder, "cup-old"));
    assert_true(is_there(folder, "cup-new"));
    assert_true(is_there(folder, "pot-old"));
    assert_true(is_there(folder, "cups"));
    leftover_sweep(unit_path(folder, "nowhere"), is_cup, AGE_S);
    unit_folder_free(folder);
}

/* The start sweeps before it has looked at the folder. */
static void nothing_is_removed_where_anothers_link_leads(void **state)
{
    char *theirs = unit_folder_new();
    char *folder = unit_folder_new();
    const char *link;

    (void)state;
    if (geteuid() == 0) {
        write_old(folder, "cup-old", AGE_S + 60);
        assert_int_equal(chown(theirs, 12345, 12345), 0);
        assert_int_equal(symlink(folder, unit_path(theirs, "data")), 0);
        link = unit_path(theirs, "data");
        assert_int_equal(lchown(link, 12345, 12345), 0);
        leftover_sweep(link, is_cup, AGE_S);
        assert_true(is_there(folder, "cup-old"));
    }
    unit_folder_free(theirs);
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_removed_where_anothers_link_leads),
        cmocka_unit_test(what_is_old_and_meant_is_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
