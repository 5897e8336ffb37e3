// SPDX-License-Identifier: MIT
/* The control socket: who listens there, and what happens when it is taken away. */
#include "app/control.h"

#include "app/control_at.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/unix_door.h"
#include "scene.h"

#define ASK                                                                    \
    "GET /oauth/accounts HTTP/1.1\r\nhost: localhost\r\n"                      \
    "connection: close\r\n\r\n"

static bool is_listening(void *arg)
{
    return control_is_listening(arg);
}

/* A client comes to somebody who knows the accounts. */
static void assert_answers(struct scene *scene)
{
    struct err err = { .text = "" };
    int fd = unix_door_connect(scene->folder, CONTROL_SOCKET, &err);
    struct wire wire;

    unit_assert_str(str_of(err.text), "");
    wire_adopt(&wire, scene->loop, fd);
    wire_send(&wire, ASK);
    wire_expect(&wire, "{\"accounts\":[\"main\"]}");
    wire_close(&wire);
}

static bool has_socket(void *arg)
{
    const struct scene *scene = arg;

    return access(unit_path(scene->folder, CONTROL_SOCKET), F_OK) == 0;
}

static bool has_no_socket(void *arg)
{
    return !has_socket(arg);
}

static void it_is_the_users_alone_and_goes_with_the_relay(void **state)
{
    struct scene *scene = *state;
    mode_t before = umask(0);
    struct control *control = control_new(&scene->options);
    struct stat info;

    (void)umask(before);
    assert_true(control_is_listening(control));
    assert_int_equal(stat(unit_path(scene->folder, CONTROL_SOCKET), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_answers(scene);
    control_free(control);
    assert_false(has_socket(scene));
}

/* Root serves a user's folder: the user's commands come in. */
static void the_folders_owner_comes_in(void **state)
{
    struct scene *scene = *state;
    struct control *control;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(scene->folder, 12345, 12345), 0);
    control = control_new(&scene->options);
    assert_int_equal(seteuid(12345), 0);
    assert_answers(scene);
    assert_int_equal(seteuid(0), 0);
    control_free(control);
}

static void one_that_is_gone_is_made_again(void **state)
{
    struct scene *scene = *state;
    struct control *control = control_new(&scene->options);

    assert_int_equal(unlink(unit_path(scene->folder, CONTROL_SOCKET)), 0);
    wire_until(scene->loop, has_socket, scene);
    assert_answers(scene);
    control_free(control);
}

static void a_lock_that_is_gone_is_taken_again(void **state)
{
    struct scene *scene = *state;
    struct control *first = control_new(&scene->options);
    struct control *second;

    assert_int_equal(unlink(unit_path(scene->folder, CONTROL_LOCK)), 0);
    assert_int_equal(unlink(unit_path(scene->folder, CONTROL_SOCKET)), 0);
    wire_until(scene->loop, has_socket, scene);
    second = control_new(&scene->options);
    assert_false(control_is_listening(second));
    assert_answers(scene);
    control_free(second);
    control_free(first);
}

/* The second never touches what is the first one's. */
static void of_two_the_first_listens_and_the_second_takes_over(void **state)
{
    struct scene *scene = *state;
    struct control *first = control_new(&scene->options);
    struct unit_capture capture = unit_capture_begin(2);
    struct control *second = control_new(&scene->options);
    char *log = unit_capture_end(&capture);

    unit_assert_part(log, "another relay serves");
    mem_free(log);
    assert_true(control_is_listening(first));
    assert_false(control_is_listening(second));
    assert_answers(scene);
    control_free(first);
    wire_until(scene->loop, is_listening, second);
    assert_answers(scene);
    control_free(second);
    assert_false(has_socket(scene));
}

/* Something else lies there, and cannot be replaced. */
static void without_a_socket_the_relay_goes_on(void **state)
{
    struct scene *scene = *state;
    struct unit_capture capture;
    struct control *control;
    char *log;

    assert_int_equal(mkdir(unit_path(scene->folder, CONTROL_SOCKET), 0700), 0);
    capture = unit_capture_begin(2);
    control = control_new(&scene->options);
    log = unit_capture_end(&capture);
    unit_assert_part(log, "there is no control socket");
    mem_free(log);
    assert_false(control_is_listening(control));
    assert_int_equal(rmdir(unit_path(scene->folder, CONTROL_SOCKET)), 0);
    wire_until(scene->loop, is_listening, control);
    assert_answers(scene);
    control_free(control);
}

static void it_may_end_while_it_looks(void **state)
{
    struct scene *scene = *state;
    struct control *control = control_new(&scene->options);

    assert_int_equal(unlink(unit_path(scene->folder, CONTROL_SOCKET)), 0);
    wire_rest(scene->loop, 2000);
    control_free(control);
    store_stop(scene->options.store);
    /* What the look made goes once the loop was told of it, at the latest. */
    wire_until(scene->loop, has_no_socket, scene);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_the_users_alone_and_goes_with_the_relay),
        TEST(the_folders_owner_comes_in),
        TEST(one_that_is_gone_is_made_again),
        TEST(a_lock_that_is_gone_is_taken_again),
        TEST(of_two_the_first_listens_and_the_second_takes_over),
        TEST(without_a_socket_the_relay_goes_on),
        TEST(it_may_end_while_it_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
