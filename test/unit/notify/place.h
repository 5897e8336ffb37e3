// SPDX-License-Identifier: MIT
/* Somebody who takes notices, played by the test. */
#pragma once

#include <unistd.h>

#include "notify/post.h"
#include "unit.h"
#include "wire.h"

#define PLACE_TARGET "/hook/CANARYTOKEN?key=CANARYKEY"

struct place {
    struct loop *loop;
    struct config config;
    struct notify_board *board;
    const struct notify_target *target;
    struct post_way *way;
    int listening;
    uint16_t port;
    struct wire peer;
};

static inline void place_begin(struct place *place, enum notify_format format)
{
    *place = (struct place){ .loop = loop_new() };
    place->listening = wire_listen(&place->port);
    place->config = (struct config){
        .ca_file = STR(""),
        .connect_ms = WIRE_WAIT_MS,
        .notify_format = format,
        .notify = { .url = { .host = STR("127.0.0.1"), .port = place->port },
                    .target = STR(PLACE_TARGET),
                    .chat = STR_EMPTY },
    };
    place->board = notify_board_new(&place->config);
    place->target = notify_board_take(place->board);
    place->way =
        post_way_new(&(struct post_way_options){ .loop = place->loop,
                                                 .config = &place->config,
                                                 .target = place->target });
    place->peer.fd = -1;
}

static inline void place_end(struct place *place)
{
    wire_close(&place->peer);
    post_way_free(place->way);
    notify_target_unref(place->target);
    notify_board_free(place->board);
    if (place->listening >= 0)
        (void)close(place->listening);
    loop_free(place->loop);
}

/* The next notice arrives; it has this in it. */
static inline void place_expect(struct place *place, const char *text)
{
    wire_close(&place->peer);
    wire_accept(&place->peer, place->loop, place->listening);
    wire_expect(&place->peer, text);
}

static inline void place_answer(struct place *place, const char *head,
                                const char *body)
{
    char text[512];

    (void)snprintf(text, sizeof(text),
                   "HTTP/1.1 %s\r\ncontent-length: %zu\r\n\r\n%s", head,
                   strlen(body), body);
    wire_send(&place->peer, text);
}
