// SPDX-License-Identifier: MIT
/* What each operation on a key does. */
#include "base/mem.h"
#include "base/reason.h"
#include "store/mark.h"
#include "team/counters.h"
#include "team/key_change_internal.h"
#include "team/key_store.h"
#include "team/key_text.h"

/* The group that the change names, or the one the key is in; NULL: none. */
static bool find_group(const struct key_change *change,
                       struct group_cell **cell, struct err *err)
{
    struct keyring *ring = change->changes->options.ring;
    struct key_group *group;
    struct str name;

    *cell = NULL;
    if (!json_doc_get(change->document, "group")) {
        if (change->key && change->key->group)
            *cell = group_cell_ref(change->key->group);
        return true;
    }
    if (!json_doc_get_str(change->document, "group", &name))
        return true;
    group = keyring_need_group(ring, name, err);
    if (!group) {
        err->code = ERR_BAD_REQUEST; /* the path has what it names */
        return false;
    }
    *cell = keyring_group_cell(ring, group->id);
    key_group_unref(group);
    return true;
}

/* ---- building what is to be ---------------------------------------------- */

static struct key_row row_of(const struct key_change *change)
{
    const struct key *key = change->key;

    return (struct key_row){
        .id = key->id,
        .name = str_of(key->name),
        .enabled = key->enabled,
        .created_ms = key->created_ms,
        .changed_ms = key_changed_ms(change, key->changed_ms),
        .revoked_ms = key->revoked_ms,
        .doc = str_of(key->doc),
        .text_count = key->text_count,
        .texts = key->texts,
    };
}

static struct key_parts parts_of(const struct key_change *change,
                                 struct group_cell *group)
{
    const struct key_changes_options *options = &change->changes->options;

    return (struct key_parts){
        .zones = options->zones,
        .zone = options->zone,
        .counters = change->key ? change->key->counters : NULL,
        .use = change->key ? change->key->use : NULL,
        .group = group,
    };
}

/* A key that is switched off for its document stays so, and can still be revoked,
   rotated and the like. */
static bool build_as_it_is(struct key_change *change, const struct key_row *row,
                           struct err *err)
{
    const struct key_parts parts = parts_of(change, change->key->group);

    change->next = key_build(row, &parts, err);
    if (!change->next)
        change->next = key_build_disabled(row, &parts);
    return true;
}

/* With the members of the change; the row's document is replaced. */
static bool build_changed(struct key_change *change, struct key_row *row,
                          struct key_parts *parts, struct err *err)
{
    char *merged = key_doc_merge(change->key ? change->key->doc : "{}",
                                 change->document, err);
    bool on = true;

    if (!merged)
        return false;
    row->doc = str_of(merged);
    (void)json_doc_get_str(change->document, "name", &row->name);
    if (json_doc_get(change->document, "enabled"))
        row->enabled =
            !json_doc_get_bool(change->document, "enabled", &on) || on;
    if (find_group(change, &parts->group, err))
        change->next = key_build(row, parts, err);
    group_cell_unref(parts->group);
    mem_free(merged);
    return change->next != NULL;
}

/* ---- the operations ------------------------------------------------------ */

static bool prepare_create(struct key_change *change, struct err *err)
{
    struct key_text text;
    struct key_row row = { .enabled = true,
                           .created_ms = change->now_ms,
                           .changed_ms = change->now_ms,
                           .revoked_ms = KEY_NEVER,
                           .text_count = 1,
                           .texts = &text };
    struct key_parts parts = parts_of(change, NULL);
    bool fine;

    change->text = key_text_new(change->now_ms, &text);
    parts.counters = counters_new(NULL, SUBJECT_ALL);
    parts.use = key_use_new(0, 0);
    fine = build_changed(change, &row, &parts, err);
    counters_unref(parts.counters);
    key_use_unref(parts.use);
    return fine;
}

/* The mark comes before the key: a crash between them leaves a database that is there,
   and one without keys may be. */
static bool write_create(struct sql *sql, struct key_change *change,
                         struct err *err)
{
    const char *data_dir = change->changes->options.data_dir;

    return (!data_dir || mark_set(data_dir, err)) &&
           key_store_create(sql, change->next, &change->id, err);
}

/* Nobody else has the snapshot yet. */
static void show_created(struct key_change *change)
{
    struct key *key = change->next;

    key->id = change->id;
    counters_unref(key->counters);
    key->counters =
        counters_new(change->changes->options.unsaved, SUBJECT_OF_KEY(key->id));
    keyring_put(change->changes->options.ring, key_ref(key));
}

