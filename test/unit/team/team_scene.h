// SPDX-License-Identifier: MIT
/* Keys with a database that fails when the test says so, a loop, and changes that are
   carried out on it. */
#pragma once

#include "base/log.h"
#include "base/mem.h"
#include "base/zones.h"
#include "script_sql.h"
#include "team/counters.h"
#include "team/key_build.h"
#include "team/key_change.h"
#include "team/key_load.h"
#include "unit.h"
#include "wire.h"

struct team {
    char *folder;
    struct records *records;
    struct loop *loop;
    struct zones *zones;
    struct keyring *ring;
    struct key_changes *changes;
    struct key_change *change; /* the last one; freed by the next */
    size_t woken;
    struct err err;
};

static inline struct key_load team_load_of(const struct team *team,
                                           struct keyring *ring)
{
    return (struct key_load){ .ring = ring,
                              .zones = team->zones,
                              .zone = zone_utc() };
}

static inline int team_begin(void **state)
{
    struct team *team = MEM_NEW(struct team);

    log_setup(LOG_WARN, LOG_TEXT);
    team->folder = unit_folder_new();
    team->records = script_sql_records(team->folder);
    team->loop = loop_new();
    team->zones = zones_new(NULL);
    team->ring = keyring_new();
    team->changes =
        key_changes_new(&(struct key_changes_options){ .loop = team->loop,
                                                       .records = team->records,
                                                       .ring = team->ring,
                                                       .zones = team->zones,
                                                       .zone = zone_utc() });
    *state = team;
    return 0;
}

static inline int team_end(void **state)
{
    struct team *team = *state;

    script_sql_hold(false);
    key_change_free(team->change);
    key_changes_stop(team->changes);
    records_stop(team->records);
    loop_free(team->loop);
    key_changes_free(team->changes);
    records_free(team->records);
    keyring_free(team->ring);
    zones_free(team->zones);
    unit_folder_free(team->folder);
    mem_free(team);
    return 0;
}

static inline void team_wake(void *arg)
{
    struct team *team = arg;

    team->woken++;
}

static inline bool team_is_woken(void *arg)
{
    const struct team *team = arg;

    return team->woken > 0;
}

/* A change as JSON, or NULL. */
static inline struct key_change *team_start(struct team *team, enum key_op op,
                                            const char *of, const char *json,
                                            uint64_t overlap_ms)
{
    struct json_doc *doc =
        json ? json_doc_parse(str_of(json), &team->err) : NULL;
    const struct key_ask ask = {
        .op = op, .of = str_of(of), .change = doc, .overlap_ms = overlap_ms
    };
    struct key_change *change =
        key_change_start(team->changes, team->loop, &ask, team_wake, team);

    json_doc_free(doc);
    return change;
}

static inline bool team_wait(struct team *team)
{
    const struct err *err;

    wire_until(team->loop, team_is_woken, team);
    assert_int_equal(team->woken, 1);
    assert_true(key_change_is_done(team->change));
    err = key_change_error(team->change);
    if (err)
        team->err = *err;
    return !err;
}

static inline bool team_do(struct team *team, enum key_op op, const char *of,
                           const char *json)
{
    key_change_free(team->change);
    team->woken = 0;
    team->change = team_start(team, op, of, json, KEY_OVERLAP_DEFAULT_MS);
    return team_wait(team);
}

/* A key with these members; its text is the change's. */
static inline void team_create(struct team *team, const char *json)
{
    if (!team_do(team, KEY_OP_CREATE, "", json))
        fail_msg("%s: %s", json, team->err.text);
}

static inline bool team_run_load(struct sql *sql, void *arg, struct err *err)
{
    return key_load(sql, arg, err);
}

/* What a relay that starts now would know. */
static inline struct keyring *team_loaded(struct team *team)
{
    struct keyring *ring = keyring_new();
    struct key_load load = team_load_of(team, ring);

    if (!records_do(team->records,
                    &(struct records_work){
                        .run = team_run_load, .arg = &load, .reads = true },
                    &team->err))
        fail_msg("%s", team->err.text);
    return ring;
}

static inline enum key_verdict team_verdict(struct keyring *ring,
                                            const char *text, uint64_t now_ms)
{
    enum key_verdict verdict;

    key_unref(keyring_find(ring, str_of(text), now_ms, &verdict));
    return verdict;
}

#define TEAM_TEST(name)                                                        \
    cmocka_unit_test_setup_teardown(name, team_begin, team_end)
