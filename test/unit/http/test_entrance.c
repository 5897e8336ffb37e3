// SPDX-License-Identifier: MIT
/* Who gets the places that are kept for this machine.  Where nobody is asked nobody
   is known, so a server without its asker takes everybody for a stranger. */
#include "http/entrance.h"

#include <unistd.h>

#include "host.h"
#include "http/connection.h"
#include "net/peers.h"
#include "passes.h"

#define GET_NOW "GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define NOBODY 65534u

struct scene {
    struct host *host;
    struct passes passes;
    struct peers *peers;
    struct peer_asker *asker;
    struct wire guest;
};

/* Two places, one of them kept; the host's client has the other one. */
static void scene_open(struct scene *scene, void **state, bool without_netlink)
{
    struct host *host = *state;

    *scene = (struct scene){ .host = host, .guest = { .fd = -1 } };
    passes_open(&scene->passes);
    scene->peers = peers_new(&(struct peers_options){
        .without_netlink = without_netlink, .proc = scene->passes.folder });
    scene->asker = peer_asker_new(scene->peers, host->loop);
    host->options.asker = scene->asker;
    host->options.seats = (struct seats_limits){
        .max = 2, .kept = 1, .turned_away_max = 1, .applying_max = 1
    };
    host_start(host);
    host_until_connections(host, 1);
}

static void scene_close(struct scene *scene)
{
    wire_close(&scene->guest);
    server_free(scene->host->server);
    scene->host->server = NULL;
    peer_asker_free(scene->asker);
    peers_free(scene->peers);
    passes_close(&scene->passes);
}

static void come(struct scene *scene, struct wire *wire)
{
    wire_connect(wire, scene->host->loop, server_port(scene->host->server));
    wire_send(wire, GET_NOW);
}

static size_t applying(const struct scene *scene)
{
    return atomic_load(&scene->host->server->own.applying);
}

static bool one_applies(void *arg)
{
    return applying(arg) == 1;
}

static bool none_applies(void *arg)
{
    return applying(arg) == 0;
}

/* ---- where the kernel answers at once ------------------------------------ */

static void a_kept_place_is_this_machines_alone(void **state)
{
    struct scene scene;
    struct server *server;

    scene_open(&scene, state, false);
    server = scene.host->server;
    server->options.asker = NULL;
    come(&scene, &scene.guest);
    wire_expect(&scene.guest, "503 Service Unavailable");
    wire_expect_end(&scene.guest);
    assert_int_equal(server->own.served_ever, 1);
    assert_int_equal(server->own.refused_ever, 1);
    wire_close(&scene.guest);
    host_until_connections(scene.host, 1);
    server->options.asker = scene.asker;
    come(&scene, &scene.guest);
    wire_expect(&scene.guest, "\r\n\r\nnow");
    scene_close(&scene);
}

static void nobody_is_asked_while_there_is_room(void **state)
{
    struct scene scene;
    struct list *first;

    scene_open(&scene, state, false);
    first = scene.host->server->connections.next;
    assert_int_equal(LIST_ITEM(first, struct connection, link)->process.verdict,
                     PEER_UNASKED);
    scene_close(&scene);
}

/* ---- where it takes a pass over the list --------------------------------- */

static void this_machine_waits_and_gets_in(void **state)
{
    struct scene scene;

    scene_open(&scene, state, true);
    passes_hold_up(&scene.passes);
    come(&scene, &scene.guest);
    wire_until(scene.host->loop, one_applies, &scene);
    passes_wait(&scene.passes, scene.host->loop);
    assert_int_equal(server_connections(scene.host->server), 1);
    passes_end(&scene.passes); /* and has found nobody */
    wire_expect(&scene.guest, "503 Service Unavailable");
    wire_close(&scene.guest);
    host_until_connections(scene.host, 1);
    come(&scene, &scene.guest);
    wire_expect(&scene.guest, "\r\n\r\nnow");
    assert_int_equal(applying(&scene), 0);
    scene_close(&scene);
}

static void another_user_waits_and_does_not(void **state)
{
    struct scene scene;

    if (geteuid() != 0)
        skip();
    scene_open(&scene, state, true);
    wire_connect(&scene.guest, scene.host->loop,
                 server_port(scene.host->server));
    assert_int_equal(fchown(scene.guest.fd, NOBODY, NOBODY), 0);
    wire_expect(&scene.guest, "503 Service Unavailable");
    scene_close(&scene);
}

static void no_more_wait_than_may(void **state)
{
    struct scene scene;
    struct wire second;

    scene_open(&scene, state, true);
    passes_hold_up(&scene.passes);
    come(&scene, &scene.guest);
    wire_until(scene.host->loop, one_applies, &scene);
    come(&scene, &second);
    wire_expect(&second, "503 Service Unavailable");
    wire_close(&second);
    passes_wait(&scene.passes, scene.host->loop);
    passes_end(&scene.passes);
    wire_until(scene.host->loop, none_applies, &scene);
    scene_close(&scene);
}

static void the_server_may_end_meanwhile(void **state)
{
    struct scene scene;

    scene_open(&scene, state, true);
    passes_hold_up(&scene.passes);
    come(&scene, &scene.guest);
    wire_until(scene.host->loop, one_applies, &scene);
    passes_wait(&scene.passes, scene.host->loop);
    server_free(scene.host->server);
    scene.host->server = NULL;
    wire_expect_end(&scene.guest);
    assert_int_equal(scene.guest.got.len, 0);
    passes_end(&scene.passes);
    scene_close(&scene);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, host_open, host_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_kept_place_is_this_machines_alone),
        ROW(nobody_is_asked_while_there_is_room),
        ROW(this_machine_waits_and_gets_in),
        ROW(another_user_waits_and_does_not),
        ROW(no_more_wait_than_may),
        ROW(the_server_may_end_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
