// SPDX-License-Identifier: MIT
/* Keys made of documents, for tests that need some. */
#pragma once

#include <stdio.h>

#include "base/zones.h"
#include "team/counters.h"
#include "team/key_build.h"
#include "team/key_text.h"
#include "team/queue.h"
#include "unit.h"

static inline void scene_count_call(void *arg)
{
    (*(unsigned *)arg)++;
}

static inline void scene_stop(void *arg)
{
    loop_stop(arg);
}

struct key_scene {
    struct zones *zones;
    struct counters *counters;
    struct key_use *use;
    struct key_text text; /* of the last key */
    struct secret *secret;
    struct group_cell *group; /* of the next keys; borrowed */
    struct err err;
};

static inline void scene_begin(struct key_scene *scene)
{
    *scene = (struct key_scene){ .zones = zones_new(NULL) };
    scene->counters = counters_new(NULL, SUBJECT_OF_KEY(1));
    scene->use = key_use_new(0, 0);
}

static inline void scene_end(struct key_scene *scene)
{
    counters_unref(scene->counters);
    key_use_unref(scene->use);
    secret_unref(scene->secret);
    zones_free(scene->zones);
}

static inline struct key_parts scene_parts(const struct key_scene *scene)
{
    return (struct key_parts){ .zones = scene->zones,
                               .zone = zone_utc(),
                               .counters = scene->counters,
                               .group = scene->group,
                               .use = scene->use };
}

/* With a text of its own; NULL: scene->err says why. */
static inline struct key *scene_key(struct key_scene *scene, uint64_t id,
                                    const char *name, const char *doc)
{
    const struct key_parts parts = scene_parts(scene);
    struct key_row row = { .id = id,
                           .name = str_of(name),
                           .enabled = true,
                           .created_ms = 1000,
                           .changed_ms = 1000,
                           .revoked_ms = KEY_NEVER,
                           .doc = str_of(doc),
                           .text_count = 1,
                           .texts = &scene->text };

    secret_unref(scene->secret);
    scene->secret = key_text_new(1000, &scene->text);
    return key_build(&row, &parts, &scene->err);
}

/* Somebody who waits for a slot of these counters, and is woken so often by what
   `change` does. */
static inline unsigned scene_calls(struct counters *counters,
                                   void (*change)(void *arg), void *arg)
{
    struct loop *loop = loop_new();
    unsigned woken = 0;
    struct queue_place *place =
        queue_enter(counters, loop, scene_count_call, &woken);

    change(arg);
    loop_post(loop, scene_stop, loop);
    loop_run(loop);
    queue_leave(place);
    loop_free(loop);
    return woken;
}

static inline struct key_group *scene_group(struct key_scene *scene,
                                            uint64_t id, const char *name,
                                            const char *doc)
{
    const struct key_parts parts = scene_parts(scene);
    const struct key_group_row row = { .id = id,
                                       .name = str_of(name),
                                       .created_ms = 1000,
                                       .changed_ms = 1000,
                                       .doc = str_of(doc) };

    return key_group_build(&row, &parts, &scene->err);
}
