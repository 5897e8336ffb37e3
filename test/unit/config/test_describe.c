// SPDX-License-Identifier: MIT
/* What is made from the table of options; the committed files must be current. */
#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "config/table.h"
#include "unit.h"

static void assert_file_is(const char *name, void (*describe)(struct buf *out),
                           const char *command)
{
    char *file = unit_read(SOURCE_ROOT, name);
    struct buf out;

    buf_init(&out, 65536);
    describe(&out);
    if (!str_eq(buf_str(&out), str_of(file)))
        fail_msg("%s is not current: claude-relay %s >%s", name, command, name);
    buf_done(&out);
    mem_free(file);
}

static void the_page_of_options_is_current(void **state)
{
    (void)state;
    assert_file_is("docs/config.md", config_describe_markdown,
                   "options --markdown");
}

static void the_example_file_is_current_and_loads(void **state)
{
    char *text = unit_read(SOURCE_ROOT, ".env.example");
    struct arena *arena = arena_new();
    struct dotenv file;
    struct problems problems;

    (void)state;
    problems_init(&problems);
    assert_file_is(".env.example", config_describe_env, "options --env");
    dotenv_parse(&file, arena, ".env", str_of(text), &problems);
    assert_int_equal(problems.count, 0);
    assert_int_equal(file.count, 0);
    problems_done(&problems);
    arena_free(arena);
    mem_free(text);
}

static void help_names_every_option(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    config_describe(&out);
    for (size_t i = 0; config_options[i].name; i++)
        assert_true(
            str_contains(buf_str(&out), str_of(config_options[i].name)));
    buf_done(&out);
}

/* A secret has no default that a file could show, and every default is one that
   is allowed. */
static void every_row_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; config_options[i].name; i++) {
        const struct config_option *option = &config_options[i];
        uint64_t number;

        assert_true(*option->allowed && *option->help);
        if (option->kind == CONFIG_SECRET)
            assert_string_equal(option->standard, "");
        if (config_kind_is_text(option->kind))
            assert_true(
                config_text_fits(option->kind, str_of(option->standard)));
        else
            assert_true(config_parse_number(option->kind,
                                            str_of(option->standard), &number));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_of_options_is_current),
        cmocka_unit_test(the_example_file_is_current_and_loads),
        cmocka_unit_test(help_names_every_option),
        cmocka_unit_test(every_row_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
