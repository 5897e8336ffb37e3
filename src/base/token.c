// SPDX-License-Identifier: MIT
/* Keys and tokens in a text. */
#include "base/token.h"

#include <string.h>

#include "base/chars.h"

#define RELAY_KEY_START STR("cr_")
#define RELAY_KEY_REST 43 /* characters of base64url */
#define ANTHROPIC_START STR("sk-ant-")

/* The character at the beginning of `*text`, which is not empty, unescaped; `*text`
   moves on behind it.  %2563 is %63, escaped. */
static char take(struct str *text)
{
    struct str rest = str_from(*text, 1);
    char c = text->at[0];

    *text = rest;
    if (c != '%')
        return c;
    while (rest.len > 3 && rest.at[0] == '2' && rest.at[1] == '5')
        rest = str_from(rest, 2);
    if (rest.len < 2 || chars_hex_value(rest.at[0]) < 0 ||
        chars_hex_value(rest.at[1]) < 0)
        return c;
    *text = str_from(rest, 2);
    return (char)(chars_hex_value(rest.at[0]) * 16 +
                  chars_hex_value(rest.at[1]));
}

void token_unescape(struct buf *out, struct str text)
{
    while (text.len > 0) {
        char c = take(&text);

        buf_add(out, (struct str){ &c, 1 });
    }
}

/* Does `*text` begin so?  It moves on as far as it does. */
static bool take_start(struct str *text, struct str start)
{
    for (size_t i = 0; i < start.len; i++) {
        if (text->len == 0 || take(text) != start.at[i])
            return false;
    }
    return true;
}

static bool begins_with_relay_key(struct str text)
{
    static const struct chars base64url = {
        { CHARS_ALNUM, ['-'] = true, ['_'] = true }
    };

    if (!take_start(&text, RELAY_KEY_START))
        return false;
    for (size_t i = 0; i < RELAY_KEY_REST; i++) {
        if (text.len == 0 || !chars_has(&base64url, take(&text)))
            return false;
    }
    return true;
}

static bool begins_with_anthropics(struct str text)
{
    return take_start(&text, ANTHROPIC_START);
}

/* Most texts have neither an escape nor the beginning, and that is told fast. */
static bool may_have(struct str text, struct str start)
{
    return text.len >= start.len &&
           (memchr(text.at, '%', text.len) || str_contains(text, start));
}

bool token_holds_relay_key(struct str text)
{
    if (text.len < RELAY_KEY_START.len + RELAY_KEY_REST ||
        !may_have(text, RELAY_KEY_START))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (begins_with_relay_key(str_from(text, i)))
            return true;
    }
    return false;
}

/* The secret may have what looks like an escape. */
static bool begins_with(struct str text, struct str secret)
{
    while (secret.len > 0) {
        if (text.len == 0 || take(&text) != take(&secret))
            return false;
    }
    return true;
}

/* Behind the last character that may begin an escape.  What begins behind that holds
   none. */
static size_t escapes_end(struct str text)
{
    size_t end = text.len;

    while (end > 0 && text.at[end - 1] != '%')
        end--;
    return end;
}

bool token_holds(struct str text, struct str secret)
{
    if (secret.len == 0 || text.len < secret.len)
        return false;
    if (str_contains(text, secret))
        return true;
    for (size_t i = 0, end = escapes_end(text); i < end; i++) {
        if (begins_with(str_from(text, i), secret))
            return true;
    }
    return false;
}

bool token_is_in(struct str text)
{
    if (token_holds_relay_key(text))
        return true;
    if (!may_have(text, ANTHROPIC_START))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (begins_with_anthropics(str_from(text, i)))
            return true;
    }
    return false;
}
