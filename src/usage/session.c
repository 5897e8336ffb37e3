// SPDX-License-Identifier: MIT
/* The session of a request. */
#include "usage/session.h"

#include "base/chars.h"

#define WORD STR("session_")

static const struct chars of_ids = {
    { CHARS_ALNUM, ['-'] = true, ['_'] = true }
};

/* Behind that character and the spaces in front of it; empty if it is another. */
static struct str behind(struct str text, char c)
{
    while (text.len > 0 && text.at[0] == ' ')
        text = str_from(text, 1);
    return text.len > 0 && text.at[0] == c ? str_from(text, 1) : STR_EMPTY;
}

/* Where the last one begins that the word stands in front of. */
static struct str behind_word(struct str text)
{
    struct str word = WORD;

    for (size_t at = text.len; at-- > 0;) {
        if (str_starts(str_from(text, at), word))
            return str_from(text, at + word.len);
    }
    return STR_EMPTY;
}

struct str session_of_user(struct str user_id)
{
    struct str id = behind_word(user_id);
    size_t len = 0;

    if (str_starts(id, STR("id\"")))
        id = behind(behind(str_from(id, 3), ':'), '"');
    while (len < id.len && chars_has(&of_ids, id.at[len]))
        len++;
    return len <= SESSION_MAX ? str_sub(id, 0, len) : STR_EMPTY;
}
