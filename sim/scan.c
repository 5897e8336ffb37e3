// SPDX-License-Identifier: MIT
/* Skipping through JSON by its quotes and brackets.  Pure. */
#include "sim/scan.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct str *s)
{
    size_t i = 0;

    while (i < s->len && is_space(s->at[i]))
        i++;
    *s = str_from(*s, i);
}

static bool is_escaped(struct str s, size_t at)
{
    size_t slashes = 0;

    while (slashes < at && s.at[at - 1 - slashes] == '\\')
        slashes++;
    return slashes % 2 == 1;
}

/* Length of the string at the start, quotes included. */
static size_t string_len(struct str s)
{
    size_t at = 1;

    while (at < s.len) {
        const char *quote = memchr(s.at + at, '"', s.len - at);

        if (!quote)
            return s.len;
        at = (size_t)(quote - s.at);
        if (!is_escaped(s, at))
            return at + 1;
        at++;
    }
    return s.len;
}

/* Length of the object or array at the start. */
static size_t nested_len(struct str s)
{
    size_t depth = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];

        if (c == '"')
            i += string_len(str_from(s, i)) - 1;
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return i + 1;
    }
    return s.len;
}

static size_t plain_len(struct str s)
{
    size_t i = 0;

    while (i < s.len && s.at[i] != ',' && s.at[i] != '}' && !is_space(s.at[i]))
        i++;
    return i;
}

static size_t value_len(struct str s)
{
    if (s.len == 0)
        return 0;
    if (s.at[0] == '"')
        return string_len(s);
    if (s.at[0] == '{' || s.at[0] == '[')
        return nested_len(s);
    return plain_len(s);
}

bool scan_begin(struct scan *scan, struct str json)
{
    skip_space(&json);
    if (json.len == 0 || json.at[0] != '{')
        return false;
    scan->rest = str_from(json, 1);
    return true;
}

static bool take(struct str *rest, char c)
{
    skip_space(rest);
    if (rest->len == 0 || rest->at[0] != c)
        return false;
    *rest = str_from(*rest, 1);
    return true;
}

bool scan_string(struct str value, struct str *inside)
{
    if (value.len < 2 || value.at[0] != '"' || value.at[value.len - 1] != '"')
        return false;
    *inside = str_sub(value, 1, value.len - 2);
    return true;
}

bool scan_next(struct scan *scan, struct str *name, struct str *value)
{
    size_t len;

    (void)take(&scan->rest, ',');
    skip_space(&scan->rest);
    if (scan->rest.len == 0 || scan->rest.at[0] != '"')
        return false;
    len = string_len(scan->rest);
    if (!scan_string(str_sub(scan->rest, 0, len), name))
        return false;
    scan->rest = str_from(scan->rest, len);
    if (!take(&scan->rest, ':'))
        return false;
    skip_space(&scan->rest);
    *value = str_sub(scan->rest, 0, value_len(scan->rest));
    scan->rest = str_from(scan->rest, value->len);
    return value->len > 0;
}
