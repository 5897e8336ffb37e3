// SPDX-License-Identifier: MIT
/* A loop, an upstream and one call to an upstream that the test plays itself. */
#pragma once

#include "unit.h"
#include "upstream/call.h"
#include "wire.h"

struct scene {
    struct loop *loop;
    struct upstream *upstream;
    struct origin *origin;
    int listening;
    uint16_t port;
    struct wire peer;
    struct call *call;
    struct call_options options;
    struct buf raw;     /* the body as it came */
    struct buf decoded; /* the body without framing */
    enum call_data end; /* CALL_AGAIN: not yet */
    unsigned wakes;
    bool lazy; /* do not read in the wake */
    enum call_state
        cancel; /* free the call in the wake that shows this state */
    bool cancelled;
};

int scene_open(void **state);
int scene_close(void **state);

/* Start a call with what scene->options says; a GET without it. */
void scene_start(struct scene *scene);
/* The same, and let the upstream see the connection. */
void scene_begin(struct scene *scene);
/* Begin, and let it read the whole request head. */
void scene_request(struct scene *scene);
/* The call is over and freed; its connection may be in the pool. */
void scene_finish(struct scene *scene);

/* Read whatever the call has. */
void scene_read(struct scene *scene);
void scene_until(struct scene *scene, enum call_state state);
/* Until the body has ended one way or the other. */
void scene_until_end(struct scene *scene);
/* Answer, and the answer is complete. */
void scene_answer(struct scene *scene, const char *answer);

size_t scene_idle(const struct scene *scene);
