// SPDX-License-Identifier: MIT
/* Asking, locking, waiting.  Waiting in vain is in test/e2e/no-command-works-behind-a-relay. */
#include "app/approach_run.h"

#include <sys/stat.h>
#include <unistd.h>

#include "store/filelock.h"
#include "store/in_use.h"
#include "unit.h"

struct scene {
    char *folder;
    struct config config;
    struct approach_run run;
    struct err err;
    bool relay;          /* answers */
    enum err_code fails; /* so, the first `silent` times */
    size_t silent;
    size_t asked;
    int held; /* let go then */
};

static bool ask(void *arg, struct err *err)
{
    struct scene *scene = arg;

    if (scene->asked++ < scene->silent)
        return err_set(err, scene->fails, "scripted");
    filelock_release(scene->held);
    scene->held = -1;
    return scene->relay || err_set(err, ERR_NOT_FOUND, "nobody listens");
}

static int scene_open(void **state)
{
    static struct scene scene;

    scene = (struct scene){ .folder = unit_folder_new(), .held = -1 };
    scene.config = (struct config){ .data_dir = str_of(scene.folder) };
    scene.run = (struct approach_run){ .config = &scene.config,
                                       .ask = ask,
                                       .arg = &scene };
    *state = &scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;

    filelock_release(scene->held);
    filelock_release(scene->run.in_use);
    unit_folder_free(scene->folder);
    return 0;
}

static void a_relay_that_answers_is_asked_at_once(void **state)
{
    struct scene *scene = *state;

    scene->relay = true;
    assert_int_equal(approach_run(&scene->run, &scene->err), APPROACH_RELAY);
    assert_int_equal(scene->run.in_use, -1);
    assert_int_not_equal(access(unit_path(scene->folder, IN_USE_FILE), F_OK),
                         0);
}

static void without_one_the_folder_is_locked(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(approach_run(&scene->run, &scene->err), APPROACH_ALONE);
    assert_true(scene->run.in_use >= 0);
    assert_int_equal(in_use_look(scene->folder), IN_USE_BY_COMMAND);
}

/* It starts, and its socket is there some moments later; or it ends. */
static void wait_for_relay(struct scene *scene, enum approach_state want)
{

    assert_int_equal(in_use_try(scene->folder, IN_USE_SHARED, &scene->held,
                                &scene->err),
                     IN_USE_TAKEN);
    scene->fails = ERR_NOT_FOUND;
    scene->silent = 3;
    assert_int_equal(approach_run(&scene->run, &scene->err), want);
    assert_int_equal(scene->asked, 4);
    assert_int_equal(scene->run.in_use >= 0, want == APPROACH_ALONE);
}

static void one_that_starts_is_waited_for(void **state)
{
    struct scene *scene = *state;

    scene->relay = true;
    wait_for_relay(scene, APPROACH_RELAY);
}

static void one_that_ends_is_waited_for(void **state)
{
    wait_for_relay(*state, APPROACH_ALONE);
}

static void another_command_is_waited_for(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(in_use_try(scene->folder, IN_USE_ALONE, &scene->held,
                                &scene->err),
                     IN_USE_TAKEN);
    scene->fails = ERR_NOT_FOUND;
    scene->silent = 2;
    assert_int_equal(approach_run(&scene->run, &scene->err), APPROACH_ALONE);
}

/* Who listens there is not trusted: nothing is done on the folder either. */
static void what_cannot_be_asked_is_refused(void **state)
{
    struct scene *scene = *state;

    scene->fails = ERR_NOT_ALLOWED;
    scene->silent = 1;
    assert_int_equal(approach_run(&scene->run, &scene->err), APPROACH_REFUSED);
    assert_string_equal(scene->err.text, "scripted");
    assert_int_equal(scene->run.in_use, -1);
}

static void what_cannot_be_locked_is_refused(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(mkdir(unit_path(scene->folder, IN_USE_FILE), 0700), 0);
    assert_int_equal(approach_run(&scene->run, &scene->err), APPROACH_REFUSED);
    assert_int_not_equal(scene->err.code, ERR_BUSY);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_relay_that_answers_is_asked_at_once),
        TEST(without_one_the_folder_is_locked),
        TEST(one_that_starts_is_waited_for),
        TEST(one_that_ends_is_waited_for),
        TEST(another_command_is_waited_for),
        TEST(what_cannot_be_asked_is_refused),
        TEST(what_cannot_be_locked_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
