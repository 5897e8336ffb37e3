// SPDX-License-Identifier: MIT
/* A server whose requests are those of a test's own rows.  All on one loop. */
#pragma once

#include "admin/parts.h"
#include "http/server.h"
#include "unit.h"
#include "wire.h"

struct admin_scene {
    struct loop *loop;
    struct server *server;
    struct admin_token token; /* none, but for tests that set one */
    struct caller_sources callers;
    const char *who; /* asks, as caller_note() has it; or NULL */
    struct admin *admin;
    const struct admin_row *rows;
    struct router router;
    struct wire client;
    struct admin_request *held; /* by a step of the test's */
    unsigned dropped;           /* states */
    uint64_t bytes;             /* of the last answer, as they are reported */
    uint64_t *told;             /* those */
};

/* Of a test's setup; the scene is *state. */
int admin_scene_open(void **state, const struct admin_row *rows, size_t count);
int admin_scene_close(void **state);

struct admin_scene *admin_scene_of(struct admin_request *x);
void admin_scene_reconnect(struct admin_scene *scene);
/* Send, and turn until all of `answer` has come. */
void admin_scene_ask(struct admin_scene *scene, const char *bytes,
                     const char *answer);
/* Turn until so many states were dropped. */
void admin_scene_until_dropped(struct admin_scene *scene, unsigned count);
/* Turn until a step has put its request into scene->held. */
void admin_scene_until_held(struct admin_scene *scene);

/* A state that counts in the scene when it is dropped. */
struct admin_scene_state {
    struct admin_scene *scene;
    unsigned number;
};
void admin_scene_drop(void *state);
