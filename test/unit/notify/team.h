// SPDX-License-Identifier: MIT
/* Keys and groups in a keyring, for what looks at all of them. */
#pragma once

#include "../team/key_scene.h"
#include "base/mem.h"

struct team {
    struct key_scene keys;
    struct keyring *ring;
};

static inline int team_begin(void **state)
{
    struct team *team = MEM_NEW(struct team);

    scene_begin(&team->keys);
    team->ring = keyring_new();
    *state = team;
    return 0;
}

static inline int team_end(void **state)
{
    struct team *team = *state;

    keyring_free(team->ring);
    scene_end(&team->keys);
    mem_free(team);
    return 0;
}

static inline void put(struct team *team, uint64_t id, const char *name,
                       const char *doc)
{
    struct key *key = scene_key(&team->keys, id, name, doc);

    assert_non_null(key);
    keyring_put(team->ring, key);
}
