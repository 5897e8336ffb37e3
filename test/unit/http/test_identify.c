// SPDX-License-Identifier: MIT
/* A server that waits until it is known who asks, by each way of asking. */
#include "http/identify.h"

#include <unistd.h>

#include "host.h"
#include "http/loopback.h"
#include "net/peers_internal.h"
#include "passes.h"

#define GET(host) "GET /now HTTP/1.1\r\nHost: " host "\r\n\r\n"

struct scene {
    struct loop *loop;
    struct peers *peers;
    struct peer_asker *asker;
    struct server *server;
    struct wire client;
    struct passes passes;
    struct request *held; /* of /hold, which does not watch its client */
    unsigned requests;
    enum peer_verdict verdict; /* at the end of the last one */
};

static void answer(void *arg, struct request *req)
{
    struct scene *scene = arg;
    bool quiet = str_eq(req->path, STR("/quiet"));
    const char *refusal = quiet ? NULL : loopback_refusal(req);

    scene->requests++;
    scene->verdict = req->process->verdict;
    if (str_eq(req->path, STR("/hold"))) {
        scene->held = req;
        return;
    }
    response_send(req, 200, STR("text/plain"), STR_EMPTY,
                  str_of(refusal ? refusal : "welcome"));
}

static void handle(void *arg, struct request *req)
{
    identify_then(req, answer, arg);
}

static void scene_open(struct scene *scene, bool without_netlink)
{
    struct server_options options = { .listen = { .host = "127.0.0.1" } };
    struct err err;

    *scene = (struct scene){ .loop = loop_new() };
    passes_open(&scene->passes);
    scene->peers = peers_new(&(struct peers_options){
        .without_netlink = without_netlink, .proc = scene->passes.folder });
    scene->asker = peer_asker_new(scene->peers, scene->loop);
    options.asker = scene->asker;
    scene->server = server_new(scene->loop, &options, handle, scene, &err);
    assert_non_null(scene->server);
    wire_connect(&scene->client, scene->loop, server_port(scene->server));
}

static void scene_close(struct scene *scene)
{
    wire_close(&scene->client);
    server_free(scene->server);
    peer_asker_free(scene->asker);
    loop_free(scene->loop);
    peers_free(scene->peers);
    passes_close(&scene->passes);
}

/* ---- each way ----------------------------------------------------------- */

static void this_machine_is_welcome(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct scene scene;

        scene_open(&scene, way == 1);
        for (unsigned i = 1; i <= 3; i++) {
            wire_send(&scene.client, GET("localhost"));
            wire_expect_count(&scene.client, "welcome", i);
        }
        wire_send(&scene.client, GET("localhost") GET("localhost"));
        wire_expect_count(&scene.client, "welcome", 5);
        scene_close(&scene);
    }
}

/* The first question decides: a socket given away later stays ours, and the other
   way round. */
static void a_connection_is_asked_for_once(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    for (int way = 0; way < 2; way++) {
        struct scene scene;

        scene_open(&scene, way == 1);
        assert_int_equal(fchown(scene.client.fd, 65534, 65534), 0);
        wire_send(&scene.client, GET("localhost"));
        wire_expect(&scene.client, "a process of another user is at the other "
                                   "end, as with a reverse proxy");
        assert_int_equal(wire_count(&scene.client, "65534"), 0);
        assert_int_equal(fchown(scene.client.fd, 0, 0), 0);
        wire_send(&scene.client, GET("localhost"));
        wire_expect_count(&scene.client, "another user", 2);
        wire_close(&scene.client);
        wire_connect(&scene.client, scene.loop, server_port(scene.server));
        wire_send(&scene.client, GET("localhost"));
        wire_expect(&scene.client, "welcome");
        assert_int_equal(fchown(scene.client.fd, 65534, 65534), 0);
        wire_send(&scene.client, GET("localhost"));
        wire_expect_count(&scene.client, "welcome", 2);
        scene_close(&scene);
    }
}

/* Not for a request that does not need to know, nor if its fields tell already. */
static void the_kernel_is_asked_when_it_is_needed(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, false);
    if (peers_way(scene.peers) == PEERS_NETLINK) {
        wire_send(&scene.client,
                  "GET /quiet HTTP/1.1\r\nHost: localhost\r\n\r\n");
        wire_expect_count(&scene.client, "welcome", 1);
        assert_int_equal(scene.verdict, PEER_UNASKED);
        wire_send(&scene.client, GET("relay.example"));
        wire_expect(&scene.client, "its Host is not localhost");
        assert_int_equal(scene.verdict, PEER_UNASKED);
        wire_send(&scene.client, GET("localhost"));
        wire_expect_count(&scene.client, "welcome", 2);
        assert_int_equal(scene.verdict, PEER_OURS);
    }
    scene_close(&scene);
}

