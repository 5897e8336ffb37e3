// SPDX-License-Identifier: MIT
/* A relay whose client has the key "alice". */
#pragma once

#include "relay/admit.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "relay_scene.h"
#include "team/key_scene.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define USAGE                                                                  \
    "{\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":1000,"       \
    "\"output_tokens\":100}}"
#define ANSWER                                                                 \
    OK "Content-Type: application/json\r\nContent-Length: 79\r\n\r\n" USAGE
#define STREAM                                                                 \
    OK "Content-Type: text/event-stream\r\nTransfer-Encoding: "                \
       "chunked\r\n\r\n"
#define BODY "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":100}"

#define MAIN "{\"accounts\":[\"main\"]}"

/* Of such a body, without any history. */
#define RESERVED ((sizeof(BODY) - 1 + 2000) * 3 + 100 * 15)

static struct relay_scene *scene;
static struct key_scene keys;
static struct keyring *ring;

/* A key by that document. */
static inline void use_key(const char *doc)
{
    struct key *key = scene_key(&keys, 1, "alice", doc);

    if (!key)
        fail_msg("%s", keys.err.text);
    keyring_put(ring, key);
}

/* The key as it is after a change. */
struct change {
    const char *doc;
    uint64_t revoked_ms;
    bool disabled;
    bool replaced;    /* its text has been rotated away */
    const char *want; /* of the one that waits; NULL: it goes on waiting */
    const char *says;
};

static inline void make_change(const struct change *change)
{
    const struct key_parts parts = scene_parts(&keys);
    const struct key_row row = { .id = 1,
                                 .name = STR("alice"),
                                 .enabled = !change->disabled,
                                 .created_ms = 1000,
                                 .changed_ms = 2000,
                                 .revoked_ms = change->revoked_ms
                                                   ? change->revoked_ms
                                                   : KEY_NEVER,
                                 .doc = str_of(change->doc),
                                 .text_count = 1,
                                 .texts = &keys.text };
    struct key *key;

    keys.text.expires_ms = change->replaced ? 1 : KEY_NEVER;
    key = key_build(&row, &parts, &keys.err);
    if (!key)
        fail_msg("%s", keys.err.text);
    keyring_put(ring, key);
}

static inline int set_up(void **state)
{
    (void)relay_scene_open(state);
    scene = *state;
    scene_begin(&keys);
    ring = keyring_new();
    scene->callers.keyring = ring;
    return 0;
}

static inline int tear_down(void **state)
{
    (void)relay_scene_close(state);
    keyring_free(ring);
    scene_end(&keys);
    return 0;
}

static inline struct counters_view view(void)
{
    struct counters_view view;
    struct limits limits;

    limits_init(&limits);
    counters_view(keys.counters, &limits, NULL,
                  (struct counters_now){ loop_now_ms(scene->loop),
                                         clock_wall_ms() },
                  &view);
    return view;
}

static inline bool nothing_is_held(void *arg)
{
    struct counters_view now = view();

    (void)arg;
    return now.at[LIMIT_CONCURRENCY].used == 0;
}

static inline void until_free(void)
{
    struct counters_view now;

    wire_until(scene->loop, nothing_is_held, NULL);
    now = view();
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        assert_int_equal(now.at[i].reserved, 0);
}

static inline void send_to(struct wire *client, const char *path,
                           const char *body)
{
    char text[1024];

    (void)snprintf(text, sizeof(text),
                   "POST %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: "
                   "gzip\r\nAuthorization: Bearer " STR_FMT
                   "\r\nContent-Length: %zu\r\n\r\n%s",
                   path, STR_ARG(secret_reveal(keys.secret)), strlen(body),
                   body);
    wire_send(client, text);
}

static inline void post(const char *path, const char *body)
{
    send_to(&scene->client, path, body);
}

static inline struct wire *ask(void)
{
    struct wire *peer;

    post("/v1/messages", BODY);
    peer = relay_scene_accept(scene);
    wire_expect(peer, BODY);
    return peer;
}
