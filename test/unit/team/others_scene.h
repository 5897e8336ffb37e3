// SPDX-License-Identifier: MIT
/* Another process that writes into the same database: a connection of its own, and
   what a relay there would do. */
#pragma once

#include "store/records_internal.h"
#include "team_scene.h"

struct others {
    struct records *records;
    struct keyring *ring;
    struct key_changes *changes;
    struct key_changes *watching; /* of the team, if a test makes it */
};

static inline struct others *others_of(void)
{
    static struct others others;

    return &others;
}

static inline struct key_changes *others_changes(const struct team *team,
                                                 struct records *records,
                                                 struct keyring *ring,
                                                 uint64_t look_every_ms)
{
    return key_changes_new(
        &(struct key_changes_options){ .loop = team->loop,
                                       .records = records,
                                       .ring = ring,
                                       .zones = team->zones,
                                       .zone = zone_utc(),
                                       .look_every_ms = look_every_ms });
}

static inline int others_begin(void **state)
{
    struct others *others = others_of();
    struct team *team;

    if (team_begin(state) != 0)
        return 1;
    team = *state;
    *others = (struct others){ .ring = keyring_new() };
    others->records = records_over(&sqlite_backend,
                                   unit_path(team->folder, "x.db"), &team->err);
    assert_non_null(others->records);
    others->changes = others_changes(team, others->records, others->ring, 0);
    return 0;
}

static inline int others_end(void **state)
{
    struct others *others = others_of();

    key_changes_stop(others->changes);
    if (others->watching)
        key_changes_stop(others->watching);
    records_stop(others->records);
    if (team_end(state) != 0)
        return 1;
    key_changes_free(others->watching);
    key_changes_free(others->changes);
    records_free(others->records);
    keyring_free(others->ring);
    return 0;
}

/* There, in the other process. */
static inline bool others_try(struct team *team, enum key_op op, const char *of,
                              const char *json)
{
    struct key_changes *own = team->changes;
    bool ok;

    team->changes = others_of()->changes;
    ok = team_do(team, op, of, json);
    team->changes = own;
    return ok;
}

static inline void others_do(struct team *team, enum key_op op, const char *of,
                             const char *json)
{
    if (!others_try(team, op, of, json))
        fail_msg("%s", team->err.text);
}

#define OTHERS_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, others_begin, others_end)
