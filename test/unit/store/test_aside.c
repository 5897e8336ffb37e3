// SPDX-License-Identifier: MIT
/* A file that is no document makes way for one, and is kept beside it. */
#include "store/aside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static bool keep(const char *folder, char kept[ASIDE_PATH_SIZE],
                 struct err *err)
{
    char *path = mem_strdup(unit_path(folder, "a.json"));
    bool ok = aside_keep(path, kept, err);

    mem_free(path);
    return ok;
}

static void assert_file(const char *folder, const char *name, const char *want)
{
    char *text = unit_read(folder, name);

    assert_string_equal(text, want);
    mem_free(text);
}

static void each_gets_a_name_of_its_own(void **state)
{
    static const char *const names[] = { "a.json.broken", "a.json.broken-2",
                                         "a.json.broken-3" };
    char kept[ASIDE_PATH_SIZE];
    struct err err;

    for (size_t i = 0; i < 3; i++) {
        (void)unlink(unit_path(*state, "a.json"));
        unit_write(*state, "a.json", names[i]);
        assert_true(keep(*state, kept, &err));
        assert_string_equal(kept, unit_path(*state, names[i]));
    }
    for (size_t i = 0; i < 3; i++)
        assert_file(*state, names[i], names[i]);
}

/* Until it is replaced it has both names, also if it is kept once more after a
   kill. */
static void it_is_never_away(void **state)
{
    char kept[ASIDE_PATH_SIZE];
    struct err err;

    unit_write(*state, "a.json", "text");
    assert_true(keep(*state, kept, &err));
    assert_true(keep(*state, kept, &err));
    assert_file(*state, "a.json", "text");
    assert_file(*state, "a.json.broken", "text");
    assert_int_equal(unit_file_count(*state), 2);
}

static void there_are_not_too_many(void **state)
{
    char name[ASIDE_PATH_SIZE] = "a.json.broken";
    struct err err;

    unit_write(*state, "a.json", "text");
    for (unsigned i = 2; i <= 101; i++) {
        unit_write(*state, name, "other");
        (void)snprintf(name, sizeof(name), "a.json.broken-%u", i);
    }
    assert_false(keep(*state, name, &err));
    assert_int_equal(err.code, ERR_IO);
    unit_assert_part(err.text, "100 like it are kept already: remove some");
    assert_file(*state, "a.json", "text");
    assert_int_equal(unit_file_count(*state), 101);
}

static void what_is_not_there_is_an_error(void **state)
{
    char kept[ASIDE_PATH_SIZE];
    char *deep = mem_zalloc(ASIDE_PATH_SIZE);
    struct err err;

    assert_false(keep(*state, kept, &err));
    unit_assert_part(err.text, "rename ");
    memset(deep, '/', ASIDE_PATH_SIZE - 3);
    assert_false(aside_keep(deep, kept, &err));
    unit_assert_part(err.text, "the path //");
    mem_free(deep);
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(each_gets_a_name_of_its_own),
        IN_FOLDER(it_is_never_away),
        IN_FOLDER(there_are_not_too_many),
        IN_FOLDER(what_is_not_there_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
