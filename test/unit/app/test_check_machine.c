// SPDX-License-Identifier: MIT
/* What the doctor says of a machine. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/check_report.h"
#include "base/mem.h"
#include "fields.h"

struct visit {
    char *folder;
    char *data;
    struct config config;
    struct check_report report;
    char *said;
};

static int open_visit(void **state)
{
    struct visit *visit = MEM_NEW(struct visit);

    visit->folder = unit_folder_new();
    visit->data = mem_strdup(unit_path(visit->folder, "data"));
    visit->config.data_dir = str_of(visit->data);
    visit->config.max_connections = 16;
    visit->report.config = &visit->config;
    assert_int_equal(mkdir(visit->data, 0700), 0);
    *state = visit;
    return 0;
}

static int close_visit(void **state)
{
    struct visit *visit = *state;

    mem_free(visit->said);
    mem_free(visit->data);
    unit_folder_free(visit->folder);
    mem_free(visit);
    return 0;
}

static void look(struct visit *visit)
{
    struct unit_capture capture = unit_capture_begin(STDOUT_FILENO);

    visit->report.failed = false;
    check_machine(&visit->report);
    mem_free(visit->said);
    visit->said = unit_capture_end(&capture);
}

static void a_good_machine_is_ok_throughout(void **state)
{
    struct visit *visit = *state;

    unit_write(visit->data, "a.json", "{}");
    look(visit);
    assert_false(visit->report.failed);
    unit_assert_part(visit->said, "ok    configuration ");
    unit_assert_part(visit->said, "for this user alone\n");
    unit_assert_part(visit->said, "nobody else may read them\n");
    unit_assert_part(visit->said, "ok    open files    enough");
}

static void modes_are_reported_and_left_alone(void **state)
{
    struct visit *visit = *state;
    struct stat info;

    unit_write(visit->data, "a.json", "{}");
    assert_int_equal(chmod(unit_path(visit->data, "a.json"), 0640), 0);
    assert_int_equal(chmod(visit->data, 0750), 0);
    look(visit);
    assert_false(visit->report.failed);
    unit_assert_part(visit->said, "others may enter it; run `chmod 700 ");
    unit_assert_part(visit->said, "others may read a.json; run `chmod -R go= ");
    assert_int_equal(stat(visit->data, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0750);
}

static void a_folder_that_is_none_fails(void **state)
{
    struct visit *visit = *state;

    assert_int_equal(rmdir(visit->data), 0);
    look(visit);
    unit_assert_part(visit->said, "is not there yet; the first start makes");
    assert_false(visit->report.failed);
    unit_write(visit->folder, "data", "a file");
    look(visit);
    unit_assert_part(visit->said, "fail  data folder ");
    assert_true(visit->report.failed);
}

static void too_few_open_files_are_a_warning(void **state)
{
    struct visit *visit = *state;

    visit->config.max_connections = 100000000;
    look(visit);
    unit_assert_part(visit->said, "warn  open files    at most ");
    assert_false(visit->report.failed);
}

#define NOW_MS 784111777000u /* Sun, 06 Nov 1994 08:49:37 GMT */

static const struct {
    const char *fields;
    uint64_t now_ms;
    const char *said;
} clocks[] = {
    { "Date: Sun, 06 Nov 1994 08:49:37 GMT\n", NOW_MS, "ok    clock " },
    { "date: Sun, 06 Nov 1994 08:49:37 GMT\n", NOW_MS + 299000, "ok " },
    { "date: Sun, 06 Nov 1994 08:49:37 GMT\n", NOW_MS + 301000,
      "warn  clock         5 minutes ahead of the upstream's" },
    { "date: Sun, 06 Nov 1994 08:49:37 GMT\n", NOW_MS - 3600000,
      "warn  clock         60 minutes behind the upstream's" },
    { "date: noon\n", NOW_MS, "" },
    { "", NOW_MS, "" },
};

static void the_clock_may_be_five_minutes_off(void **state)
{
    struct visit *visit = *state;

    for (size_t i = 0; i < COUNT_OF(clocks); i++) {
        struct unit_capture capture = unit_capture_begin(STDOUT_FILENO);
        struct fields fields;

        check_clock(&visit->report, fields_read(&fields, clocks[i].fields),
                    clocks[i].now_ms);
        mem_free(visit->said);
        visit->said = unit_capture_end(&capture);
        unit_assert_part(visit->said, clocks[i].said);
        assert_int_equal(*visit->said == '\0', *clocks[i].said == '\0');
    }
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, open_visit, close_visit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_good_machine_is_ok_throughout),
        ROW(modes_are_reported_and_left_alone),
        ROW(a_folder_that_is_none_fails),
        ROW(too_few_open_files_are_a_warning),
        ROW(the_clock_may_be_five_minutes_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
