// SPDX-License-Identifier: MIT
/* A loop, an upstream and one call. */
#include "scene.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define KEPT_MAX (64u * 1024 * 1024)

int scene_open(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->loop = loop_new();
    scene->upstream = upstream_new(scene->loop, NULL);
    scene->listening = wire_listen(&scene->port);
    scene->origin = origin_new(STR("127.0.0.1"), scene->port, NULL);
    scene->peer.fd = -1;
    scene->cancel = CALL_FAILED;
    buf_init(&scene->raw, KEPT_MAX);
    buf_init(&scene->decoded, KEPT_MAX);
    scene->options = (struct call_options){
        .upstream = scene->upstream,
        .origin = scene->origin,
        .head = STR("GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
        .connect_ms = WIRE_WAIT_MS,
        .first_byte_ms = WIRE_WAIT_MS,
        .idle_ms = WIRE_WAIT_MS,
    };
    *state = scene;
    return 0;
}

int scene_close(void **state)
{
    struct scene *scene = *state;

    scene_finish(scene);
    wire_close(&scene->peer);
    upstream_free(scene->upstream);
    origin_free(scene->origin);
    (void)close(scene->listening);
    loop_free(scene->loop);
    buf_done(&scene->raw);
    buf_done(&scene->decoded);
    mem_free(scene);
    return 0;
}

static void keep_decoded(void *arg, struct str bytes)
{
    struct scene *scene = arg;

    buf_add(&scene->decoded, bytes);
}

void scene_read(struct scene *scene)
{
    struct str bytes;
    enum call_data got = CALL_DATA;

    call_on_body(scene->call, keep_decoded, scene);
    while (got == CALL_DATA) {
        got = call_read(scene->call, &bytes);
        buf_add(&scene->raw, bytes);
    }
    if (got != CALL_AGAIN)
        scene->end = got;
}

static void wake(void *arg)
{
    struct scene *scene = arg;
    enum call_state state = call_state(scene->call);

    scene->wakes++;
    if (scene->cancel != CALL_FAILED && state == scene->cancel) {
        call_free(scene->call);
        scene->call = NULL;
        scene->cancelled = true;
        return;
    }
    if (!scene->lazy && (state == CALL_READING || state == CALL_DONE))
        scene_read(scene);
    if (state == CALL_FAILED)
        scene->end = CALL_CUT;
}

void scene_start(struct scene *scene)
{
    scene_finish(scene);
    scene->wakes = 0;
    scene->call = call_start(&scene->options, wake, scene);
    assert_int_equal(scene->wakes, 0);
}

void scene_begin(struct scene *scene)
{
    scene_start(scene);
    wire_close(&scene->peer);
    wire_accept(&scene->peer, scene->loop, scene->listening);
}

void scene_request(struct scene *scene)
{
    scene_begin(scene);
    wire_expect(&scene->peer, "\r\n\r\n");
}

void scene_finish(struct scene *scene)
{
    call_free(scene->call);
    scene->call = NULL;
    scene->end = CALL_AGAIN;
    buf_clear(&scene->raw);
    buf_clear(&scene->decoded);
}

struct goal {
    struct scene *scene;
    enum call_state state;
};

static bool is_reached(void *arg)
{
    struct goal *goal = arg;

    return call_state(goal->scene->call) == goal->state;
}

void scene_until(struct scene *scene, enum call_state state)
{
    struct goal goal = { scene, state };

    wire_until(scene->loop, is_reached, &goal);
}

static bool has_ended(void *arg)
{
    const struct scene *scene = arg;

    return scene->end != CALL_AGAIN;
}

void scene_until_end(struct scene *scene)
{
    wire_until(scene->loop, has_ended, scene);
}

void scene_answer(struct scene *scene, const char *answer)
{
    wire_send(&scene->peer, answer);
    scene_until_end(scene);
}

size_t scene_idle(const struct scene *scene)
{
    const struct list *node = scene->upstream->idle.next;
    size_t count = 0;

    for (; node != &scene->upstream->idle; node = node->next)
        count++;
    return count;
}
