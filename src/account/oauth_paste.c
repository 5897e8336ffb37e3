// SPDX-License-Identifier: MIT
/* What people paste after signing in: CODE, CODE#STATE, or the callback URL, as
   browsers, chats and terminals mangle them. */
#include "account/oauth.h"

#include <string.h>

#include "base/chars.h"
#include "base/reason.h"
#include "base/text.h"

#define PASTE_MAX 8192

/* Characters beyond ASCII that programs put around what is copied: quotes of many
   languages, spaces, line ends and invisible marks.  (Dashes are left: who typed
   one for '-' must be told.) */
static const struct {
    uint32_t first;
    uint32_t last;
} noise[] = {
    { 0x80, 0xa0 },     { 0xab, 0xad },     { 0xbb, 0xbb },
    { 0x2000, 0x200f }, { 0x2018, 0x201f }, { 0x2028, 0x202f },
    { 0x2039, 0x203a }, { 0x2060, 0x2060 }, { 0x3000, 0x3000 },
    { 0x300c, 0x300f }, { 0xfeff, 0xfeff }, { 0xff02, 0xff02 },
    { 0xff07, 0xff07 },
};

/* The character of a well-formed sequence of `len` bytes. */
static uint32_t code_point(struct str text, size_t len)
{
    unsigned char first = (unsigned char)text.at[0];
    uint32_t point = len == 1 ? first : first & (0x7fu >> len);

    for (size_t i = 1; i < len; i++)
        point = point << 6 | ((unsigned char)text.at[i] & 0x3f);
    return point;
}

static bool is_noise(uint32_t point)
{
    if (point <= ' ' || point == '"' || point == '\'' || point == '`' ||
        point == '<' || point == '>')
        return true;
    for (size_t i = 0; i < COUNT_OF(noise); i++) {
        if (point >= noise[i].first && point <= noise[i].last)
            return true;
    }
    return false;
}

/* Noise stands around a paste, and in it where a line was wrapped, and means
   nothing. */
static struct str clean(struct arena *arena, struct str pasted)
{
    char *out = arena_alloc(arena, pasted.len + 1);
    size_t len = 0;

    while (pasted.len > 0) {
        size_t size = text_utf8_len(pasted);
        size_t step = size > 0 ? size : 1;

        if (size == 0 || !is_noise(code_point(pasted, size))) {
            memcpy(out + len, pasted.at, step);
            len += step;
        }
        pasted = str_from(pasted, step);
    }
    return (struct str){ out, len };
}

/* A callback URL that was copied out of another link is percent-encoded.  What is
   no such encoding stays as it is, and is refused further on. */
static struct str decode(struct arena *arena, struct str text)
{
    struct buf out;

    if (!str_contains(text, STR("%")))
        return text;
    buf_init(&out, text.len + 1);
    if (text_url_decode(&out, text))
        text = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return text;
}

/* Up to what may follow a value ("&amp;" too), without a slash at its end. */
static struct str leading_value(struct str text)
{
    size_t len = 0;

    while (len < text.len && !memchr("&#;?", text.at[len], 4))
        len++;
    while (len > 0 && text.at[len - 1] == '/')
        len--;
    return str_sub(text, 0, len);
}

/* The value of "name=" at the start or behind '?', '&', '#' or "&amp;". */
static struct str parameter(struct str text, struct str name)
{
    for (size_t i = 0; i + name.len < text.len; i++) {
        bool starts = i == 0 || memchr("?&#;", text.at[i - 1], 4);

        if (starts && str_starts(str_from(text, i), name) &&
            text.at[i + name.len] == '=')
            return leading_value(str_from(text, i + name.len + 1));
    }
    return STR_EMPTY;
}

static bool is_word(struct str text)
{
    static const struct chars usual = {
        { CHARS_ALNUM, ['_'] = true, ['-'] = true }
    };

    return chars_has_all(&usual, text);
}

static bool is_url(struct str text)
{
    return str_istarts(text, STR("http://")) ||
           str_istarts(text, STR("https://"));
}

/* "CODE", "CODE#STATE", "CODE&state=STATE". */
static void split_code(struct str text, struct str *code, struct str *state)
{
    size_t hash = str_index(text, '#');

    *code = leading_value(text);
    *state = parameter(text, STR("state"));
    if (state->len == 0 && hash < text.len)
        *state = leading_value(str_from(text, hash + 1));
}

/* False: nothing in it is a code. */
static bool split(struct str text, struct str *code, struct str *state)
{
    if (is_url(text) || parameter(text, STR("code")).len > 0) {
        *code = parameter(text, STR("code"));
        *state = parameter(text, STR("state"));
    } else {
        split_code(text, code, state);
    }
    return code->len > 0 && is_word(*code) && is_word(*state);
}

/* What looks like a paste of the right place but holds no code. */
static bool check_kind(struct str text, struct err *err)
{
    struct str error = parameter(text, STR("error"));

    if (error.len > 0)
        return REASON_SET(err, LOGIN_PAGE_REFUSED,
                          STR_ARG(is_word(error) ? str_sub(error, 0, 60)
                                                 : STR("not shown")));
    return parameter(text, STR("code_challenge")).len == 0 ||
           REASON_SET(err, LOGIN_CODE_IS_LINK);
}

bool oauth_parse_paste(struct arena *arena, struct str pasted,
                       struct oauth_paste *paste, struct err *err)
{
    struct str given = str_trim(paste->state);
    struct str text;
    struct str state = STR_EMPTY;

    if (pasted.len > PASTE_MAX)
        return REASON_SET(err, LOGIN_CODE_TOO_LONG);
    /* Twice: a wrapped paste may be encoded, and an encoded one hold spaces. */
    text = clean(arena, decode(arena, clean(arena, pasted)));
    if (!check_kind(text, err))
        return false;
    if (!split(text, &paste->code, &state))
        return REASON_SET(err, LOGIN_CODE_MISSING);
    if (state.len > 0 && given.len > 0 && !str_eq(state, given))
        return REASON_SET(err, LOGIN_CODE_OF_OTHER);
    paste->state = given.len > 0 ? given : state;
    return true;
}
