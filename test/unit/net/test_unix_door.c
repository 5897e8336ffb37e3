// SPDX-License-Identifier: MIT
/* Unix sockets in a folder: their mode, taking over a place, going away. */
#include "net/unix_door.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/listener.h"
#include "net/peers.h"
#include "unit.h"
#include "wire.h"

#define NAME "x.sock"

struct scene {
    char *folder;
    struct unix_door door;
};

static int scene_open(void **state)
{
    static struct scene scene;

    scene = (struct scene){ .folder = unit_folder_new(), .door = { .fd = -1 } };
    *state = &scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;

    unix_door_close(&scene->door, scene->folder, NAME);
    unit_folder_free(scene->folder);
    return 0;
}

static void open_door(struct scene *scene, struct unix_door *door)
{
    struct err err = { .text = "" };

    if (!unix_door_open(door, scene->folder, NAME, &err))
        fail_msg("%s", err.text);
}

/* A connection comes out at this door. */
static void assert_leads_to(struct scene *scene, const struct unix_door *door)
{
    struct err err = { .text = "" };
    int client = unix_door_connect(scene->folder, NAME, &err);
    int server;

    unit_assert_str(str_of(err.text), "");
    assert_true(client >= 0);
    server = accept(door->fd, NULL, NULL);
    assert_true(server >= 0);
    (void)close(server);
    (void)close(client);
}

static void assert_nobody(const char *folder)
{
    struct err err = { .text = "" };

    assert_int_equal(unix_door_connect(folder, NAME, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    unit_assert_part(err.text, NAME);
}

static unsigned mode_of(const char *path)
{
    struct stat info;

    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    return info.st_mode & 0777;
}

static void its_file_is_the_users_alone_under_any_umask(void **state)
{
    struct scene *scene = *state;
    mode_t before = umask(0);

    open_door(scene, &scene->door);
    (void)umask(before);
    assert_int_equal(mode_of(unit_path(scene->folder, NAME)), 0600);
    assert_int_equal(unit_file_count(scene->folder), 1);
    assert_leads_to(scene, &scene->door);
}

static void what_a_crash_left_is_replaced(void **state)
{
    struct scene *scene = *state;
    struct unix_door dead = { .fd = -1 };

    unit_write(scene->folder, NAME ".new", "half made");
    open_door(scene, &dead);
    (void)close(dead.fd);
    assert_nobody(scene->folder);
    open_door(scene, &scene->door);
    assert_leads_to(scene, &scene->door);
    assert_int_equal(unit_file_count(scene->folder), 1);
}

static void a_door_knows_whether_it_is_still_there(void **state)
{
    struct scene *scene = *state;
    struct unix_door second;

    open_door(scene, &scene->door);
    assert_true(unix_door_is_there(&scene->door, scene->folder, NAME));
    open_door(scene, &second);
    assert_false(unix_door_is_there(&scene->door, scene->folder, NAME));
    assert_true(unix_door_is_there(&second, scene->folder, NAME));
    assert_leads_to(scene, &second);
    (void)unlink(unit_path(scene->folder, NAME));
    assert_false(unix_door_is_there(&second, scene->folder, NAME));
    assert_false(unix_door_is_there(&second, "/nowhere/at/all", NAME));
    (void)close(second.fd);
}

static void at_its_end_only_what_is_still_its_own_goes(void **state)
{
    struct scene *scene = *state;
    struct unix_door first;

    open_door(scene, &first);
    open_door(scene, &scene->door);
    unix_door_close(&first, scene->folder, NAME);
    assert_int_equal(first.fd, -1);
    assert_leads_to(scene, &scene->door);
    unix_door_close(&scene->door, scene->folder, NAME);
    assert_int_equal(unit_file_count(scene->folder), 0);
    assert_nobody(scene->folder);
    unix_door_close(&scene->door, scene->folder, NAME);
}

/* An address holds 107 bytes. */
static void a_long_path_is_reached_too(void **state)
{
    struct scene *scene = *state;
    char *top = scene->folder;
    char path[600];
    size_t len;

    (void)snprintf(path, sizeof(path), "%s/", top);
    for (unsigned i = 0; i < 3; i++) {
        len = strlen(path);
        memset(path + len, 'a', 100);
        path[len + 100] = '\0';
        assert_int_equal(mkdir(path, 0700), 0);
        (void)strncat(path, "/", 2);
    }
    scene->folder = path;
    open_door(scene, &scene->door);
    assert_int_equal(mode_of(unit_path(path, NAME)), 0600);
    assert_leads_to(scene, &scene->door);
    unix_door_close(&scene->door, path, NAME);
    assert_nobody(path);
    scene->folder = top;
}

static void nobody_there_is_no_error_of_the_system(void **state)
{
    struct scene *scene = *state;

    assert_nobody(scene->folder);
    assert_nobody("/nowhere/at/all");
    unit_write(scene->folder, NAME, "no socket");
    assert_nobody(scene->folder);
    assert_nobody(unit_path(scene->folder, NAME));
}

static void what_cannot_be_made_says_why(void **state)
{
    struct scene *scene = *state;
    struct err err;

    assert_false(unix_door_open(&scene->door, "/nowhere/at/all", NAME, &err));
    unit_assert_part(err.text, "/nowhere/at/all/" NAME ".new");
    assert_int_equal(scene->door.fd, -1);
    assert_int_equal(mkdir(unit_path(scene->folder, NAME), 0700), 0);
    assert_false(unix_door_open(&scene->door, scene->folder, NAME, &err));
    unit_assert_part(err.text, "in its place");
    assert_int_equal(unit_file_count(scene->folder), 1);
}

/* ---- a listener on it ---------------------------------------------------- */

struct guest {
    int fd;
    struct addr peer;
};

static void take(void *arg, int fd, const struct addr *peer)
{
    *(struct guest *)arg = (struct guest){ fd, *peer };
}

static bool has_come(void *arg)
{
    return ((const struct guest *)arg)->fd >= 0;
}

static void a_listener_borrows_it_and_knows_the_guest(void **state)
{
    struct scene *scene = *state;
    struct loop *loop = loop_new();
    struct guest guest = { .fd = -1 };
    struct peer_process process;
    struct listener *listener;
    struct err err;
    int client;

    open_door(scene, &scene->door);
    listener = listener_new_on(loop, scene->door.fd, take, &guest);
    client = unix_door_connect(scene->folder, NAME, &err);
    wire_until(loop, has_come, &guest);
    assert_int_equal(guest.peer.sa.ss_family, AF_UNIX);
    assert_true((fcntl(guest.fd, F_GETFL) & O_NONBLOCK) != 0);
    process = (struct peer_process){ .client = &guest.peer, .fd = guest.fd };
    assert_false(peer_process_takes_time(&process));
    assert_int_equal(peer_process_look(&process), PEER_OURS);
    (void)close(client);
    (void)close(guest.fd);
    listener_free(listener);
    assert_leads_to(scene, &scene->door);
    loop_free(loop);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_file_is_the_users_alone_under_any_umask),
        TEST(what_a_crash_left_is_replaced),
        TEST(a_door_knows_whether_it_is_still_there),
        TEST(at_its_end_only_what_is_still_its_own_goes),
        TEST(a_long_path_is_reached_too),
        TEST(nobody_there_is_no_error_of_the_system),
        TEST(what_cannot_be_made_says_why),
        TEST(a_listener_borrows_it_and_knows_the_guest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
