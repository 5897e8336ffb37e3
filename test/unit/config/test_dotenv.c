// SPDX-License-Identifier: MIT
/* `.env` files. */
#include "config/dotenv.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
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
        struct problems problems;
        struct dotenv file;
        bool fine;

        problems_init(&problems);
        dotenv_parse(&file, arena, ".env", str_of(line_cases[i].line),
                     &problems);
        fine = problems.count == 0;

        if (fine != (line_cases[i].value != NULL))
            fail_msg("\"%s\"", line_cases[i].line);
        if (fine)
            assert_string_equal(dotenv_find(&file, "X")->value,
                                line_cases[i].value);
        problems_done(&problems);
        arena_free(arena);
    }
}

struct scene {
    char *folder;
    struct arena *arena;
    struct problems problems;
    struct dotenv file;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->arena = arena_new();
    problems_init(&scene->problems);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    problems_done(&scene->problems);
    arena_free(scene->arena);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static const char *path_of(const struct scene *scene, const char *name)
{
    return arena_str(scene->arena, str_of(unit_path(scene->folder, name))).at;
}

/* The problems of loading it. */
static const char *load(struct scene *scene, const char *name)
{
    problems_done(&scene->problems);
    problems_init(&scene->problems);
    dotenv_load(&scene->file, scene->arena, path_of(scene, name),
                &scene->problems);
    return arena_str(scene->arena, buf_str(&scene->problems.lines)).at;
}

static void bad_lines_are_named_by_number_and_never_quoted(void **state)
{
    struct scene *scene = *state;

    dotenv_parse(&scene->file, scene->arena, ".env",
                 STR("A=1\n\nsk-ant-canary\nB=2\nC=a\0b\nD=4\n"),
                 &scene->problems);
    unit_assert_str(buf_str(&scene->problems.lines),
                    ".env:3: not a line of NAME=value\n"
                    ".env:5: not a line of NAME=value\n");
    assert_int_equal(dotenv_find(&scene->file, "A")->line, 1);
    assert_int_equal(dotenv_find(&scene->file, "B")->line, 4);
    assert_int_equal(dotenv_find(&scene->file, "D")->line, 6);
    assert_null(dotenv_find(&scene->file, "C"));
}

static void a_missing_file_is_empty(void **state)
{
    struct scene *scene = *state;

    assert_string_equal(load(scene, "none"), "");
    assert_int_equal(scene->file.count, 0);
    assert_null(dotenv_find(&scene->file, "X"));
}

static void a_file_is_loaded_and_its_problems_name_it(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, ".env", "X=1\nY='2'");
    assert_string_equal(load(scene, ".env"), "");
    assert_string_equal(dotenv_find(&scene->file, "Y")->value, "2");
    unit_write(scene->folder, ".env", "oops\n");
    unit_assert_part(load(scene, ".env"), "/.env:1: not a line of NAME=value");
    assert_int_equal(mkdir(path_of(scene, "sub"), 0700), 0);
    unit_assert_part(load(scene, "sub"), "sub is not a regular file");
}

static void a_file_that_others_can_write_is_refused(void **state)
{
    struct scene *scene = *state;
    const char *path = path_of(scene, ".env");

    unit_write(scene->folder, ".env", "X=1\n");
    assert_int_equal(chmod(path, 0620), 0);
    unit_assert_part(load(scene, ".env"), "chmod go-w");
    assert_int_equal(scene->file.count, 0);
    assert_int_equal(chmod(path, 0604), 0);
    assert_string_equal(load(scene, ".env"), "");
    assert_int_equal(scene->file.open_mode, 0604);
    assert_int_equal(chmod(path, 0640), 0);
    assert_string_equal(load(scene, ".env"), "");
    assert_int_equal(scene->file.open_mode, 0640);
    assert_int_equal(chmod(path, 0600), 0);
    assert_string_equal(load(scene, ".env"), "");
    assert_int_equal(scene->file.open_mode, 0);
}

/* Whose group it is says nothing of who else is in it. */
static void a_file_of_roots_that_a_group_can_write_is_refused(void **state)
{
    struct scene *scene = *state;
    const char *problem;

    if (geteuid() != 0)
        skip();
    unit_write(scene->folder, ".env", "X=1\n");
    assert_int_equal(chown(scene->folder, 12345, 0), 0);
    assert_int_equal(chmod(path_of(scene, ".env"), 0664), 0);
    assert_int_equal(seteuid(12345), 0);
    problem = load(scene, ".env");
    assert_int_equal(seteuid(0), 0);
    unit_assert_part(problem, "can be changed by other users (mode 664)");
}

/* Opening it would wait for somebody who writes. */
static void a_pipe_is_refused_at_once(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(mkfifo(path_of(scene, ".env"), 0600), 0);
    unit_assert_part(load(scene, ".env"), ".env is not a regular file");
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(path_of(scene, ".env"), 12345, 0), 0);
    unit_assert_part(load(scene, ".env"), ".env belongs to another user");
}

static void another_users_file_is_refused(void **state)
{
    struct scene *scene = *state;
    const char *path = path_of(scene, ".env");

    if (geteuid() != 0)
        skip();
    unit_write(scene->folder, ".env", "X=1\n");
    assert_int_equal(chown(path, 12345, 0), 0);
    unit_assert_part(load(scene, ".env"),
                     ".env belongs to another user (uid 12345)");
    assert_int_equal(scene->file.count, 0);
    /* Root may work in that user's folder. */
    assert_int_equal(chown(scene->folder, 12345, 0), 0);
    assert_string_equal(load(scene, ".env"), "");
    assert_int_equal(chown(scene->folder, 0, 0), 0);
    assert_int_equal(chown(path, 0, 0), 0);
    assert_int_equal(symlink(path, path_of(scene, "link")), 0);
    assert_string_equal(load(scene, "link"), "");
    assert_int_equal(lchown(path_of(scene, "link"), 12345, 0), 0);
    unit_assert_part(load(scene, "link"), "link is a link of another user");
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_or_refused),
        SCENE(bad_lines_are_named_by_number_and_never_quoted),
        SCENE(a_missing_file_is_empty),
        SCENE(a_file_is_loaded_and_its_problems_name_it),
        SCENE(a_file_that_others_can_write_is_refused),
        SCENE(a_file_of_roots_that_a_group_can_write_is_refused),
        SCENE(a_pipe_is_refused_at_once),
        SCENE(another_users_file_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