static bool prepare_change(struct key_change *change, struct err *err)
{
    struct key_parts parts = parts_of(change, NULL);
    struct key_row row = row_of(change);

    return build_changed(change, &row, &parts, err);
}

static bool write_change(struct sql *sql, struct key_change *change,
                         struct err *err)
{
    return key_store_update(sql, change->next, change->key->changed_ms, err);
}

static void show(struct key_change *change)
{
    keyring_put(change->changes->options.ring, key_ref(change->next));
}

static bool prepare_revocation(struct key_change *change, bool revoke,
                               struct err *err)
{
    struct key_row row;

    change->nothing = revoke == (change->key->revoked_ms != KEY_NEVER);
    if (change->nothing)
        return true;
    row = row_of(change);
    row.revoked_ms = revoke ? change->now_ms : KEY_NEVER;
    return build_as_it_is(change, &row, err);
}

static bool prepare_revoke(struct key_change *change, struct err *err)
{
    return prepare_revocation(change, true, err);
}

static bool prepare_restore(struct key_change *change, struct err *err)
{
    return prepare_revocation(change, false, err);
}

static bool prepare_purge(struct key_change *change, struct err *err)
{
    return change->key->revoked_ms != KEY_NEVER ||
           REASON_SET(err, KEY_NOT_REVOKED, change->key->name);
}

static bool write_purge(struct sql *sql, struct key_change *change,
                        struct err *err)
{
    return key_store_purge(sql, change->key, err);
}

static void show_purged(struct key_change *change)
{
    keyring_remove(change->changes->options.ring, change->key->id);
}

/* Former texts end with the overlap, if they do not end before; those whose time is
   over are kept as long as there is room, so that their holder is told why.  False if
   too many are alive. */
static bool keep_former(const struct key_change *change,
                        struct key_text texts[KEY_TEXTS_MAX], size_t *count)
{
    const struct key *key = change->key;
    uint64_t until_ms = change->now_ms + change->overlap_ms;

    *count = 1;
    for (size_t i = 0; i < key->text_count; i++) {
        struct key_text text = key->texts[i];

        if (text.expires_ms > until_ms)
            text.expires_ms = until_ms;
        if (*count < KEY_TEXTS_MAX)
            texts[(*count)++] = text;
        else if (text.expires_ms > change->now_ms)
            return false;
    }
    return true;
}

static bool prepare_rotate(struct key_change *change, struct err *err)
{
    struct key_text texts[KEY_TEXTS_MAX];
    struct key_row row;

    if (change->key->revoked_ms != KEY_NEVER)
        return REASON_SET(err, KEY_IS_REVOKED, change->key->name);
    row = row_of(change);
    row.texts = texts;
    if (!keep_former(change, texts, &row.text_count))
        return REASON_SET(err, KEY_TEXTS_ALIVE, KEY_TEXTS_MAX,
                          change->key->name);
    change->text = key_text_new(change->now_ms, &texts[0]);
    return build_as_it_is(change, &row, err);
}

static bool write_rotate(struct sql *sql, struct key_change *change,
                         struct err *err)
{
    return key_store_rotate(sql, change->next, change->key->changed_ms, err);
}

/* In the order of enum key_op, those of groups after them (key_group_ops). */
static const struct key_op_row ops[] = {
    [KEY_OP_CREATE] = { "key created", KEY_OP_OF_KEY, KEY_OP_TAKES_NEW,
                        prepare_create, write_create, show_created },
    [KEY_OP_CHANGE] = { "key changed", KEY_OP_OF_KEY, KEY_OP_TAKES_CHANGE,
                        prepare_change, write_change, show },
    [KEY_OP_REVOKE] = { "key revoked", KEY_OP_OF_KEY, KEY_OP_TAKES_NONE,
                        prepare_revoke, write_change, show },
    [KEY_OP_RESTORE] = { "key restored", KEY_OP_OF_KEY, KEY_OP_TAKES_NONE,
                         prepare_restore, write_change, show },
    [KEY_OP_PURGE] = { "key purged", KEY_OP_OF_KEY, KEY_OP_TAKES_NONE,
                       prepare_purge, write_purge, show_purged },
    [KEY_OP_ROTATE] = { "key rotated", KEY_OP_OF_KEY, KEY_OP_TAKES_NONE,
                        prepare_rotate, write_rotate, show },
};

const struct key_op_row *key_op_row(enum key_op op)
{
    return op < KEY_OP_GROUP_CREATE ? &ops[op]
                                    : &key_group_ops[op - KEY_OP_GROUP_CREATE];
}
