// SPDX-License-Identifier: MIT
/* The management API over a Unix socket: admin is whoever made the connection. */
#include "app/admin_server.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admin/live.h"
#include "scene.h"

#define NOBODY 65534u
#define ASK(method, path)                                                      \
    method " " path " HTTP/1.1\r\nhost: anything\r\nconnection: close\r\n"     \
           "authorization: Bearer nonsense\r\n\r\n"

/* As the user that made the pair. */
static void ask(struct scene *scene, uid_t uid, const char *text,
                const char *want)
{
    struct admin_server *server = admin_server_new(&scene->options);
    struct wire wire;
    int ends[2];

    assert_int_equal(seteuid(uid), 0);
    assert_int_equal(socketpair(AF_UNIX,
                                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                                ends),
                     0);
    assert_int_equal(seteuid(getuid()), 0);
    admin_server_admit(server, ends[0]);
    wire_adopt(&wire, scene->loop, ends[1]);
    wire_send(&wire, text);
    wire_expect(&wire, want);
    wire_close(&wire);
    admin_server_free(server);
}

static void this_user_is_admin_whatever_it_presents(void **state)
{
    ask(*state, geteuid(), ASK("GET", "/oauth/accounts"), "[\"main\"]");
}

static void another_user_is_not(void **state)
{
    if (geteuid() != 0)
        skip();
    ask(*state, NOBODY, ASK("GET", "/oauth/accounts"), "HTTP/1.1 401 ");
}

static void the_relays_own_endpoints_are_not_here(void **state)
{
    ask(*state, geteuid(), ASK("GET", "/v1/models"), "HTTP/1.1 404 ");
}

/* The server ends, and the request with it. */
static void who_waits_for_an_answer_is_let_go(void **state)
{
    struct scene *scene = *state;
    struct admin_server *server = admin_server_new(&scene->options);
    struct wire wire;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends),
                     0);
    admin_server_admit(server, ends[0]);
    wire_adopt(&wire, scene->loop, ends[1]);
    wire_send(&wire, "POST /oauth/token HTTP/1.1\r\nhost: a\r\n"
                     "content-length: 100\r\n\r\n{");
    wire_turn_for(scene->loop, 5);
    admin_server_free(server);
    wire_expect_end(&wire);
    wire_close(&wire);
}

static void admit(struct scene *scene, struct admin_server *server,
                  struct wire *wire)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends),
                     0);
    admin_server_admit(server, ends[0]);
    wire_adopt(wire, scene->loop, ends[1]);
}

/* As `claude-relay top` does, stopped or not. */
static void as_many_as_may_listen_keep_nobody_out(void **state)
{
    struct scene *scene = *state;
    struct admin_server *server = admin_server_new(&scene->options);
    struct wire wires[LIVE_LISTENERS_MAX + 1];
    struct wire *last = &wires[LIVE_LISTENERS_MAX];

    for (size_t i = 0; i < LIVE_LISTENERS_MAX; i++) {
        admit(scene, server, &wires[i]);
        wire_send(&wires[i], "GET /admin/api/events HTTP/1.1\r\n");
    }
    wire_turn_for(scene->loop, 5);
    admit(scene, server, last);
    wire_send(last, ASK("GET", "/oauth/accounts"));
    wire_expect(last, "[\"main\"]");
    admin_server_free(server);
    for (size_t i = 0; i < COUNT_OF(wires); i++)
        wire_close(&wires[i]);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(this_user_is_admin_whatever_it_presents),
        TEST(another_user_is_not),
        TEST(the_relays_own_endpoints_are_not_here),
        TEST(who_waits_for_an_answer_is_let_go),
        TEST(as_many_as_may_listen_keep_nobody_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
