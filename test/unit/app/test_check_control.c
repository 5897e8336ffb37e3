// SPDX-License-Identifier: MIT
/* What the doctor says of the control socket. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/check_report.h"
#include "app/control_at.h"
#include "base/mem.h"
#include "refused_bind.h"
#include "unit.h"

struct scene {
    char *folder;
    char *runtime;
    struct config config;
    struct check_report report;
};

static int scene_open(void **state)
{
    static struct scene scene;

    scene = (struct scene){ .folder = unit_folder_new(),
                            .runtime = unit_folder_new() };
    scene.config.data_dir = str_of(scene.folder);
    scene.report.config = &scene.config;
    (void)unsetenv("RUNTIME_DIRECTORY");
    (void)setenv("XDG_RUNTIME_DIR", scene.runtime, 1);
    *state = &scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;

    refused_bind_set("", 0);
    assert_false(scene->report.failed);
    unit_folder_free(scene->folder);
    unit_folder_free(scene->runtime);
    return 0;
}

static void expect(struct scene *scene, const char *first, const char *second)
{
    struct unit_capture capture = unit_capture_begin(STDOUT_FILENO);
    char *said;

    check_control(&scene->report);
    said = unit_capture_end(&capture);
    unit_assert_part(said, first);
    unit_assert_part(said, second);
    mem_free(said);
}

static void it_will_be_in_the_folder(void **state)
{
    struct scene *scene = *state;

    expect(scene, "ok    control ", "commands will reach a relay through ");
    expect(scene, scene->folder, "/" CONTROL_SOCKET "\n");
    assert_int_equal(unit_file_count(scene->folder), 0);
}

static void a_relay_that_runs_is_reached(void **state)
{
    struct scene *scene = *state;
    struct control_at at = CONTROL_AT_NONE;
    struct err err;

    assert_true(control_at_open(&at, scene->folder, &err));
    expect(scene, "commands reach the relay through ", scene->folder);
    control_at_close(&at, scene->folder);
}

static void without_sockets_it_is_elsewhere(void **state)
{
    struct scene *scene = *state;
    struct control_at at = CONTROL_AT_NONE;
    struct err err;

    refused_bind_set(scene->folder, EPERM);
    expect(scene, "commands will reach a relay through ", scene->runtime);
    expect(scene, "ok    control ", "file system of DATA_DIR has no sockets");
    assert_true(control_at_open(&at, scene->folder, &err));
    expect(scene, "commands reach the relay through ", scene->runtime);
    control_at_close(&at, scene->folder);
}

static void nowhere_is_a_warning(void **state)
{
    struct scene *scene = *state;

    refused_bind_set(scene->folder, EPERM);
    (void)unsetenv("XDG_RUNTIME_DIR");
    expect(scene, "warn  control ", "XDG_RUNTIME_DIR");
}

static void what_leads_nowhere_is_a_warning(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, CONTROL_AT, "no path\n");
    expect(scene, "warn  control ", CONTROL_AT " holds no absolute path");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(it_will_be_in_the_folder),        ROW(a_relay_that_runs_is_reached),
        ROW(without_sockets_it_is_elsewhere), ROW(nowhere_is_a_warning),
        ROW(what_leads_nowhere_is_a_warning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
