// SPDX-License-Identifier: MIT
/* Commands inside texts. */
#include "base/shell.h"

#include "base/chars.h"
#include "base/text.h"

#define MARK STR("`claude-relay")

static bool is_plain(struct str word)
{
    static const struct chars plain = {
        { CHARS_ALNUM, ['_'] = true, ['-'] = true, ['.'] = true, ['/'] = true,
          [':'] = true, ['@'] = true, ['+'] = true, [','] = true }
    };

    return word.len > 0 && chars_has_all(&plain, word);
}

void shell_add_quoted(struct buf *out, struct str word)
{
    if (is_plain(word)) {
        buf_add(out, word);
        return;
    }
    buf_add(out, STR("'"));
    for (size_t i = 0; i < word.len; i++)
        buf_add(out, word.at[i] == '\'' ? STR("'\\''") : str_sub(word, i, 1));
    buf_add(out, STR("'"));
}

void shell_quote(struct str word, char out[SHELL_WORD_MAX])
{
    struct buf quoted;

    buf_init(&quoted, 4 * word.len + 2);
    shell_add_quoted(&quoted, word);
    text_copy(out, SHELL_WORD_MAX, buf_str(&quoted));
    buf_done(&quoted);
}

/* Does the name of a command end here? */
static bool begins_command(struct str text)
{
    struct str rest = str_from(text, MARK.len);

    return str_starts(text, MARK) && rest.len > 0 &&
           (rest.at[0] == ' ' || rest.at[0] == '`');
}

void shell_add_text(struct buf *out, struct str text, struct str start)
{
    while (text.len > 0) {
        size_t tick = str_index(text, '`');

        buf_add(out, str_sub(text, 0, tick));
        text = str_from(text, tick);
        if (begins_command(text)) {
            buf_add(out, STR("`"));
            buf_add(out, start);
            text = str_from(text, MARK.len);
        } else {
            buf_add(out, str_sub(text, 0, 1));
            text = str_from(text, 1);
        }
    }
}
