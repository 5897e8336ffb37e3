// SPDX-License-Identifier: MIT
/* Base64. */
#include "base/base64.h"

#include <string.h>

static const char common[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/* The last two characters of the alphabet. */
static const char url_tail[] = "-_";
static const char standard_tail[] = "+/";

static char digit(unsigned value, const char *tail)
{
    return value < 62 ? common[value] : tail[value - 62];
}

static void encode(struct buf *out, const unsigned char *in, size_t len,
                   const char *tail)
{
    for (size_t i = 0; i < len; i += 3) {
        size_t some = len - i < 3 ? len - i : 3;
        unsigned word = (unsigned)in[i] << 16;
        char digits[4];

        word |= some > 1 ? (unsigned)in[i + 1] << 8 : 0;
        word |= some > 2 ? in[i + 2] : 0;
        for (unsigned k = 0; k < 4; k++)
            digits[k] = digit(word >> (18 - 6 * k) & 63, tail);
        buf_add(out, (struct str){ digits, some + 1 });
    }
}

void base64url_encode(struct buf *out, const void *bytes, size_t len)
{
    encode(out, bytes, len, url_tail);
}

void base64_encode(struct buf *out, const void *bytes, size_t len)
{
    encode(out, bytes, len, standard_tail);
    buf_add(out, str_sub(STR("=="), 0, (3 - len % 3) % 3));
}

static int value_of(char c, const char *tail)
{
    const char *at = c ? strchr(common, c) : NULL;

    if (at)
        return (int)(at - common);
    if (c == tail[0] || c == tail[1])
        return c == tail[0] ? 62 : 63;
    return -1;
}

static bool decode(struct buf *out, struct str text, const char *tail)
{
    unsigned word = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.at[i], tail);
        char byte;

        if (value < 0)
            return false;
        word = word << 6 | (unsigned)value;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        byte = (char)(word >> bits & 255);
        word &= (1u << bits) - 1;
        if (!buf_append(out, (struct str){ &byte, 1 }))
            return false;
    }
    return bits < 6 && word == 0;
}

bool base64url_decode(struct buf *out, struct str text)
{
    return decode(out, text, url_tail);
}

bool base64_decode(struct buf *out, struct str text)
{
    size_t len = str_index(text, '=');
    size_t padding = text.len - len;

    if (padding > 0 &&
        (padding > 2 || text.len % 4 != 0 ||
         !str_eq(str_from(text, len), str_sub(STR("=="), 0, padding))))
        return false;
    return decode(out, str_sub(text, 0, len), standard_tail);
}
