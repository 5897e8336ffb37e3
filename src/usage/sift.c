// SPDX-License-Identifier: MIT
/* A few members out of a JSON text that passes by.  Each state has a step, which
   takes bytes or ends something (the state, an escape), so that the loop in
   sift_feed() always ends. */
#include "usage/sift.h"

#include <assert.h>

#include "usage/lexis.h"
#include "usage/sift_internal.h"

/* ---- the steps ---------------------------------------------------------- */

/* Into an object of the tree, or an array of them. */
static void enter(struct sift *sift, const struct sift_node *node, bool array)
{
    assert(sift->depth < SIFT_DEPTH_MAX);
    sift->is_array[sift->depth] = array;
    sift->path[sift->depth++] = node;
    sift->state = SIFT_AT_FIRST;
}

static void leave(struct sift *sift)
{
    const struct sift_node *node = sift->path[--sift->depth];

    if (!sift->is_array[sift->depth])
        sift->found(sift->arg, &(struct sift_found){ .id = node->id });
    sift->state = sift->depth > 0 ? SIFT_BEHIND_VALUE : SIFT_AT_END;
}

static bool in_array(const struct sift *sift)
{
    return sift->is_array[sift->depth - 1];
}

static size_t at_root(struct sift *sift, struct str bytes)
{
    if (bytes.at[0] == '{')
        enter(sift, sift->root, false);
    else
        sift->state = SIFT_IN_REST;
    return 1;
}

static bool wants(const struct sift *sift, enum sift_kind kind)
{
    return sift->member && sift->member->kind == kind;
}

static const struct sift_node *find_member(const struct sift *sift,
                                           struct str name)
{
    const struct sift_node *object = sift->path[sift->depth - 1];

    const struct sift_node *other = NULL;
    const struct sift_node *watched;

    for (size_t i = 0; i < object->inside_count; i++) {
        if (object->inside[i].name.len == 0)
            other = &object->inside[i];
        else if (str_eq(object->inside[i].name, name))
            return &object->inside[i];
    }
    if (other)
        sift->found(sift->arg,
                    &(struct sift_found){ .id = other->id, .text = name });
    watched = sift_watched(sift, name);
    return watched ? watched : other;
}

static size_t at_value(struct sift *sift, struct str bytes)
{
    char c = bytes.at[0];

    sift_begin_text(sift);
    if (wants(sift, SIFT_ANY) || (sift->announces && sift->member))
        sift->found(sift->arg, &(struct sift_found){ .id = sift->member->id,
                                                     .begins = true,
                                                     .first = c });
    if (c == '{' && wants(sift, SIFT_OBJECT)) {
        enter(sift, sift->member, false);
    } else if (c == '[' && wants(sift, SIFT_ARRAY)) {
        enter(sift, sift->member, true);
    } else if (c == '{' || c == '[') {
        nesting_open(&sift->nesting, c);
        sift->state = SIFT_IN_NESTED;
    } else if (c == '"') {
        sift->tail = wants(sift, SIFT_TAIL);
        sift->state = sift->tail || wants(sift, SIFT_TEXT) ? SIFT_IN_TEXT
                                                           : SIFT_IN_STRING;
    } else {
        sift->state = lexis_is_scalar(c) ? SIFT_IN_SCALAR : SIFT_IN_REST;
    }
    return sift->state == SIFT_IN_SCALAR ? 0 : 1;
}

static size_t at_colon(struct sift *sift, struct str bytes)
{
    sift->state = bytes.at[0] == ':' ? SIFT_AT_VALUE : SIFT_IN_REST;
    return 1;
}

/* Mostly colon and value follow at once. */
static size_t in_name(struct sift *sift, struct str bytes)
{
    struct str name;
    size_t used = sift_take_text(sift, bytes, &name);

    if (!name.at)
        return used;
    sift->member = find_member(sift, name);
    sift->state = SIFT_AT_COLON;
    if (bytes.len - used < 2 || bytes.at[used] != ':' ||
        lexis_is_space(bytes.at[used + 1]))
        return used;
    return used + 1 + at_value(sift, str_from(bytes, used + 1));
}

/* Objects in an array of the tree are looked into, the rest is stepped over. */
static size_t at_element(struct sift *sift, struct str bytes)
{
    const struct sift_node *node = sift->path[sift->depth - 1];

    if (bytes.at[0] == '{') {
        enter(sift, node, false);
        return 1;
    }
    sift->member = NULL;
    return at_value(sift, bytes);
}

/* Behind a comma. */
static size_t at_name(struct sift *sift, struct str bytes)
{
    if (in_array(sift))
        return at_element(sift, bytes);
    sift_begin_text(sift);
    sift->state = bytes.at[0] == '"' ? SIFT_IN_NAME : SIFT_IN_REST;
    return 1;
}

