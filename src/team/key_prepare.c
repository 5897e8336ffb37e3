// SPDX-License-Identifier: MIT
/* What every operation looks at before it does what is its own. */
#include "team/key_change_internal.h"

#include "base/reason.h"
#include "base/shown.h"
#include "team/key_words.h"

/* ---- keys and groups ----------------------------------------------------- */

static bool find_key(struct key_change *change, struct err *err)
{
    change->key =
        keyring_need(change->changes->options.ring, str_of(change->of), err);
    return change->key != NULL;
}

static bool find_group(struct key_change *change, struct err *err)
{
    change->group = keyring_need_group(change->changes->options.ring,
                                       str_of(change->of), err);
    return change->group != NULL;
}

static uint64_t key_named(struct keyring *ring, struct str name)
{
    struct key *key = keyring_get(ring, name);
    uint64_t id = key ? key->id : 0;

    key_unref(key);
    return id;
}

static uint64_t group_named(struct keyring *ring, struct str name)
{
    struct key_group *group = keyring_get_group(ring, name);
    uint64_t id = group ? group->id : 0;

    key_group_unref(group);
    return id;
}

/* What keys and groups differ in. */
static const struct kind {
    const char *word;
    const char *example; /* of a name, for texts */
    bool (*find)(struct key_change *change, struct err *err);
    uint64_t (*named)(struct keyring *ring, struct str name); /* 0: none */
    bool (*check)(const struct json_doc *document, struct err *err);
} kinds[] = {
    [KEY_OP_OF_KEY] = { "key", "alice", find_key, key_named, key_check_doc },
    [KEY_OP_OF_GROUP] = { "group", "students", find_group, group_named,
                          key_group_check_doc },
};

/* ---- documents ----------------------------------------------------------- */

/* The name that it has may stay. */
static bool name_may_be_made(const struct key_change *change, struct err *err)
{
    const char *own = change->key     ? change->key->name
                      : change->group ? change->group->name
                                      : NULL;
    char text[SHOWN_MAX];
    struct str name;

    return !json_doc_get_str(change->document, "name", &name) ||
           key_name_may_be_made(name) || (own && str_eq(name, str_of(own))) ||
           REASON_SET(err, MEMBER_VALUE_INVALID, "name", KEY_NAME_NEW,
                      shown(name, text));
}

/* The database has the last word; this one has the better text. */
static bool name_is_free(const struct key_change *change,
                         const struct kind *kind, struct err *err)
{
    uint64_t own = change->key     ? change->key->id
                   : change->group ? change->group->id
                                   : 0;
    struct str name;
    uint64_t id;

    if (!json_doc_get_str(change->document, "name", &name))
        return true;
    id = kind->named(change->changes->options.ring, name);
    return id == 0 || id == own ||
           REASON_SET(err, NAME_TAKEN, kind->word, STR_ARG(name));
}

static bool says_enough(const struct key_change *change,
                        const struct kind *kind, struct err *err)
{
    if (change->op->takes == KEY_OP_TAKES_NEW)
        return json_doc_get(change->document, "name") ||
               REASON_SET(err, NAME_MISSING, kind->word, kind->example);
    return json_doc_count(change->document) > 0 ||
           REASON_SET(err, NOTHING_TO_CHANGE);
}

bool key_prepare(struct key_change *change, struct err *err)
{
    const struct key_op_row *op = change->op;
    const struct kind *kind = &kinds[op->of];

    if (op->takes != KEY_OP_TAKES_NEW && !kind->find(change, err))
        return false;
    if (op->takes != KEY_OP_TAKES_NONE &&
        (!kind->check(change->document, err) ||
         !key_check_texts(change->document, err) ||
         !says_enough(change, kind, err) || !name_may_be_made(change, err) ||
         !name_is_free(change, kind, err)))
        return false;
    return !op->prepare || op->prepare(change, err);
}
