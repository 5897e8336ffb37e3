// SPDX-License-Identifier: MIT
/* Views of text. */
#include "base/str.h"

struct str str_of(const char *text)
{
    return text ? (struct str){ text, strlen(text) } : STR_EMPTY;
}

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

bool str_same_letters(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i] &&
            lower((unsigned char)a[i]) != lower((unsigned char)b[i]))
            return false;
    }
    return true;
}

bool str_contains(struct str s, struct str needle)
{
    return needle.len == 0 ||
           (s.len > 0 && memmem(s.at, s.len, needle.at, needle.len) != NULL);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

struct str str_trim(struct str s)
{
    while (s.len > 0 && is_space(s.at[0]))
        s = str_from(s, 1);
    while (s.len > 0 && is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

bool str_next(struct str *rest, char separator, struct str *field)
{
    size_t end;

    if (rest->len == 0)
        return false;
    end = str_index(*rest, separator);
    *field = str_sub(*rest, 0, end);
    *rest = str_from(*rest, end + 1);
    return true;
}

bool str_to_u64(struct str s, uint64_t max, uint64_t *value)
{
    uint64_t sum = 0;

    if (s.len == 0 || s.len > 20)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        uint64_t digit = (uint64_t)(unsigned char)s.at[i] - '0';

        if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return sum <= max;
}