/* Behind the opening bracket. */
static size_t at_first(struct sift *sift, struct str bytes)
{
    if (bytes.at[0] != (in_array(sift) ? ']' : '}'))
        return at_name(sift, bytes);
    leave(sift);
    return 1;
}

static size_t behind_value(struct sift *sift, struct str bytes)
{
    if (bytes.at[0] == (in_array(sift) ? ']' : '}'))
        leave(sift);
    else
        sift->state = bytes.at[0] == ',' ? SIFT_AT_NAME : SIFT_IN_REST;
    return 1;
}

static size_t in_text(struct sift *sift, struct str bytes)
{
    struct sift_found found = { .id = sift->member->id };
    size_t used = sift_take_text(sift, bytes, &found.text);

    if (!found.text.at)
        return used;
    sift->state = SIFT_BEHIND_VALUE;
    if (sift_is_tellable(found.text))
        sift->found(sift->arg, &found);
    return used;
}

/* A number is complete when something else comes. */
static size_t in_scalar(struct sift *sift, struct str bytes)
{
    struct sift_found found = { 0 };
    size_t at = 0;

    while (at < bytes.len && lexis_is_scalar(bytes.at[at]))
        at++;
    sift_add_part(sift, str_sub(bytes, 0, at));
    if (at == bytes.len)
        return at;
    sift->state = SIFT_BEHIND_VALUE;
    if (wants(sift, SIFT_NUMBER) &&
        sift_count_of(sift_text_of(sift), &found.number)) {
        found.id = sift->member->id;
        sift->found(sift->arg, &found);
    }
    return at;
}

static size_t at_end(struct sift *sift, struct str bytes)
{
    sift->state = SIFT_IN_REST;
    return bytes.len;
}

static size_t in_rest(struct sift *sift, struct str bytes)
{
    (void)sift;
    return bytes.len;
}

/* ---- all of them -------------------------------------------------------- */

void sift_init(struct sift *sift, const struct sift_node *root, sift_fn found,
               void *arg)
{
    assert(root->kind == SIFT_OBJECT);
    sift->root = root;
    sift->found = found;
    sift->arg = arg;
    sift->watched_count = 0;
    sift->watched_lens = 0;
    sift->announces = false;
    sift_restart(sift);
}

void sift_watch(struct sift *sift, const struct sift_node *nodes, size_t count)
{
    sift->watched = nodes;
    sift->watched_count = count;
    sift->watched_lens = 0;
    for (size_t i = 0; i < count; i++) {
        assert(nodes[i].kind == SIFT_TEXT || nodes[i].kind == SIFT_ANY);
        assert(nodes[i].name.len <= SIFT_WATCHED_MAX);
        sift->watched_lens |= UINT32_C(1) << nodes[i].name.len;
    }
}

void sift_announce(struct sift *sift)
{
    sift->announces = true;
}

void sift_restart(struct sift *sift)
{
    sift->depth = 0;
    sift->nesting.depth = 0;
    sift->escape = 0;
    sift->state = SIFT_AT_ROOT;
}

/* `spaced`: white space in front does not matter. */
static const struct {
    size_t (*take)(struct sift *, struct str);
    bool spaced;
} steps[] = {
    [SIFT_AT_ROOT] = { at_root, true },
    [SIFT_AT_FIRST] = { at_first, true },
    [SIFT_AT_NAME] = { at_name, true },
    [SIFT_BEHIND_VALUE] = { behind_value, true },
    [SIFT_IN_NAME] = { in_name, false },
    [SIFT_AT_COLON] = { at_colon, true },
    [SIFT_AT_VALUE] = { at_value, true },
    [SIFT_IN_TEXT] = { in_text, false },
    [SIFT_IN_SCALAR] = { in_scalar, false },
    [SIFT_IN_NESTED] = { sift_in_nested, false },
    [SIFT_IN_STRING] = { sift_in_string, false },
    [SIFT_IN_WORD] = { sift_in_word, false },
    [SIFT_BEHIND_WORD] = { sift_behind_word, true },
    [SIFT_AT_WORD_VALUE] = { sift_at_word_value, true },
    [SIFT_AT_END] = { at_end, true },
    [SIFT_IN_REST] = { in_rest, false },
};

void sift_feed(struct sift *sift, struct str bytes)
{
    size_t at = 0;

    while (at < bytes.len) {
        if (steps[sift->state].spaced) {
            while (at < bytes.len && lexis_is_space(bytes.at[at]))
                at++;
            if (at == bytes.len)
                break;
        }
        at += steps[sift->state].take(sift, (struct str){ bytes.at + at,
                                                          bytes.len - at });
    }
}

bool sift_is_whole(const struct sift *sift)
{
    return sift->state == SIFT_AT_END;
}

bool sift_is_faulty(const struct sift *sift)
{
    return sift->state == SIFT_IN_REST;
}
