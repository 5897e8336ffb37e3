// SPDX-License-Identifier: MIT
/* What each operation on a group of keys does. */
#include "base/mem.h"
#include "team/counters.h"
#include "team/key_change_internal.h"
#include "team/key_store.h"

static bool build(struct key_change *change, struct key_group_row *row,
                  struct counters *counters, struct err *err)
{
    const struct key_parts parts = {
        .zones = change->changes->options.zones,
        .zone = change->changes->options.zone,
        .counters = counters,
    };
    char *merged = key_doc_merge(change->group ? change->group->doc : "{}",
                                 change->document, err);

    if (!merged)
        return false;
    row->doc = str_of(merged);
    (void)json_doc_get_str(change->document, "name", &row->name);
    change->next_group = key_group_build(row, &parts, err);
    mem_free(merged);
    return change->next_group != NULL;
}

static bool prepare_create(struct key_change *change, struct err *err)
{
    struct key_group_row row = { .created_ms = change->now_ms,
                                 .changed_ms = change->now_ms };
    struct counters *counters = counters_new(NULL, SUBJECT_ALL);
    bool fine = build(change, &row, counters, err);

    counters_unref(counters);
    return fine;
}

static bool write_create(struct sql *sql, struct key_change *change,
                         struct err *err)
{
    return key_store_create_group(sql, change->next_group, &change->id, err);
}

/* Nobody else has the snapshot yet. */
static void show_created(struct key_change *change)
{
    struct key_group *group = change->next_group;

    group->id = change->id;
    counters_unref(group->counters);
    group->counters = counters_new(change->changes->options.unsaved,
                                   SUBJECT_OF_GROUP(group->id));
    keyring_put_group(change->changes->options.ring, key_group_ref(group));
}

static bool prepare_change(struct key_change *change, struct err *err)
{
    struct key_group_row row = {
        .id = change->group->id,
        .name = str_of(change->group->name),
        .created_ms = change->group->created_ms,
        .changed_ms = key_changed_ms(change, change->group->changed_ms),
    };

    return build(change, &row, change->group->counters, err);
}

static bool write_change(struct sql *sql, struct key_change *change,
                         struct err *err)
{
    return key_store_update_group(sql, change->next_group,
                                  change->group->changed_ms, err);
}

static void show(struct key_change *change)
{
    keyring_put_group(change->changes->options.ring,
                      key_group_ref(change->next_group));
}

static bool write_remove(struct sql *sql, struct key_change *change,
                         struct err *err)
{
    return key_store_remove_group(sql, change->group, err);
}

static void show_removed(struct key_change *change)
{
    keyring_remove_group(change->changes->options.ring, change->group->id);
}

/* In the order of enum key_op, from KEY_OP_GROUP_CREATE on. */
const struct key_op_row key_group_ops[] = {
    { "group created", KEY_OP_OF_GROUP, KEY_OP_TAKES_NEW, prepare_create,
      write_create, show_created },
    { "group changed", KEY_OP_OF_GROUP, KEY_OP_TAKES_CHANGE, prepare_change,
      write_change, show },
    { "group removed", KEY_OP_OF_GROUP, KEY_OP_TAKES_NONE, NULL, write_remove,
      show_removed },
};
