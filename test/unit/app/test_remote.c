// SPDX-License-Identifier: MIT
/* What a command speaks to: a relay that it can trust, or the folder itself.  A relay
   that runs is in test/e2e/commands-go-through-the-relay. */
#include "app/remote.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/control_at.h"
#include "base/mem.h"
#include "net/unix_door.h"
#include "unit.h"

#define NOBODY 65534u
#define KEY "sk-ant-api03-canary"

struct scene {
    char *folder;
    struct config config;
};

static int scene_open(void **state)
{
    static struct scene scene;

    scene.folder = unit_folder_new();
    scene.config = (struct config){ .data_dir = str_of(scene.folder),
                                    .ca_file = STR(""),
                                    .time_zone = STR("UTC") };
    *state = &scene;
    return 0;
}

static int scene_close(void **state)
{
    unit_folder_free(((struct scene *)*state)->folder);
    return 0;
}

static struct remote *open_remote(struct scene *scene)
{
    struct err err = { .text = "" };
    struct remote *remote = remote_open(&scene->config, &err);

    unit_assert_str(str_of(err.text[0] && remote ? "" : err.text), "");
    assert_non_null(remote);
    return remote;
}

static void without_a_relay_the_folder_is_worked_on(void **state)
{
    struct scene *scene = *state;
    struct remote *remote = open_remote(scene);
    struct json_doc *body = json_doc_new_object();
    struct remote_call make = { .method = "POST",
                                .path = STR("/admin/api/accounts"),
                                .body = body };
    struct remote_call list = { .method = "GET",
                                .path = STR("/oauth/accounts") };
    struct unit_capture capture;
    struct err err;
    struct str name;
    char *said;
    char *file;

    assert_false(remote_is_relay(remote));
    capture = unit_capture_begin(2);
    remote_say_where(remote);
    said = unit_capture_end(&capture);
    unit_assert_part(said, scene->folder);
    unit_assert_part(said, "no relay runs on it");
    mem_free(said);
    json_doc_set_str(body, "name", STR("a"));
    json_doc_set_str(body, "api_key", STR(KEY));
    assert_true(remote_call(remote, &make, &err));
    assert_int_equal(make.status, 201);
    json_doc_free(make.answer);
    assert_true(remote_call(remote, &list, &err));
    assert_true(
        json_doc_as_str(json_doc_at(json_doc_get(list.answer, "accounts"), 0),
                        &name));
    unit_assert_str(name, "a");
    json_doc_free(list.answer);
    assert_false(remote_call(remote, &make, &err));
    assert_int_equal(make.status, 409);
    unit_assert_part(err.text, "\"a\" exists already");
    json_doc_free(make.answer);
    json_doc_free(body);
    assert_int_equal(remote_close(remote, 7), 7);
    file = unit_read(scene->folder, "apikey_a.json");
    unit_assert_part(file, KEY);
    mem_free(file);
    assert_int_not_equal(access(unit_path(scene->folder, CONTROL_SOCKET), F_OK),
                         0);
}

static void a_socket_that_a_crash_left_is_nobody(void **state)
{
    struct scene *scene = *state;
    struct unix_door dead;
    struct remote *remote;
    struct err err;

    assert_true(unix_door_open(&dead, scene->folder, CONTROL_SOCKET, &err));
    (void)close(dead.fd);
    remote = open_remote(scene);
    assert_false(remote_is_relay(remote));
    assert_int_equal(remote_close(remote, 0), 0);
}

/* Whoever can write into the folder could take the place of the socket: nothing is
   sent there. */
