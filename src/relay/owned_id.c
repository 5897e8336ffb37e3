// SPDX-License-Identifier: MIT
/* What ids look like. */
#include "relay/owned_id.h"

#include "base/chars.h"
#include "base/macros.h"

/* Ids that begin so are those of what stands below that name, which has no others.  Of
   other names (agents, sessions, and what comes next) nothing is known. */
static const struct kind {
    struct str name;
    struct str word;
} kinds[] = {
    { { "batches", 7 }, { "msgbatch", 8 } },
    { { "files", 5 }, { "file", 4 } },
    { { "skills", 6 }, { "skill", 5 } },
    { { "skills", 6 }, { "skillver", 8 } }, /* /v1/skills/ID/versions */
};

static struct str word_of(struct str id)
{
    return str_sub(id, 0, str_index(id, '_'));
}

static size_t len_of_end(struct str text)
{
    static const struct chars alnum = { { CHARS_ALNUM } };
    size_t len = 0;

    while (len < text.len && chars_has(&alnum, text.at[text.len - 1 - len]))
        len++;
    return len;
}

/* An id of a known kind is told by its word: a simulator's ids may be short. */
static size_t len_min_of(struct str text)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (str_eq(kinds[i].word, word_of(text)))
            return 1;
    }
    return OWNED_ID_LEN_MIN;
}

/* The words in front may be several. */
bool owned_id_is(struct str text)
{
    static const struct chars words = { { CHARS_ALNUM, ['_'] = true } };

    return len_of_end(text) >= len_min_of(text) &&
           chars_has_all(&words, text) && str_index(text, '_') > 0 &&
           str_index(text, '_') < text.len;
}

static bool has_segment(struct str path, struct str name)
{
    struct str segment;

    while (str_next(&path, '/', &segment)) {
        if (str_eq(segment, name))
            return true;
    }
    return false;
}

bool owned_id_is_of(struct str path, struct str id)
{
    bool known = false;

    if (!owned_id_is(id) || str_index(path, '%') < path.len)
        return false;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        bool is_word = str_eq(kinds[i].word, word_of(id));
        bool is_below = has_segment(path, kinds[i].name);

        if (is_word && is_below)
            return true;
        known |= is_word || is_below;
    }
    return !known;
}

bool owned_id_is_file(struct str id)
{
    return owned_id_is(id) && str_eq(word_of(id), STR("file"));
}
