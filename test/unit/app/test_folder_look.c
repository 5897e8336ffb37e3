// SPDX-License-Identifier: MIT
/* What only looks makes nothing. */
#include "app/folder_look.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

static void what_is_not_there_is_said_and_not_made(void **state)
{
    char *folder = unit_folder_new();
    char *data = mem_strdup(unit_path(folder, "data"));
    struct config config = { .data_dir = str_of(data) };
    struct unit_capture said;
    struct err err;
    char *text;

    (void)state;
    assert_false(folder_look(&config, &err));
    unit_assert_part(err.text, "there is no folder");
    unit_assert_part(err.text, "--data-dir");
    assert_int_equal(access(data, F_OK), -1);
    said = unit_capture_begin(STDERR_FILENO);
    folder_look_say_new(&config);
    text = unit_capture_end(&said);
    unit_assert_part(text, "is a new folder");
    mem_free(text);
    mem_free(data);
    unit_folder_free(folder);
}

static void anothers_folder_is_told_from_a_relays(void **state)
{
    char *data = unit_folder_new();
    struct config config = { .data_dir = str_of(data) };
    struct unit_capture said;
    struct err err;
    char *text;

    (void)state;
    unit_write(data, "notes", "tea");
    assert_false(folder_look(&config, &err));
    unit_assert_part(err.text, "nothing of a relay's");
    assert_int_equal(unit_file_count(data), 1);
    unit_write(data, "oauth_a.json", "{}");
    assert_true(folder_look(&config, &err));
    said = unit_capture_begin(STDERR_FILENO);
    folder_look_say_new(&config);
    text = unit_capture_end(&said);
    assert_string_equal(text, "");
    mem_free(text);
    unit_folder_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there_is_said_and_not_made),
        cmocka_unit_test(anothers_folder_is_told_from_a_relays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
