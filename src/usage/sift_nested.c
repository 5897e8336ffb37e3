// SPDX-License-Identifier: MIT
/* What a sift steps over: brackets are counted, strings are jumped over.  Names that are
   watched are told by their length and letters, or, should one be escaped, read slowly;
   both must end at the same byte. */
#include <string.h>

#include "usage/lexis.h"
#include "usage/sift_internal.h"

/* A letter is at most six bytes when escaped: longer texts are no watched name. */
#define WORD_MAX (6 * SIFT_WATCHED_MAX)

const struct sift_node *sift_watched(const struct sift *sift, struct str name)
{
    if (name.len > SIFT_WATCHED_MAX || !(sift->watched_lens >> name.len & 1))
        return NULL;
    for (size_t i = 0; i < sift->watched_count; i++) {
        const struct sift_node *node = &sift->watched[i];

        if (node->name.at[0] == name.at[0] && str_eq(node->name, name))
            return node;
    }
    return NULL;
}

static size_t step_into(struct sift *sift, enum sift_state state, size_t used)
{
    sift->state = state;
    return used;
}

/* A string whose end is not here yet, from behind its opening quote. */
static size_t begin_string(struct sift *sift, struct str bytes, size_t at)
{
    sift->member = NULL;
    if (sift->watched_count > 0 && bytes.len - at <= WORD_MAX) {
        sift_begin_text(sift);
        return step_into(sift, SIFT_IN_WORD, at);
    }
    sift->escape = lexis_is_escaped(bytes, bytes.len, at);
    return step_into(sift, SIFT_IN_STRING, bytes.len);
}

/* May a name end in front of that? */
static bool may_follow_name(struct str bytes, size_t at)
{
    return at == bytes.len || bytes.at[at] == ':' ||
           lexis_is_space(bytes.at[at]);
}

/* Behind a watched name: mostly its text follows at once, and whole. */
static size_t take_value(struct sift *sift, struct str bytes, size_t at)
{
    size_t from = at + 1;
    size_t end;

    while (from < bytes.len && lexis_is_space(bytes.at[from]))
        from++;
    sift->state = SIFT_BEHIND_WORD;
    if (sift->member->kind != SIFT_TEXT || from >= bytes.len ||
        bytes.at[at] != ':' || bytes.at[from++] != '"' ||
        !lexis_plain_end(bytes, from, &end) ||
        !sift_is_tellable(str_sub(bytes, from, end - from)))
        return at;
    sift->state = SIFT_IN_NESTED;
    sift->found(sift->arg, &(struct sift_found){
                               .id = sift->member->id,
                               .text = str_sub(bytes, from, end - from) });
    return end + 1;
}

/* A string begins there, behind its quote. */
static size_t step_over_string(struct sift *sift, struct str bytes, size_t at)
{
    bool plain;
    size_t end = lexis_string_end(bytes, at, &plain);

    if (end == bytes.len)
        return begin_string(sift, bytes, at);
    if (sift->watched_count == 0 || end - at > WORD_MAX ||
        !may_follow_name(bytes, end + 1))
        return end + 1;
    if (!plain && memchr(bytes.at + at, '\\', end - at)) {
        sift->member = NULL;
        sift_begin_text(sift);
        return step_into(sift, SIFT_IN_WORD, at);
    }
    sift->member = sift_watched(sift, str_sub(bytes, at, end - at));
    return sift->member ? take_value(sift, bytes, end + 1) : end + 1;
}

size_t sift_in_nested(struct sift *sift, struct str bytes)
{
    size_t at = lexis_structure(bytes, 0);

    while (at < bytes.len) {
        char c = bytes.at[at++];

        if (c == '"') {
            at = step_over_string(sift, bytes, at);
            if (sift->state != SIFT_IN_NESTED)
                return at;
        } else if (c == '{' || c == '[') {
            nesting_open(&sift->nesting, c);
        } else if (!nesting_close(&sift->nesting, c)) {
            return step_into(sift, SIFT_IN_REST, at);
        } else if (sift->nesting.depth == 0) {
            return step_into(sift, SIFT_BEHIND_VALUE, at);
        }
        at = lexis_structure(bytes, at);
    }
    return at;
}

/* Its first byte may be escaped by the last one of the piece before. */
size_t sift_in_string(struct sift *sift, struct str bytes)
{
    size_t from = sift->escape;
    size_t end = lexis_quote(bytes, from, from);

    if (end == bytes.len) {
        sift->escape = lexis_is_escaped(bytes, end, from);
        return end;
    }
    sift->escape = 0;
    sift->state = sift->nesting.depth > 0 ? SIFT_IN_NESTED : SIFT_BEHIND_VALUE;
    return end + 1;
}

static void end_word(struct sift *sift, struct str text)
{
    sift->state = SIFT_IN_NESTED;
    if (!sift->member) {
        sift->member = sift_watched(sift, text);
        if (sift->member)
            sift->state = SIFT_BEHIND_WORD;
    } else if (sift_is_tellable(text)) {
        sift->found(sift->arg, &(struct sift_found){ .id = sift->member->id,
                                                     .text = text });
    }
}

/* A name that may be watched, or (with a member) a watched value. */
size_t sift_in_word(struct sift *sift, struct str bytes)
{
    struct str text;
    size_t used = sift_take_text(sift, bytes, &text);

    if (text.at)
        end_word(sift, text);
    else if (sift->spoilt && sift->escape <= 1)
        sift->state = SIFT_IN_STRING;
    return used;
}

size_t sift_behind_word(struct sift *sift, struct str bytes)
{
    if (bytes.at[0] == ':')
        return step_into(sift, SIFT_AT_WORD_VALUE, 1);
    return step_into(sift, SIFT_IN_NESTED, 0);
}

size_t sift_at_word_value(struct sift *sift, struct str bytes)
{
    char c = bytes.at[0];

    if (sift->member->kind == SIFT_ANY)
        sift->found(sift->arg, &(struct sift_found){ .id = sift->member->id,
                                                     .begins = true,
                                                     .first = c });
    else if (c == '"') {
        sift_begin_text(sift);
        return step_into(sift, SIFT_IN_WORD, 1);
    }
    return step_into(sift, SIFT_IN_NESTED, 0);
}
