// SPDX-License-Identifier: MIT
/* Commands inside texts.  How they begin is set once, before threads start, and only
   read afterwards. */
#include "base/shell.h"

#include "base/chars.h"
#include "base/text.h"

#define MARK STR("`claude-relay")

/* What a byte becomes at most. */
#define QUOTED_MAX 22

static char set_start[SHELL_START_MAX];

/* Between single quotes; a backquote stands for itself there, but would end the
   command in a text that has it in backquotes. */
static void add_byte(struct buf *out, struct str byte)
{
    if (byte.at[0] == '\'')
        buf_add(out, STR("'\\''"));
    else if (byte.at[0] == '`')
        buf_add(out, STR("'\"$(printf '\\140')\"'"));
    else
        buf_add(out, byte);
}

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
        add_byte(out, str_sub(word, i, 1));
    buf_add(out, STR("'"));
}

void shell_quote(struct str word, char out[SHELL_WORD_MAX])
{
    struct buf quoted;

    buf_init(&quoted, QUOTED_MAX * word.len + 2);
    shell_add_quoted(&quoted, word);
    text_copy(out, SHELL_WORD_MAX, buf_str(&quoted));
    buf_done(&quoted);
}

void shell_name(struct str name, char out[SHELL_WORD_MAX])
{
    struct str mark = str_starts(name, STR("-")) ? STR("-- ") : STR_EMPTY;
    char word[SHELL_WORD_MAX];

    shell_quote(name, word);
    text_copy(out, SHELL_WORD_MAX, mark);
    text_copy(out + mark.len, SHELL_WORD_MAX - mark.len, str_of(word));
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

/* Answers and log lines in JSON have to be. */
static bool is_utf8(struct str text)
{
    size_t len = 1;

    while (text.len > 0 && len > 0) {
        len = text_utf8_len(text);
        text = str_from(text, len);
    }
    return text.len == 0;
}

void shell_set_start(struct str start)
{
    bool fits = start.len < sizeof(set_start) && is_utf8(start);

    text_copy(set_start, sizeof(set_start), fits ? start : STR_EMPTY);
}

struct str shell_start(void)
{
    return *set_start ? str_of(set_start) : str_from(MARK, 1);
}

void shell_fill(struct buf *out, struct str text)
{
    if (*set_start)
        shell_add_text(out, text, str_of(set_start));
    else
        buf_add(out, text);
}
