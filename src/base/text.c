// SPDX-License-Identifier: MIT
/* Text forms of values. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/chars.h"

/* A number of so many digits and what follows it; the place after that.  A
   log line asks for this each time, and printf() takes ten times as long. */
static char *put_digits(char *out, int number, int count, char behind)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    out[count] = behind;
    return out + count + 1;
}

void text_format_time(uint64_t wall_ms, char out[TEXT_TIME_MAX])
{
    time_t seconds;
    struct tm utc;

    if (wall_ms > TEXT_TIME_LAST_MS)
        wall_ms = TEXT_TIME_LAST_MS;
    seconds = (time_t)(wall_ms / 1000);
    (void)gmtime_r(&seconds, &utc);
    out = put_digits(out, utc.tm_year + 1900, 4, '-');
    out = put_digits(out, utc.tm_mon + 1, 2, '-');
    out = put_digits(out, utc.tm_mday, 2, 'T');
    out = put_digits(out, utc.tm_hour, 2, ':');
    out = put_digits(out, utc.tm_min, 2, ':');
    out = put_digits(out, utc.tm_sec, 2, '.');
    out = put_digits(out, (int)(wall_ms % 1000), 3, 'Z');
    *out = '\0';
}

static unsigned days_in_month(uint64_t year, uint64_t month)
{
    static const unsigned char days[] = { 31, 28, 31, 30, 31, 30,
                                          31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* `count` digits at `at`, or false. */
static bool digits(struct str s, size_t at, size_t count, uint64_t *value)
{
    return s.len >= at + count &&
           str_to_u64(str_sub(s, at, count), UINT64_MAX, value);
}

/* ".123" in front of the zone: milliseconds, and how long it was. */
static bool parse_fraction(struct str s, uint64_t *ms, size_t *used)
{
    uint64_t scale = 100;

    *ms = 0;
    *used = 0;
    if (s.len == 0 || s.at[0] != '.')
        return true;
    for (*used = 1; *used < s.len; (*used)++) {
        unsigned digit = (unsigned)(unsigned char)s.at[*used] - '0';

        if (digit > 9)
            break;
        *ms += digit * scale;
        scale /= 10;
    }
    return *used > 1;
}

/* "Z" or "+08:00", as seconds to subtract. */
static bool parse_zone(struct str s, int64_t *offset_s)
{
    uint64_t hours;
    uint64_t minutes;

    *offset_s = 0;
    if (str_ieq(s, STR("Z")))
        return true;
    if (s.len != 6 || (s.at[0] != '+' && s.at[0] != '-') || s.at[3] != ':' ||
        !digits(s, 1, 2, &hours) || !digits(s, 4, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *offset_s = (int64_t)(hours * 3600 + minutes * 60);
    if (s.at[0] == '-')
        *offset_s = -*offset_s;
    return true;
}

static bool parse_date_time(struct str s, struct tm *utc)
{
    uint64_t part[6];

    if (s.len < 19 || s.at[4] != '-' || s.at[7] != '-' ||
        (s.at[10] != 'T' && s.at[10] != 't' && s.at[10] != ' ') ||
        s.at[13] != ':' || s.at[16] != ':' || !digits(s, 0, 4, &part[0]) ||
        !digits(s, 5, 2, &part[1]) || !digits(s, 8, 2, &part[2]) ||
        !digits(s, 11, 2, &part[3]) || !digits(s, 14, 2, &part[4]) ||
        !digits(s, 17, 2, &part[5]))
        return false;
    *utc = (struct tm){ .tm_year = (int)part[0] - 1900,
                        .tm_mon = (int)part[1] - 1,
                        .tm_mday = (int)part[2],
                        .tm_hour = (int)part[3],
                        .tm_min = (int)part[4],
                        .tm_sec = (int)part[5] };
    return part[0] >= 1970 && part[1] >= 1 && part[1] <= 12 && part[2] >= 1 &&
           part[2] <= days_in_month(part[0], part[1]) && part[3] <= 23 &&
           part[4] <= 59 && part[5] <= 60;
}

bool text_parse_time(struct str s, uint64_t *wall_ms)
{
    struct tm utc;
    uint64_t fraction_ms;
    int64_t offset_s;
    int64_t seconds;
    size_t used;

    if (!parse_date_time(s, &utc) ||
        !parse_fraction(str_from(s, 19), &fraction_ms, &used) ||
        !parse_zone(str_from(s, 19 + used), &offset_s))
        return false;
    seconds = (int64_t)timegm(&utc) - offset_s;
    if (seconds < 0)
        return false;
    *wall_ms = (uint64_t)seconds * 1000 + fraction_ms;
    return *wall_ms <= TEXT_TIME_LAST_MS;
}

static const struct {
    struct str name;
    double ms;
} units[] = {
    { { "ms", 2 }, 1 },
    { { "s", 1 }, 1000 },
    { { "m", 1 }, 60000 },
    { { "h", 1 }, 3600000 },
};

/* The unit at the start of `s`, the longest name first. */
static bool take_unit(struct str *s, double *ms)
{
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (!str_starts(*s, units[i].name))
            continue;
        *ms = units[i].ms;
        *s = str_from(*s, units[i].name.len);
        return true;
    }
    return false;
}

/* Digits as one number, and what it has to be divided by: 1.5 is 15 and 10.  So
   that 1.001s stays exact. */
static bool take_number(struct str *s, double *value, double *divisor)
{
    double scale = 0;
    size_t seen = 0;

    *value = 0;
    while (s->len > 0) {
        unsigned digit = (unsigned)(unsigned char)s->at[0] - '0';

        if (s->at[0] == '.' && scale == 0) {
            scale = 1;
        } else if (digit <= 9) {
            *value = *value * 10 + digit;
            scale *= 10;
            seen++;
        } else {
            break;
        }
        *s = str_from(*s, 1);
    }
    *divisor = scale > 0 ? scale : 1;
    return seen > 0 && seen <= 15;
}

bool text_parse_duration(struct str s, uint64_t *ms)
{
    double sum = 0;

    if (str_eq(s, STR("0"))) {
        *ms = 0;
        return true;
    }
    if (s.len == 0)
        return false;
    while (s.len > 0) {
        double value;
        double divisor;
        double unit_ms;

        if (!take_number(&s, &value, &divisor) || !take_unit(&s, &unit_ms))
            return false;
        sum += value * unit_ms / divisor;
    }
    if (sum > 1e15)
        return false;
    *ms = (uint64_t)sum;
    return true;
}

static bool is_tail(struct str s, size_t at)
{
    return at < s.len && ((unsigned char)s.at[at] & 0xc0) == 0x80;
}

size_t text_utf8_len(struct str s)
{
    unsigned char first = s.len > 0 ? (unsigned char)s.at[0] : 0xff;
    unsigned char second = s.len > 1 ? (unsigned char)s.at[1] : 0;

    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return is_tail(s, 1) ? 2 : 0;
    if ((first & 0xf0) == 0xe0) {
        bool bad = (first == 0xe0 && second < 0xa0) ||
                   (first == 0xed && second > 0x9f);

        return !bad && is_tail(s, 1) && is_tail(s, 2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        bool bad = (first == 0xf0 && second < 0x90) ||
                   (first == 0xf4 && second > 0x8f);

        return !bad && is_tail(s, 1) && is_tail(s, 2) && is_tail(s, 3) ? 4 : 0;
    }
    return 0;
}

/* ---- what is not seen ---------------------------------------------------- */

uint32_t text_utf8_code(struct str letter)
{
    static const unsigned char first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t code = (unsigned char)letter.at[0] & first_bits[letter.len];

    for (size_t i = 1; i < letter.len; i++)
        code = code << 6 | ((unsigned char)letter.at[i] & 0x3f);
    return code;
}

/* Unicode's categories Cc, Cf, Zl and Zp, but for signs of scripts that are seen; and
   fillers, joiners, blanks and selectors, which print nothing. */
static bool is_unseen(uint32_t code)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        { 0x0000, 0x001f },   { 0x007f, 0x009f },   { 0x00ad, 0x00ad },
        { 0x034f, 0x034f },   { 0x061c, 0x061c },   { 0x115f, 0x1160 },
        { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },   { 0x2800, 0x2800 },
        { 0x200b, 0x200f },   { 0x3164, 0x3164 },   { 0xffa0, 0xffa0 },
        { 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0xfeff, 0xfeff },
        { 0xfff9, 0xfffb },   { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
        { 0xe0000, 0xe01ef },
    };

    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    }
    return false;
}

bool text_is_control(struct str s)
{
    size_t len = text_utf8_len(s);

    return len == 0 || is_unseen(text_utf8_code(str_sub(s, 0, len)));
}

/* ---- JSON ---------------------------------------------------------------- */

static void escape_code(struct buf *out, uint32_t code)
{
    static const char shorts[] = "b\bn\nt\tf\fr\r";

    for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
        if ((unsigned char)shorts[i + 1] == code) {
            buf_printf(out, "\\%c", shorts[i]);
            return;
        }
    }
    if (code < 0x10000)
        buf_printf(out, "\\u%04x", code);
    else
        buf_printf(out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
                   0xdc00 + (code & 0x3ff));
}

/* Up to the first that is not. */
static size_t plain_len(struct str s, bool quotes)
{
    size_t len = 0;

    while (len < s.len && s.at[len] >= 0x20 && s.at[len] < 0x7f &&
           (quotes || (s.at[len] != '"' && s.at[len] != '\\')))
        len++;
    return len;
}

/* A letter of which nothing is known yet; returns its length. */
static size_t escape_letter(struct buf *out, struct str s)
{
    struct str letter = str_sub(s, 0, text_utf8_len(s));

    if (letter.len == 0)
        buf_add(out, STR("\xef\xbf\xbd"));
    else if (is_unseen(text_utf8_code(letter)))
        escape_code(out, text_utf8_code(letter));
    else if (letter.at[0] == '"' || letter.at[0] == '\\')
        buf_printf(out, "\\%c", letter.at[0]);
    else
        buf_add(out, letter);
    return letter.len ? letter.len : 1;
}

static void escape(struct buf *out, struct str s, bool quotes)
{
    while (s.len > 0) {
        size_t plain = plain_len(s, quotes);

        if (plain > 0)
            buf_add(out, str_sub(s, 0, plain));
        else
            plain = escape_letter(out, s);
        s = str_from(s, plain);
    }
}

void text_json_escape(struct buf *out, struct str s)
{
    escape(out, s, false);
}

void text_json_show(struct buf *out, struct str json)
{
    escape(out, json, true);
}

void text_html_escape(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (strchr("<>&\"'", s.at[i]))
            buf_printf(out, "&#%d;", s.at[i]);
        else
            buf_add(out, str_sub(s, i, 1));
    }
}