static void another_users_socket_is_not_spoken_to(void **state)
{
    struct scene *scene = *state;
    struct unix_door theirs;
    struct err err = { .text = "" };

    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(scene->folder, 0777), 0);
    assert_int_equal(seteuid(NOBODY), 0);
    assert_true(unix_door_open(&theirs, scene->folder, CONTROL_SOCKET, &err));
    assert_int_equal(seteuid(0), 0);
    assert_null(remote_open(&scene->config, &err));
    unit_assert_part(err.text, "user 65534 listens on ");
    unit_assert_part(err.text, "nothing was sent");
    unix_door_close(&theirs, scene->folder, CONTROL_SOCKET);
}

/* The place that is kept in the folder says nothing of who listens there. */
static void another_users_socket_elsewhere_is_not_spoken_to(void **state)
{
    struct scene *scene = *state;
    char *elsewhere = unit_folder_new();
    struct unix_door theirs;
    struct err err = { .text = "" };
    char path[200];

    if (geteuid() != 0)
        skip();
    (void)snprintf(path, sizeof(path), "%s/x.sock\n", elsewhere);
    unit_write(scene->folder, CONTROL_AT, path);
    assert_int_equal(chmod(elsewhere, 0777), 0);
    assert_int_equal(seteuid(NOBODY), 0);
    assert_true(unix_door_open(&theirs, elsewhere, "x.sock", &err));
    assert_int_equal(seteuid(0), 0);
    assert_null(remote_open(&scene->config, &err));
    unit_assert_part(err.text, "user 65534 listens on ");
    unit_assert_part(err.text, "/x.sock");
    unix_door_close(&theirs, elsewhere, "x.sock");
    unit_folder_free(elsewhere);
}

/* Another user's folder, with a socket in it that anybody may open, as one waits for in
   a place that it has guessed. */
static void another_users_folder_is_not_spoken_to(void **state)
{
    struct scene *scene = *state;
    struct unix_door theirs;
    struct err err = { .text = "" };

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(scene->folder, 12345, 12345), 0);
    assert_int_equal(chmod(scene->folder, 0755), 0);
    assert_int_equal(seteuid(12345), 0);
    assert_true(unix_door_open(&theirs, scene->folder, CONTROL_SOCKET, &err));
    assert_int_equal(chmod(unit_path(scene->folder, CONTROL_SOCKET), 0666), 0);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(seteuid(12346), 0);
    assert_null(remote_open(&scene->config, &err));
    assert_int_equal(seteuid(0), 0);
    unit_assert_part(err.text, "user 12345 listens on ");
    unit_assert_part(err.text, "neither user 12346 nor root");
    unix_door_close(&theirs, scene->folder, CONTROL_SOCKET);
}

/* The folder's owner is trusted by root. */
static void root_speaks_to_the_relay_of_the_folders_owner(void **state)
{
    struct scene *scene = *state;
    struct unix_door theirs;
    struct remote *remote;
    struct err err = { .text = "" };

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(scene->folder, 12345, 12345), 0);
    assert_int_equal(seteuid(12345), 0);
    assert_true(unix_door_open(&theirs, scene->folder, CONTROL_SOCKET, &err));
    assert_int_equal(seteuid(0), 0);
    remote = open_remote(scene);
    assert_true(remote_is_relay(remote));
    assert_int_equal(remote_close(remote, 0), 0);
    unix_door_close(&theirs, scene->folder, CONTROL_SOCKET);
}

static void segments_of_a_path_are_escaped(void **state)
{
    struct buf path;

    (void)state;
    buf_init(&path, 100);
    remote_path(&path, "/a/", STR("x/../y z%\r\n?"));
    unit_assert_str(buf_str(&path), "/a/x%2F..%2Fy%20z%25%0D%0A%3F");
    buf_done(&path);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_relay_the_folder_is_worked_on),
        TEST(a_socket_that_a_crash_left_is_nobody),
        TEST(another_users_socket_is_not_spoken_to),
        TEST(another_users_socket_elsewhere_is_not_spoken_to),
        TEST(another_users_folder_is_not_spoken_to),
        TEST(root_speaks_to_the_relay_of_the_folders_owner),
        TEST(segments_of_a_path_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
