// SPDX-License-Identifier: MIT
/* A database of bookings and their sums, as the ledger leaves them, in a zone. */
#pragma once

#include "base/mem.h"
#include "base/text.h"
#include "script_sql.h"
#include "unit.h"
#include "usage/ask.h"

struct ask_scene {
    char *folder;
    struct records *records;
    struct zone *zone;
    int64_t last_id;
    struct err err;
};

/* A booking; what is not said is 0 or nobody's. */
struct ask_booked {
    const char *ended; /* RFC 3339 */
    unsigned key_id;
    const char *key;
    const char *owner;
    unsigned group_id;
    const char *group;
    const char *account;
    const char *model;   /* NULL: unknown */
    const char *session; /* NULL: none */
    const char *endpoint;
    unsigned status; /* 0: 200 */
    unsigned ending; /* 0: complete */
    unsigned tokens_in;
    unsigned tokens_out;
    unsigned cost;
    bool unpriced;
    bool partial;
    unsigned duration_ms;
    uint64_t tail;
    const char *upstream_id;
    const char *client_id;
    const char *failures;
    bool batch;
};

int ask_scene_begin(void **state);
int ask_scene_end(void **state);
/* All in one transaction. */
void ask_scene_book(struct ask_scene *scene, const struct ask_booked *booked,
                    size_t count);

/* Carried out on the connection for reading. */
bool ask_scene_read(struct ask_scene *scene,
                    bool (*run)(struct sql *sql, void *arg, struct err *err),
                    void *arg);
uint64_t ask_scene_ms(const char *time);
/* A key, and a group, that there is. */
#define ASK_SCENE_KEY(id, name)                                                \
    "INSERT INTO key(id, name, folded, enabled, created_ms, changed_ms, doc)"  \
    " VALUES(" id ", '" name "', '', 1, 0, 0, '{}')"
#define ASK_SCENE_GROUP(id, name)                                              \
    "INSERT INTO key_group(id, name, doc, created_ms)"                         \
    " VALUES(" id ", '" name "', '{}', 0)"
/* Any statement that takes no values. */
void ask_scene_change(struct ask_scene *scene, const char *sql);

/* Everything. */
struct ask ask_scene_all(const struct ask_scene *scene, enum ask_by by);
/* All steps of it; false, and scene->err.  Done with in any case. */
bool ask_scene_ask(struct ask_scene *scene, const struct ask *ask,
                   struct ask_answer *answer);
/* Its rows as text: "alice 3 25; bob 1 7; all 4 32": name, requests and cost of each,
   and of the total; or the error.  The caller's. */
char *ask_scene_asked(struct ask_scene *scene, const struct ask *ask);
void ask_scene_asserts(struct ask_scene *scene, const struct ask *ask,
                       const char *rows);

#define ASK_TEST(name)                                                         \
    cmocka_unit_test_setup_teardown(name, ask_scene_begin, ask_scene_end)
