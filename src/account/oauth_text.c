// SPDX-License-Identifier: MIT
/* Seeing through the encodings of an answer. */
#include "account/oauth_text.h"

#define WIDE 2 /* bytes of a character of UTF-16 */

enum order { NOT_WIDE, LITTLE, BIG };

/* A text of JSON begins with an ASCII character, and no JSON text holds a NUL. */
static enum order order_of(struct str body)
{
    if (body.len < 2 * WIDE)
        return NOT_WIDE;
    if (str_starts(body, STR("\xff\xfe")))
        return LITTLE;
    if (str_starts(body, STR("\xfe\xff")))
        return BIG;
    if (body.at[0] && !body.at[1] && body.at[2] && !body.at[3])
        return LITTLE;
    return !body.at[0] && body.at[1] && !body.at[2] && body.at[3] ? BIG
                                                                  : NOT_WIDE;
}

static void add_wide(struct buf *out, const char *pair, enum order order)
{
    char high = order == BIG ? pair[0] : pair[1];
    char low = order == BIG ? pair[1] : pair[0];

    if (high || (low & 0x80))
        low = '?';
    buf_add(out, (struct str){ &low, 1 });
}

struct str oauth_text_plain(struct str body, struct buf *out)
{
    enum order order = order_of(body);

    buf_init_secret(out, body.len / WIDE);
    if (order == NOT_WIDE)
        return body;
    for (size_t i = 0; i + WIDE <= body.len; i += WIDE)
        add_wide(out, body.at + i, order);
    return buf_str(out);
}

/* The character that an escape of an inner text stands for: only those that JSON
   itself needs matter. */
static size_t add_escaped(struct buf *out, struct str rest)
{
    if (str_istarts(rest, STR("u0022"))) {
        buf_add(out, STR("\""));
        return 5;
    }
    if (str_istarts(rest, STR("u005c"))) {
        buf_add(out, STR("\\"));
        return 5;
    }
    if (rest.at[0] == 'n' || rest.at[0] == 'r' || rest.at[0] == 't')
        buf_add(out, STR(" "));
    else if (rest.at[0] == 'u')
        buf_add(out, STR("\\u"));
    else
        buf_add(out, str_sub(rest, 0, 1));
    return 1;
}

bool oauth_text_unwrap(struct str body, struct buf *out)
{
    size_t at = 0;

    if (!str_contains(body, STR("token\\")))
        return false;
    while (at < body.len) {
        if (body.at[at] == '\\' && at + 1 < body.len) {
            at += 1 + add_escaped(out, str_from(body, at + 1));
        } else {
            buf_add(out, str_sub(body, at, 1));
            at++;
        }
    }
    return true;
}
