// SPDX-License-Identifier: MIT
/* The table that `prices --check FILE` shows.  What is in force in a folder is in
   test/e2e/prices-are-reloaded. */
#include "app/prices_command.h"

#include <string.h>

#include "base/mem.h"
#include "unit.h"

#define ONLY "{\"embedded\":false,\"version\":\"mine\",\"models\":["

/* From its second line on: the first has the file's hash.  Freed with mem_free(). */
static char *table_of(const char *json)
{
    char *folder = unit_folder_new();
    const struct config config = { .data_dir = str_of(folder) };
    char check[] = "--check";
    char *arguments[] = { check, NULL, NULL };
    struct unit_capture capture;
    char *said;
    char *table;

    unit_write(folder, "new.json", json);
    arguments[1] = mem_strdup(unit_path(folder, "new.json"));
    capture = unit_capture_begin(1);
    assert_int_equal(prices_command_run(2, arguments, &config), 0);
    said = unit_capture_end(&capture);
    unit_assert_part(said, "Prices mine:");
    table = mem_strdup(strchr(said, '\n') + 1);
    mem_free(said);
    mem_free(arguments[1]);
    unit_folder_free(folder);
    return table;
}

static void columns_are_as_wide_as_they_have_to_be(void **state)
{
    char *table = table_of(
        ONLY "{\"model\":\"模型-a\",\"input\":3000000,\"output\":15000000},"
             "{\"model\":\"b\",\"input\":1,\"output\":0,"
             "\"valid_from\":\"2020-01-01\",\"long_context\":"
             "{\"above\":200000,\"input\":\"2\",\"output\":\"1.5\"}}]}");

    (void)state;
    assert_string_equal(
        table,
        "MODEL       INPUT  OUTPUT  CACHED  FROM\n"
        "模型-a         $3     $15    $0.3  this file\n"
        "b       $0.000001      $0      $0  this file; above 200000 tokens "
        "2.000 and 1.500 times; from 2020-01-01T00:00:00.000Z on\n");
    mem_free(table);
}

static void a_pattern_does_nothing_to_the_terminal(void **state)
{
    char *table = table_of(
        ONLY "{\"model\":\"a\\u001b]0;x\\u0007\\u202eb\\n*\",\"input\":1000000,"
             "\"output\":0},{\"model\":\"sk-ant-x\",\"input\":0,"
             "\"output\":0}]}");

    (void)state;
    assert_string_equal(table,
                        "MODEL        INPUT  OUTPUT  CACHED  FROM\n"
                        "a?]0;x??b?*     $1      $0    $0.1  this file\n"
                        "(not shown)     $0      $0      $0  this file\n");
    mem_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_they_have_to_be),
        cmocka_unit_test(a_pattern_does_nothing_to_the_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
