// SPDX-License-Identifier: MIT
/* Making snapshots of keys and groups from what the database has. */
#pragma once

#include "team/key.h"

struct zones;

struct key_row {
    uint64_t id;
    struct str name;
    bool enabled;
    uint64_t created_ms;
    uint64_t changed_ms;
    uint64_t revoked_ms; /* KEY_NEVER: it is not */
    struct str doc;
    size_t text_count; /* at most KEY_TEXTS_MAX */
    const struct key_text *texts;
};

/* What a snapshot refers to; it takes references of its own.  `zone` is for keys that
   name none. */
struct key_parts {
    struct zones *zones;
    const struct zone *zone;
    struct counters *counters;
    struct key_use *use;
    struct group_cell *group; /* NULL: in none */
};

/* The caller holds the first reference.  NULL and err (a 400) if the document cannot
   be used, be it that there is no such time zone. */
struct key *key_build(const struct key_row *row, const struct key_parts *parts,
                      struct err *err);
/* One whose document cannot be used: switched off, and the document is kept. */
struct key *key_build_disabled(const struct key_row *row,
                               const struct key_parts *parts);

struct key_group_row {
    uint64_t id;
    struct str name;
    uint64_t created_ms;
    uint64_t changed_ms;
    struct str doc;
};
/* Likewise; only zones and counters matter.  A group that cannot be used lets nothing
   through: all limits are 0. */
struct key_group *key_group_build(const struct key_group_row *row,
                                  const struct key_parts *parts,
                                  struct err *err);
struct key_group *key_group_build_closed(const struct key_group_row *row,
                                         const struct key_parts *parts);

/* Read the members of a checked document into the snapshot. */
bool key_fill(struct key *key, const struct json_doc *doc,
              const struct key_parts *parts, struct err *err) MUST_CHECK;
bool key_fill_limits(struct limits *limits, const struct json_doc *doc,
                     struct err *err) MUST_CHECK;
bool key_fill_zone(const struct zone **zone, const struct json_doc *doc,
                   const struct key_parts *parts, struct err *err) MUST_CHECK;

struct key_use *key_use_new(uint64_t first_ms, uint64_t last_ms);
struct key_use *key_use_ref(struct key_use *use);
void key_use_unref(struct key_use *use);
/* Another process saw it used: the first use counts from the earlier one. */
void key_use_learn(struct key_use *use, uint64_t first_ms, uint64_t last_ms);

/* Where a group's present snapshot is found: one for each group, shared by its keys.
   The first reference is the caller's; the snapshot's is taken over. */
struct group_cell *group_cell_new(struct key_group *group);
struct group_cell *group_cell_ref(struct group_cell *cell);
void group_cell_unref(struct group_cell *cell);
/* A key of its group stands in the keyring, or no more. */
void group_cell_enter(struct group_cell *cell);
void group_cell_leave(struct group_cell *cell);
size_t group_cell_keys(const struct group_cell *cell);
void group_cell_put(struct group_cell *cell, struct key_group *group);
/* A reference. */
struct key_group *group_cell_get(struct group_cell *cell);