/* ---- while somebody waits ----------------------------------------------- */

/* Whoever is no local client by its fields needs no question. */
static void fields_are_judged_first(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, true);
    passes_hold_up(&scene.passes);
    wire_send(&scene.client, GET("relay.example"));
    wire_expect(&scene.client, "its Host is not localhost");
    scene_close(&scene);
}

static bool has_no_connection(void *arg)
{
    struct scene *scene = arg;

    return server_connections(scene->server) == 0;
}

static void a_client_that_leaves_is_let_go(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, true);
    passes_hold_up(&scene.passes);
    wire_send(&scene.client, GET("localhost"));
    passes_wait(&scene.passes, scene.loop);
    assert_int_equal(scene.requests, 0);
    wire_close(&scene.client);
    wire_until(scene.loop, has_no_connection, &scene);
    passes_end(&scene.passes);
    wire_turn_for(scene.loop, 5);
    assert_int_equal(scene.requests, 0);
    scene_close(&scene);
}

static bool is_held(void *arg)
{
    struct scene *scene = arg;

    return scene->held != NULL;
}

/* From then on the request is its handler's alone. */
static void who_is_known_is_watched_no_longer(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, true);
    wire_send(&scene.client, "GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n");
    wire_until(scene.loop, is_held, &scene);
    assert_int_equal(scene.verdict, PEER_OURS);
    wire_close(&scene.client);
    wire_turn_for(scene.loop, 5);
    assert_true(request_is_gone(scene.held));
    assert_int_equal(server_connections(scene.server), 1);
    request_release(scene.held);
    wire_until(scene.loop, has_no_connection, &scene);
    scene_close(&scene);
}

static void a_server_may_end_meanwhile(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, true);
    passes_hold_up(&scene.passes);
    wire_send(&scene.client, GET("localhost"));
    passes_wait(&scene.passes, scene.loop);
    server_free(scene.server);
    scene.server = NULL;
    assert_int_equal(scene.requests, 0);
    passes_end(&scene.passes);
    scene_close(&scene);
}

#define CROWD 200

static bool is_crowded(void *arg)
{
    struct scene *scene = arg;
    size_t waiting;

    (void)pthread_mutex_lock(&scene->peers->lock);
    waiting = scene->peers->waiting;
    (void)pthread_mutex_unlock(&scene->peers->lock);
    return waiting == CROWD + 1;
}

/* Strangers may ask as often as they like: whoever comes behind them waits no longer
   than they do, and is not sent away. */
static void a_crowd_keeps_nobody_out(void **state)
{
    struct wire crowd[CROWD];
    struct scene scene;

    (void)state;
    scene_open(&scene, true);
    passes_hold_up(&scene.passes);
    for (size_t i = 0; i < CROWD; i++) {
        wire_connect(&crowd[i], scene.loop, server_port(scene.server));
        wire_send(&crowd[i], GET("localhost"));
        if (i == 0)
            passes_wait(&scene.passes, scene.loop);
    }
    wire_send(&scene.client, GET("localhost"));
    wire_until(scene.loop, is_crowded, &scene);
    passes_end(&scene.passes);
    wire_expect(&scene.client, "welcome");
    for (size_t i = 0; i < CROWD; i++)
        wire_close(&crowd[i]);
    scene_close(&scene);
}

static void a_list_that_vanished_tells_nothing(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene, true);
    passes_lose(&scene.passes);
    wire_send(&scene.client, GET("localhost"));
    wire_expect(&scene.client, "the system does not say who is at the other "
                               "end (netlink: ");
    passes_find(&scene.passes);
    wire_send(&scene.client, GET("localhost"));
    wire_expect(&scene.client, "welcome");
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_machine_is_welcome),
        cmocka_unit_test(a_connection_is_asked_for_once),
        cmocka_unit_test(the_kernel_is_asked_when_it_is_needed),
        cmocka_unit_test(fields_are_judged_first),
        cmocka_unit_test(a_client_that_leaves_is_let_go),
        cmocka_unit_test(who_is_known_is_watched_no_longer),
        cmocka_unit_test(a_server_may_end_meanwhile),
        cmocka_unit_test(a_crowd_keeps_nobody_out),
        cmocka_unit_test(a_list_that_vanished_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