bool text_is_plain_word(struct str s)
{
    static const struct chars plain = {
        { CHARS_ALNUM, ['-'] = true, ['_'] = true, ['.'] = true, ['/'] = true,
          [':'] = true, ['@'] = true, ['+'] = true, ['%'] = true, ['?'] = true,
          ['&'] = true, ['='] = true }
    };

    return s.len > 0 && chars_has_all(&plain, s);
}

static bool decode(struct buf *out, struct str s, char plus)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i] == '+' ? plus : s.at[i];

        if (c == '%') {
            int high = s.len - i > 2 ? chars_hex_value(s.at[i + 1]) : -1;
            int low = s.len - i > 2 ? chars_hex_value(s.at[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (!buf_append(out, (struct str){ &c, 1 }))
            return false;
    }
    return true;
}

bool text_url_decode(struct buf *out, struct str s)
{
    return decode(out, s, ' ');
}

bool text_percent_decode(struct buf *out, struct str s)
{
    return decode(out, s, '+');
}

void text_url_encode(struct buf *out, struct str s)
{
    static const struct chars unreserved = {
        { CHARS_ALNUM, ['-'] = true, ['_'] = true, ['.'] = true, ['~'] = true }
    };

    for (size_t i = 0; i < s.len; i++) {
        if (chars_has(&unreserved, s.at[i]))
            buf_add(out, str_sub(s, i, 1));
        else
            buf_printf(out, "%%%02X", (unsigned char)s.at[i]);
    }
}

void text_copy(char *out, size_t size, struct str s)
{
    size_t len = s.len < size ? s.len : size - 1;

    memcpy(out, s.at, len);
    out[len] = '\0';
}

void text_hex(const unsigned char *bytes, size_t len, char *out)
{
    static const char digit[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digit[bytes[i] >> 4];
        out[2 * i + 1] = digit[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

void text_make_printable(char *text)
{
    struct str rest = str_of(text);

    while (rest.len > 0) {
        size_t len = text_utf8_len(rest);

        if (len > 0 && text_is_control(rest)) {
            *text++ = '?';
        } else {
            len = len > 0 ? len : 1;
            memmove(text, rest.at, len);
            text += len;
        }
        rest = str_from(rest, len);
    }
    *text = '\0';
}
