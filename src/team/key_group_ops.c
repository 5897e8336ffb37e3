// SPDX-License-Identifier: MIT
/* What each operation on a group of keys does. */
#include "base/mem.h"
#include "team/counters.h"
#include "team/key_change_internal.h"
#include "team/key_store.h"

static bool find(struct key_change *change, struct err *err)
{
    change->group = keyring_need_group(change->changes->options.ring,
                                       str_of(change->of), err);
    return change->group != NULL;
}

static bool name_is_free(const struct key_change *change, struct err *err)
{
    struct key_group *other;
    struct str name;
    bool is_free;

    if (!json_doc_get_str(change->document, "name", &name))
        return true;
    other = keyring_get_group(change->changes->options.ring, name);
    is_free = !other || (change->group && other->id == change->group->id);
    key_group_unref(other);
    return is_free || err_set(err, ERR_EXISTS,
                              "there is a group named \"" STR_FMT
                              "\" already: choose another name",
                              STR_ARG(name));
}

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
    struct counters *counters;
    bool fine;

    if (!key_group_check_doc(change->document, err))
        return false;
    if (!json_doc_get(change->document, "name"))
        return err_set(err, ERR_BAD_REQUEST,
                       "a group needs a name: {\"name\":\"students\"}");
    if (!name_is_free(change, err))
        return false;
    counters = counters_new(NULL, SUBJECT_ALL);
    fine = build(change, &row, counters, err);
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
    struct key_group_row row;

    if (!find(change, err) || !key_group_check_doc(change->document, err) ||
        !name_is_free(change, err))
        return false;
    if (json_doc_count(change->document) == 0)
        return err_set(err, ERR_BAD_REQUEST,
                       "the body names nothing to change, such as "
                       "{\"limits\":{\"rpm\":60}}");
    row = (struct key_group_row){
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
    { "group created", prepare_create, write_create, show_created },
    { "group changed", prepare_change, write_change, show },
    { "group removed", find, write_remove, show_removed },
};
