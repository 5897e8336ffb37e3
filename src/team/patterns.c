// SPDX-License-Identifier: MIT
/* Glob patterns, in one block of memory a list. */
#include "team/patterns.h"

#include <string.h>

#include "base/mem.h"
#include "base/reason.h"

static bool same(char a, char b)
{
    return a == b || (str_may_be_same(a, b) && str_same_letters(&a, &b, 1));
}

/* What a `?` takes: one character, be it several bytes. */
static size_t step_of(struct str text, size_t at)
{
    size_t next = at + 1;

    while (next < text.len && ((unsigned char)text.at[next] & 0xc0) == 0x80)
        next++;
    return next - at;
}

/* A mismatch goes back to the last `*` only, and lets it take one character more: what
   an earlier one takes cannot matter any more. */
bool pattern_matches(struct str pattern, struct str text)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = SIZE_MAX;
    size_t taken = 0;

    while (t < text.len) {
        if (p < pattern.len && pattern.at[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.len && pattern.at[p] == '?') {
            t += step_of(text, t);
            p++;
        } else if (p < pattern.len && same(pattern.at[p], text.at[t])) {
            t++;
            p++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            taken += step_of(text, taken);
            t = taken;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.at[p] == '*')
        p++;
    return p == pattern.len;
}

static bool is_printable(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return false;
    }
    return true;
}

bool patterns_check(const struct json_doc *list, const char *member,
                    struct err *err)
{
    size_t count = json_doc_count(list);
    struct str text;

    if (!json_doc_is_array(list) || count < 1 || count > PATTERNS_MAX)
        return REASON_SET(err, PATTERNS_COUNT, member, PATTERNS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!json_doc_as_str(json_doc_at(list, i), &text) || text.len < 1 ||
            text.len > PATTERN_MAX || !is_printable(text))
            return REASON_SET(err, PATTERN_INVALID, member, i, PATTERN_MAX);
    }
    return true;
}

struct patterns *patterns_new(const struct json_doc *list)
{
    size_t count = json_doc_count(list);
    size_t bytes = 0;
    struct str text;
    struct patterns *patterns;
    char *to;

    if (count == 0)
        return NULL;
    for (size_t i = 0; i < count; i++)
        bytes += json_doc_as_str(json_doc_at(list, i), &text) ? text.len : 0;
    patterns =
        mem_alloc(sizeof(*patterns) + count * sizeof(struct str) + bytes);
    patterns->count = 0;
    patterns->at = (struct str *)(void *)(patterns + 1);
    to = (char *)(patterns->at + count);
    for (size_t i = 0; i < count; i++) {
        if (!json_doc_as_str(json_doc_at(list, i), &text))
            continue;
        memcpy(to, text.at, text.len);
        patterns->at[patterns->count++] = (struct str){ to, text.len };
        to += text.len;
    }
    return patterns;
}

void patterns_free(struct patterns *patterns)
{
    mem_free(patterns);
}

bool patterns_match(const struct patterns *patterns, struct str text)
{
    for (size_t i = 0; patterns && i < patterns->count; i++) {
        if (pattern_matches(patterns->at[i], text))
            return true;
    }
    return false;
}
