// SPDX-License-Identifier: MIT
/* What people paste after signing in: CODE, CODE#STATE, or the callback URL, as
   browsers, chats and terminals mangle them. */
#include "account/oauth.h"

#define PASTE_MAX 8192

static bool is_code_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/* Spaces, line breaks and quotes stand around a paste, in it where a line was
   wrapped, and mean nothing.  (Curly quotes are UTF-8: E2 80 98 to 9F.) */
static size_t noise_at(struct str text, size_t i)
{
    unsigned char c = (unsigned char)text.at[i];

    if (c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>')
        return 1;
    if (text.len - i >= 3 && c == 0xe2 &&
        (unsigned char)text.at[i + 1] == 0x80 &&
        (unsigned char)text.at[i + 2] >= 0x80)
        return 3;
    return text.len - i >= 2 && c == 0xc2 &&
                   (unsigned char)text.at[i + 1] == 0xa0
               ? 2
               : 0;
}

static struct str clean(struct arena *arena, struct str pasted)
{
    char *out = arena_alloc(arena, pasted.len + 1);
    size_t len = 0;
    size_t i = 0;

    while (i < pasted.len) {
        size_t noise = noise_at(pasted, i);

        if (noise == 0)
            out[len++] = pasted.at[i++];
        i += noise;
    }
    return (struct str){ out, len };
}

/* The leading part made of code characters. */
static struct str leading_word(struct str text)
{
    size_t len = 0;

    while (len < text.len && is_code_char(text.at[len]))
        len++;
    return str_sub(text, 0, len);
}

/* The value of "name=" at the start or behind '?', '&' or '#'. */
static struct str parameter(struct str text, struct str name)
{
    for (size_t i = 0; i + name.len < text.len; i++) {
        bool starts = i == 0 || text.at[i - 1] == '?' ||
                      text.at[i - 1] == '&' || text.at[i - 1] == '#';

        if (starts && str_starts(str_from(text, i), name) &&
            text.at[i + name.len] == '=')
            return leading_word(str_from(text, i + name.len + 1));
    }
    return STR_EMPTY;
}

static bool is_url(struct str text)
{
    return str_istarts(text, STR("http://")) ||
           str_istarts(text, STR("https://"));
}

/* "CODE", "CODE#STATE", "CODE&...". */
static bool split_code(struct str text, struct str *code, struct str *state)
{
    struct str rest;

    *code = leading_word(text);
    rest = str_from(text, code->len);
    if (rest.len > 0 && rest.at[0] != '#' && rest.at[0] != '&')
        return false;
    *state = leading_word(str_from(rest, 1));
    if (rest.len > 0 && rest.at[0] == '&')
        *state = parameter(rest, STR("state"));
    return true;
}

static bool split(struct str text, struct str *code, struct str *state)
{
    if (!is_url(text) && !str_contains(text, STR("code=")))
        return split_code(text, code, state);
    *code = parameter(text, STR("code"));
    *state = parameter(text, STR("state"));
    return true;
}

bool oauth_parse_paste(struct arena *arena, struct str pasted,
                       struct oauth_paste *paste, struct err *err)
{
    struct str given = str_trim(paste->state);
    struct str text;
    struct str state = STR_EMPTY;

    if (pasted.len > PASTE_MAX)
        return err_set(err, ERR_BAD_REQUEST,
                       "authorization_code is far too long for a code");
    text = clean(arena, pasted);
    if (parameter(text, STR("error")).len > 0)
        return err_set(err, ERR_BAD_REQUEST,
                       "the sign-in page reported an error instead of a code "
                       "(" STR_FMT "): open the link again and allow access",
                       STR_ARG(str_sub(parameter(text, STR("error")), 0, 60)));
    if (!split(text, &paste->code, &state) || paste->code.len == 0)
        return err_set(err, ERR_BAD_REQUEST,
                       "authorization_code holds no code: paste what the "
                       "sign-in page shows (CODE#STATE), or the whole address "
                       "it led to");
    if (state.len > 0 && given.len > 0 && !str_eq(state, given))
        return err_set(err, ERR_BAD_REQUEST,
                       "the state in authorization_code is not the state that "
                       "was given beside it: this code belongs to another "
                       "sign-in");
    paste->state = given.len > 0 ? given : state;
    return true;
}
