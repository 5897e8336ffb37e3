// SPDX-License-Identifier: MIT
/* One fetch and the upstream it talks to, for the tests of fetch.c. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "scene.h"
#include "upstream/fetch.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define SECRET "canary-token"

struct play {
    struct scene *scene;
    struct fetch *fetch;
    struct fetch_options options;
    unsigned wakes;
    bool free_in_wake;
};

static inline int play_open(void **state)
{
    struct play *play = MEM_NEW(struct play);
    void *scene = NULL;

    (void)scene_open(&scene);
    play->scene = scene;
    play->options = (struct fetch_options){
        .upstream = play->scene->upstream,
        .origin = play->scene->origin,
        .method = STR("GET"),
        .host = STR("api.test"),
        .target = STR("/a?b=c"),
        .connect_ms = WIRE_WAIT_MS,
        .answer_ms = WIRE_WAIT_MS,
    };
    *state = play;
    return 0;
}

static inline int play_close(void **state)
{
    struct play *play = *state;
    void *scene = play->scene;

    fetch_free(play->fetch);
    (void)scene_close(&scene);
    mem_free(play);
    return 0;
}

static inline void woken(void *arg)
{
    struct play *play = arg;

    play->wakes++;
    if (!play->free_in_wake)
        return;
    fetch_free(play->fetch);
    play->fetch = NULL;
}

static inline void start(struct play *play)
{
    fetch_free(play->fetch);
    play->wakes = 0;
    play->fetch = fetch_start(&play->options, woken, play);
    assert_int_equal(play->wakes, 0);
    assert_int_equal(fetch_state(play->fetch), FETCH_BUSY);
}

static inline void begin(struct play *play)
{
    start(play);
    wire_close(&play->scene->peer);
    wire_accept(&play->scene->peer, play->scene->loop, play->scene->listening);
    wire_expect(&play->scene->peer, "\r\n\r\n");
}

static inline bool is_over(void *arg)
{
    const struct play *play = arg;

    return play->wakes > 0;
}

static inline void finish(struct play *play)
{
    wire_until(play->scene->loop, is_over, play);
    wire_turn_for(play->scene->loop, 3);
    assert_int_equal(play->wakes, 1);
}

static inline void check_failed(struct play *play, enum err_code code,
                                const char *part)
{
    finish(play);
    assert_int_equal(fetch_state(play->fetch), FETCH_FAILED);
    unit_assert_part(fetch_error(play->fetch)->text, part);
    assert_int_equal(fetch_error(play->fetch)->code, code);
    assert_null(strstr(fetch_error(play->fetch)->text, SECRET));
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, play_open, play_close)
