// SPDX-License-Identifier: MIT
/* Values in messages. */
#include "base/shown.h"

#include <stdio.h>
#include <string.h>

#include "base/chars.h"

#define TEXT_SHOWN_MAX 150
/* Our keys and those of others are longer; words that people write are not. */
#define KEY_MIN 20

static struct str behind_scheme(struct str text)
{
    for (size_t i = 0; i + 2 < text.len; i++) {
        if (memcmp(text.at + i, "://", 3) == 0)
            return str_from(text, i + 3);
    }
    return text;
}

static bool has_scheme(struct str text)
{
    return behind_scheme(text).at != text.at;
}

/* ---- keys --------------------------------------------------------------- */

static bool is_of_a_key(char c)
{
    static const struct chars usual = {
        { CHARS_ALNUM, ['-'] = true, ['_'] = true, ['+'] = true, ['='] = true }
    };

    return chars_has(&usual, c);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A long run of letters and digits, both of them.  URLs may have such parts. */
static bool looks_like_a_key(struct str text)
{
    size_t run = 0;
    size_t digits = 0;

    if (has_scheme(text))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool inside = is_of_a_key(text.at[i]);

        run = inside ? run + 1 : 0;
        digits = inside ? digits + is_digit(text.at[i]) : 0;
        if (run >= KEY_MIN && digits > 0 && digits < run)
            return true;
    }
    return false;
}

/* ---- hosts -------------------------------------------------------------- */

static bool has_only(struct str text, const char *set)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!text.at[i] || !strchr(set, text.at[i]))
            return false;
    }
    return true;
}

/* HOST, HOST:DIGITS, or an IPv6 address; anything else behind a ':' may be a
   password. */
static bool is_a_place(struct str text)
{
    struct str place = behind_scheme(text);
    size_t colon;

    for (size_t i = 0; i < place.len; i++) {
        if (memchr("/?#", place.at[i], 3))
            place.len = i;
    }
    if (place.len > 0 && place.at[0] == '[')
        place = str_from(place, str_index(place, ']'));
    else if (str_contains(place, STR("::")) &&
             has_only(place, "0123456789abcdefABCDEF:."))
        return true;
    colon = str_index(place, ':');
    return has_only(str_from(place, colon + 1), "0123456789-");
}

/* ---- both --------------------------------------------------------------- */

bool shown_is_harmless(struct str text)
{
    return !str_contains(text, STR("@")) &&
           !str_contains(text, STR("sk-ant-")) && !looks_like_a_key(text) &&
           (!has_scheme(text) || is_a_place(text));
}

bool shown_is_harmless_host(struct str text)
{
    return shown_is_harmless(text) && is_a_place(text);
}

static const char *show(bool harmless, struct str text, char out[SHOWN_MAX])
{
    const char *end = "";

    if (!harmless)
        text = STR("(not shown)");
    if (text.len > TEXT_SHOWN_MAX)
        end = "...";
    text = str_sub(text, 0, TEXT_SHOWN_MAX);
    if (has_scheme(text) && str_index(text, '?') < text.len) {
        text = str_sub(text, 0, str_index(text, '?'));
        end = "?...";
    }
    (void)snprintf(out, SHOWN_MAX, STR_FMT "%s", STR_ARG(text), end);
    return out;
}

const char *shown(struct str text, char out[SHOWN_MAX])
{
    return show(shown_is_harmless(text), text, out);
}

const char *shown_host(struct str text, char out[SHOWN_MAX])
{
    return show(shown_is_harmless_host(text), text, out);
}
