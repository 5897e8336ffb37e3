// SPDX-License-Identifier: MIT
/* Requests of "alice", and their records. */
#pragma once

#include "admit_scene.h"

static inline const struct record *record_of(unsigned records)
{
    relay_scene_until_ended(scene, records);
    assert_int_equal(scene->records, records);
    return &scene->record;
}

/* A request with these fields and this body is answered so. */
static inline const struct record *exchange(const char *fields,
                                            const char *body,
                                            const char *answer)
{
    struct wire *peer;
    char text[2048];

    (void)snprintf(text, sizeof(text),
                   "POST /api/v1/messages?beta=true HTTP/1.1\r\nHost: "
                   "localhost\r\nx-api-key: " STR_FMT "\r\n%s"
                   "Content-Length: %zu\r\n\r\n%s",
                   STR_ARG(secret_reveal(keys.secret)), fields, strlen(body),
                   body);
    wire_send(&scene->client, text);
    peer = relay_scene_accept(scene);
    wire_expect(peer, body);
    wire_send(peer, answer);
    return record_of(1);
}
