// SPDX-License-Identifier: MIT
/* A server for a test's own rows. */
#include "admin_scene.h"

#include "base/mem.h"

static void handle(void *arg, struct request *req)
{
    struct admin_scene *scene = arg;
    struct router_match match;

    assert_int_equal(router_find(&scene->router, req->method, req->path,
                                 &match),
                     ROUTER_FOUND);
    req->notes.who = scene->who;
    admin_request_start(scene->admin, req, &scene->rows[match.row], &match);
}

static void note(const void *arg, const struct request *req,
                 const struct server_outcome *outcome)
{
    (void)req;
    **(uint64_t *const *)arg = outcome->bytes;
}

int admin_scene_open(void **state, const struct admin_row *rows, size_t count)
{
    struct admin_scene *scene = MEM_NEW(struct admin_scene);
    struct server_options options = { .listen.host = "127.0.0.1",
                                      .log = note,
                                      .log_arg = &scene->told };
    struct admin_options admin = { .config = NULL };
    struct err err;

    scene->told = &scene->bytes;
    scene->loop = loop_new();
    scene->rows = rows;
    scene->router = (struct router){ .rows = &rows[0].route,
                                     .size = sizeof(rows[0]),
                                     .count = count,
                                     .head = true };
    admin.loop = scene->loop;
    scene->callers.admin = &scene->token;
    /* What tests reach the scene by, too. */
    admin.callers = &scene->callers;
    scene->admin = admin_new(&admin);
    scene->client.fd = -1;
    scene->server = server_new(scene->loop, &options, handle, scene, &err);
    assert_non_null(scene->server);
    admin_scene_reconnect(scene);
    *state = scene;
    return 0;
}

int admin_scene_close(void **state)
{
    struct admin_scene *scene = *state;

    server_free(scene->server);
    wire_close(&scene->client);
    admin_free(scene->admin);
    admin_token_done(&scene->token);
    loop_free(scene->loop);
    mem_free(scene);
    return 0;
}

struct admin_scene *admin_scene_of(struct admin_request *x)
{
    return CONTAINER_OF((uintptr_t)x->admin->options.callers,
                        struct admin_scene, callers);
}

void admin_scene_reconnect(struct admin_scene *scene)
{
    wire_close(&scene->client);
    wire_connect(&scene->client, scene->loop, server_port(scene->server));
}

void admin_scene_ask(struct admin_scene *scene, const char *bytes,
                     const char *answer)
{
    buf_clear(&scene->client.got);
    wire_send(&scene->client, bytes);
    wire_expect(&scene->client, answer);
}

struct awaited {
    struct admin_scene *scene;
    unsigned count;
};

static bool is_dropped(void *arg)
{
    const struct awaited *awaited = arg;

    return awaited->scene->dropped >= awaited->count;
}

void admin_scene_until_dropped(struct admin_scene *scene, unsigned count)
{
    wire_until(scene->loop, is_dropped, &(struct awaited){ scene, count });
    assert_int_equal(scene->dropped, count);
}

static bool is_held(void *arg)
{
    const struct admin_scene *scene = arg;

    return scene->held != NULL;
}

void admin_scene_until_held(struct admin_scene *scene)
{
    wire_until(scene->loop, is_held, scene);
}

void admin_scene_drop(void *state)
{
    const struct admin_scene_state *mine = state;

    if (mine->scene)
        mine->scene->dropped++;
}
