// SPDX-License-Identifier: MIT
/* The texts that a sift looks at, unescaped as they come. */
#include <string.h>

#include "usage/lexis.h"
#include "usage/sift_internal.h"

void sift_begin_text(struct sift *sift)
{
    sift->len = 0;
    sift->spoilt = false;
    sift->tail = false;
}

/* For the part, or its end: what came long before goes.  More than a byte of it at a
   time, so that long texts cost no more than others. */
static struct str make_room(struct sift *sift, struct str part)
{
    size_t keep = SIFT_TAIL_MIN;

    if (part.len > SIFT_TEXT_MAX)
        part = str_from(part, part.len - SIFT_TEXT_MAX);
    if (keep > SIFT_TEXT_MAX - part.len)
        keep = SIFT_TEXT_MAX - part.len;
    if (keep > sift->len)
        keep = sift->len;
    memmove(sift->text, sift->text + sift->len - keep, keep);
    sift->len = keep;
    return part;
}

void sift_add_part(struct sift *sift, struct str part)
{
    if (part.len > SIFT_TEXT_MAX - sift->len) {
        sift->spoilt |= !sift->tail;
        if (sift->spoilt)
            return;
        part = make_room(sift, part);
    }
    memcpy(sift->text + sift->len, part.at, part.len);
    sift->len += part.len;
}

static void add_char(struct sift *sift, char c)
{
    sift_add_part(sift, (struct str){ &c, 1 });
}

bool sift_is_tellable(struct str text)
{
    return text.len > 0 && !memchr(text.at, 0, text.len);
}

struct str sift_text_of(const struct sift *sift)
{
    return sift->spoilt ? STR_EMPTY : (struct str){ sift->text, sift->len };
}

/* The first byte behind a backslash: 2 to 5 wait for the digits of \u. */
static void add_short_escape(struct sift *sift, char c)
{
    static const char written[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const char *hit = memchr(written, c, sizeof(written) - 1);

    sift->escape = c == 'u' ? 2 : 0;
    sift->code = 0;
    if (hit)
        add_char(sift, meant[hit - written]);
    else if (c != 'u')
        sift->spoilt = true;
}

/* How many bytes that took.  What is no digit ends the escape and is looked at
   again: it may be the closing quote. */
static size_t add_hex_digit(struct sift *sift, char c)
{
    unsigned digit = lexis_hex_value(c);

    if (digit > 15) {
        sift->spoilt = true;
        sift->escape = 0;
        return 0;
    }
    sift->code = sift->code * 16 + digit;
    sift->escape = sift->escape == 5 ? 0 : sift->escape + 1;
    if (sift->escape != 0)
        return 1;
    if (sift->code == 0 || sift->code > 127)
        sift->spoilt = true;
    else
        add_char(sift, (char)sift->code);
    return 1;
}

/* No further than it matters: a text with many escapes is looked at once. */
static size_t plain_run(struct str bytes)
{
    struct str near = str_sub(bytes, 0, SIFT_TEXT_MAX + 1);

    return str_index(str_sub(near, 0, str_index(near, '"')), '\\');
}

/* Mostly a text stands in the bytes as it is meant, to its end. */
static bool stands_whole(const struct sift *sift, struct str bytes, size_t *end)
{
    if (sift->escape != 0 || sift->len > 0 || sift->spoilt)
        return false;
    if (lexis_plain_end(bytes, 0, end))
        return true;
    *end = plain_run(bytes);
    return *end <= SIFT_TEXT_MAX && *end < bytes.len && bytes.at[*end] == '"';
}

size_t sift_take_text(struct sift *sift, struct str bytes, struct str *text)
{
    char c = bytes.at[0];
    size_t run = 0;

    *text = (struct str){ NULL, 0 };
    if (stands_whole(sift, bytes, &run)) {
        *text = str_sub(bytes, 0, run);
        return run + 1;
    }
    run = sift->escape == 0 ? plain_run(bytes) : 0;
    if (run > 0) {
        sift_add_part(sift, str_sub(bytes, 0, run));
        return run;
    }
    if (sift->escape > 1)
        return add_hex_digit(sift, c);
    if (sift->escape == 1)
        add_short_escape(sift, c);
    else if (c == '\\')
        sift->escape = 1;
    else
        *text = sift_text_of(sift);
    return 1;
}

/* ---- numbers ------------------------------------------------------------ */

#define EXPONENT_MAX 99

/* How far the point moves to the right; none: 0. */
static bool exponent_of(struct str text, int *exponent)
{
    bool left = str_starts(text, STR("-"));
    uint64_t number = 0;

    if (left || str_starts(text, STR("+")))
        text = str_from(text, 1);
    if (!str_to_u64(text, EXPONENT_MAX, &number))
        return false;
    *exponent = left ? -(int)number : (int)number;
    return true;
}

/* Behind it there is no digit but 0. */
static bool add_digit(uint64_t *count, char digit, bool behind_point)
{
    uint64_t value = (uint64_t)digit - '0';

    if (value > 9 || (behind_point && value > 0))
        return false;
    if (behind_point)
        return true;
    if (*count > (INT64_MAX - value) / 10)
        return false;
    *count = *count * 10 + value;
    return true;
}

/* Digits with a point among them, and an exponent. */
static bool take_number(struct str digits, int exponent, uint64_t *count)
{
    size_t point = str_index(digits, '.');
    struct str fraction = str_from(digits, point + 1);
    int behind = (int)point + exponent;
    int at = 0;

    if (point == 0 || (point < digits.len && fraction.len == 0))
        return false;
    *count = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (i != point && !add_digit(count, digits.at[i], at++ >= behind))
            return false;
    }
    while (at++ < behind) {
        if (!add_digit(count, '0', false))
            return false;
    }
    return true;
}

bool sift_count_of(struct str text, uint64_t *count)
{
    size_t end = 0;
    int exponent = 0;

    if (str_to_u64(text, INT64_MAX, count))
        return true;
    while (end < text.len && text.at[end] != 'e' && text.at[end] != 'E')
        end++;
    if (end < text.len && !exponent_of(str_from(text, end + 1), &exponent))
        return false;
    return take_number(str_sub(text, 0, end), exponent, count);
}
