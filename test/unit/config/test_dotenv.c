// SPDX-License-Identifier: MIT
/* `.env` files. */
#include "config/dotenv.h"

#include <string.h>
#include <sys/stat.h>

#include "unit.h"

static const struct {
    const char *line;
    const char *value; /* of X; NULL: the line is refused */
} line_cases[] = {
    { "X=1", "1" },
    { "  X = 1  ", "1" },
    { "export X=1", "1" },
    { "X=", "" },
    { "X=a b", "a b" },
    { "X=a # comment", "a" },
    { "X=a#b", "a#b" },
    { "X=# comment", "" },
    { "X=a=b", "a=b" },
    { "X=$HOME", "$HOME" },
    { "X=1\r", "1" },
    { "X=\"a # b\"", "a # b" },
    { "X=\"a\" # c", "a" },
    { "X='a \\n \" b'", "a \\n \" b" },
    { "X=\"q\\\" b\\\\ n\\n t\\t\"", "q\" b\\ n\n t\t" },
    { "X=\"\"", "" },
    { "X=''", "" },
    { "x_1=2\nX=1", "1" },
    { "X=1\nX=2", "2" },
    { "# note\n\n \t\nX=1", "1" },
    { "\xef\xbb\xbfX=1", "1" },
    { "X", NULL },
    { "=1", NULL },
    { "1X=1", NULL },
    { "X Y=1", NULL },
    { "X-Y=1", NULL },
    { "X=\"open", NULL },
    { "X='open", NULL },
    { "X=\"a\" b", NULL },
    { "X=\"a\\\"", NULL },
    { "just words", NULL },
};

static void lines_are_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(line_cases); i++) {
        struct arena *arena = arena_new();
        struct dotenv file;
        struct err err;
        bool fine =
            dotenv_parse(&file, arena, str_of(line_cases[i].line), &err);

        if (fine != (line_cases[i].value != NULL))
            fail_msg("\"%s\"", line_cases[i].line);
        if (fine)
            assert_string_equal(dotenv_get(&file, "X"), line_cases[i].value);
        arena_free(arena);
    }
}

static void a_bad_line_is_named_by_number_and_never_quoted(void **state)
{
    struct arena *arena = arena_new();
    struct dotenv file;
    struct err err;

    (void)state;
    assert_false(
        dotenv_parse(&file, arena, STR("A=1\n\nsk-ant-canary\nB=2\n"), &err));
    assert_string_equal(err.text, "line 3 is not NAME=value");
    assert_false(dotenv_parse(&file, arena, STR("A=a\0b\n"), &err));
    arena_free(arena);
}

static void a_missing_file_is_empty(void **state)
{
    struct arena *arena = arena_new();
    struct dotenv file;
    struct err err;

    (void)state;
    assert_true(dotenv_load(&file, arena, "/nonexistent/.env", &err));
    assert_int_equal(file.count, 0);
    assert_null(dotenv_get(&file, "X"));
    arena_free(arena);
}

static void a_file_is_loaded_and_its_error_names_it(void **state)
{
    char *folder = unit_folder_new();
    struct arena *arena = arena_new();
    struct dotenv file;
    struct err err;

    (void)state;
    unit_write(folder, ".env", "X=1\nY='2'");
    assert_true(dotenv_load(&file, arena, unit_path(folder, ".env"), &err));
    assert_string_equal(dotenv_get(&file, "Y"), "2");
    unit_write(folder, ".env", "oops\n");
    assert_false(dotenv_load(&file, arena, unit_path(folder, ".env"), &err));
    unit_assert_part(err.text, "/.env: line 1 is not NAME=value");
    assert_int_equal(mkdir(unit_path(folder, "sub"), 0700), 0);
    assert_false(dotenv_load(&file, arena, unit_path(folder, "sub"), &err));
    unit_assert_part(err.text, "Is a directory");
    arena_free(arena);
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_or_refused),
        cmocka_unit_test(a_bad_line_is_named_by_number_and_never_quoted),
        cmocka_unit_test(a_missing_file_is_empty),
        cmocka_unit_test(a_file_is_loaded_and_its_error_names_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
