// SPDX-License-Identifier: MIT
/* A few members out of a JSON text that passes by.  Each state has a step, which
   takes bytes or ends something (the state, an escape), so that the loop in
   sift_feed() always ends. */
#include "usage/sift.h"

#include <assert.h>
#include <string.h>

#include "usage/lexis.h"

/* ---- texts that are looked at ------------------------------------------- */

static void begin_text(struct sift *sift)
{
    sift->len = 0;
    sift->spoilt = false;
}

static void add_part(struct sift *sift, struct str part)
{
    if (part.len > SIFT_TEXT_MAX - sift->len) {
        sift->spoilt = true;
        return;
    }
    memcpy(sift->text + sift->len, part.at, part.len);
    sift->len += part.len;
}

static void add_char(struct sift *sift, char c)
{
    add_part(sift, (struct str){ &c, 1 });
}

static struct str text_of(const struct sift *sift)
{
    return sift->spoilt ? STR_EMPTY : (struct str){ sift->text, sift->len };
}

/* The first byte behind a backslash: 2 to 5 wait for the digits of \u. */
static void add_short_escape(struct sift *sift, char c)
{
    static const char written[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const char *hit = memchr(written, c, sizeof(written) - 1);

    sift->escape = c == 'u' ? 2 : 0;
    sift->code = 0;
    if (hit)
        add_char(sift, meant[hit - written]);
    else if (c != 'u')
        sift->spoilt = true;
}

/* How many bytes that took.  What is no digit ends the escape and is looked at
   again: it may be the closing quote. */
static size_t add_hex_digit(struct sift *sift, char c)
{
    unsigned digit = lexis_hex_value(c);

    if (digit > 15) {
        sift->spoilt = true;
        sift->escape = 0;
        return 0;
    }
    sift->code = sift->code * 16 + digit;
    sift->escape = sift->escape == 5 ? 0 : sift->escape + 1;
    if (sift->escape != 0)
        return 1;
    if (sift->code == 0 || sift->code > 127)
        sift->spoilt = true;
    else
        add_char(sift, (char)sift->code);
    return 1;
}

/* No further than it matters: a text with many escapes is looked at once. */
static size_t plain_run(struct str bytes)
{
    struct str near = str_sub(bytes, 0, SIFT_TEXT_MAX + 1);

    return str_index(str_sub(near, 0, str_index(near, '"')), '\\');
}

/* Mostly a text stands in the bytes as it is meant, to its end. */
static bool stands_whole(const struct sift *sift, struct str bytes, size_t run)
{
    return sift->escape == 0 && sift->len == 0 && !sift->spoilt &&
           run <= SIFT_TEXT_MAX && run < bytes.len && bytes.at[run] == '"';
}

/* Some bytes, at most with the closing quote: then `text` is the whole text, until
   the next call; without an address before. */
static size_t take_text(struct sift *sift, struct str bytes, struct str *text)
{
    size_t run = sift->escape == 0 ? plain_run(bytes) : 0;
    char c = bytes.at[0];

    *text = (struct str){ NULL, 0 };
    if (stands_whole(sift, bytes, run)) {
        *text = str_sub(bytes, 0, run);
        return run + 1;
    }
    if (run > 0) {
        add_part(sift, str_sub(bytes, 0, run));
        return run;
    }
    if (sift->escape > 1)
        return add_hex_digit(sift, c);
    if (sift->escape == 1)
        add_short_escape(sift, c);
    else if (c == '\\')
        sift->escape = 1;
    else
        *text = text_of(sift);
    return 1;
}

/* ---- the steps ---------------------------------------------------------- */

static void enter_object(struct sift *sift, const struct sift_node *node)
{
    assert(sift->depth < SIFT_DEPTH_MAX);
    sift->path[sift->depth++] = node;
    sift->state = SIFT_AT_FIRST;
}

static void leave_object(struct sift *sift)
{
    const struct sift_node *node = sift->path[--sift->depth];

    sift->found(sift->arg, &(struct sift_found){ .id = node->id });
    sift->state = sift->depth > 0 ? SIFT_BEHIND_VALUE : SIFT_AT_END;
}

static size_t at_root(struct sift *sift, struct str bytes)
{
    if (bytes.at[0] == '{')
        enter_object(sift, sift->root);
    else
        sift->state = SIFT_IN_REST;
    return 1;
}

/* Behind a comma. */
static size_t at_name(struct sift *sift, struct str bytes)
{
    begin_text(sift);
    sift->state = bytes.at[0] == '"' ? SIFT_IN_NAME : SIFT_IN_REST;
    return 1;
}

/* Behind the opening bracket. */
static size_t at_first(struct sift *sift, struct str bytes)
{
    if (bytes.at[0] == '}')
        leave_object(sift);
    else
        (void)at_name(sift, bytes);
    return 1;
}

static size_t behind_value(struct sift *sift, struct str bytes)
{
    if (bytes.at[0] == '}')
        leave_object(sift);
    else
        sift->state = bytes.at[0] == ',' ? SIFT_AT_NAME : SIFT_IN_REST;
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

    for (size_t i = 0; i < object->inside_count; i++) {
        if (str_eq(object->inside[i].name, name))
            return &object->inside[i];
    }
    return NULL;
}

static size_t in_name(struct sift *sift, struct str bytes)
{
    struct str name;
    size_t used = take_text(sift, bytes, &name);

    if (!name.at)
        return used;
    sift->member = find_member(sift, name);
    sift->state = SIFT_AT_COLON;
    return used;
}

static size_t at_colon(struct sift *sift, struct str bytes)
{
    sift->state = bytes.at[0] == ':' ? SIFT_AT_VALUE : SIFT_IN_REST;
    return 1;
}

static size_t at_value(struct sift *sift, struct str bytes)
{
    char c = bytes.at[0];

    begin_text(sift);
    if (wants(sift, SIFT_ANY))
        sift->found(sift->arg, &(struct sift_found){ .id = sift->member->id,
                                                     .null = c == 'n' });
    if (c == '{' && wants(sift, SIFT_OBJECT)) {
        enter_object(sift, sift->member);
    } else if (c == '{' || c == '[') {
        nesting_open(&sift->nesting, c);
        sift->state = SIFT_IN_NESTED;
    } else if (c == '"') {
        sift->state = wants(sift, SIFT_TEXT) ? SIFT_IN_TEXT : SIFT_IN_STRING;
    } else {
        sift->state = lexis_is_scalar(c) ? SIFT_IN_SCALAR : SIFT_IN_REST;
    }
    return sift->state == SIFT_IN_SCALAR ? 0 : 1;
}

static size_t in_text(struct sift *sift, struct str bytes)
{
    struct sift_found found = { .id = sift->member->id };
    size_t used = take_text(sift, bytes, &found.text);

    if (!found.text.at)
        return used;
    sift->state = SIFT_BEHIND_VALUE;
    if (found.text.len > 0)
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
    add_part(sift, str_sub(bytes, 0, at));
    if (at == bytes.len)
        return at;
    sift->state = SIFT_BEHIND_VALUE;
    if (wants(sift, SIFT_NUMBER) &&
        str_to_u64(text_of(sift), INT64_MAX, &found.number)) {
        found.id = sift->member->id;
        sift->found(sift->arg, &found);
    }
    return at;
}

static size_t in_nested(struct sift *sift, struct str bytes)
{
    size_t at = lexis_structure(bytes, 0);
    char c;

    if (at == bytes.len)
        return at;
    c = bytes.at[at];
    if (c == '"')
        sift->state = SIFT_IN_STRING;
    else if (c == '{' || c == '[')
        nesting_open(&sift->nesting, c);
    else if (!nesting_close(&sift->nesting, c))
        sift->state = SIFT_IN_REST;
    else if (sift->nesting.depth == 0)
        sift->state = SIFT_BEHIND_VALUE;
    return at + 1;
}

/* Answers are mostly long strings: quotes are looked for with memchr(). */
static size_t in_string(struct sift *sift, struct str bytes)
{
    size_t from = sift->escape;
    size_t at = from;

    sift->escape = 0;
    while (at < bytes.len) {
        at += str_index(str_from(bytes, at), '"');
        if (!lexis_is_escaped(bytes, at, from))
            break;
        sift->escape = at == bytes.len;
        at++;
    }
    if (at >= bytes.len)
        return bytes.len;
    sift->state = sift->nesting.depth > 0 ? SIFT_IN_NESTED : SIFT_BEHIND_VALUE;
    return at + 1;
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
    sift_restart(sift);
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
    [SIFT_IN_NESTED] = { in_nested, false },
    [SIFT_IN_STRING] = { in_string, false },
    [SIFT_AT_END] = { at_end, true },
    [SIFT_IN_REST] = { in_rest, false },
};

void sift_feed(struct sift *sift, struct str bytes)
{
    size_t at = 0;

    while (at < bytes.len) {
        if (steps[sift->state].spaced && lexis_is_space(bytes.at[at]))
            at++;
        else
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
