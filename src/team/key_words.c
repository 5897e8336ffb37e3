// SPDX-License-Identifier: MIT
/* The words that members of a key are made of. */
#include "team/key_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/glyph.h"
#include "base/reason.h"
#include "base/text.h"
#include "base/token.h"
#include "base/visible.h"

/* Spaces that look like the usual one, and selectors of a variant: a name with one
   looks like another. */
static const struct {
    const char *first;
    const char *last;
    bool in_lines; /* there it does no harm */
} look_alikes[] = {
    { "\xc2\xa0", "\xc2\xa0", false },         /* no-break space */
    { "\xe1\x9a\x80", "\xe1\x9a\x80", false }, /* one of Ogham */
    { "\xe2\x80\x80", "\xe2\x80\x8a", false }, /* spaces of all widths */
    { "\xe2\x80\xaf", "\xe2\x80\xaf", false }, /* and two more */
    { "\xe2\x81\x9f", "\xe2\x81\x9f", false },
    { "\xe3\x80\x80", "\xe3\x80\x80", true },  /* that of Chinese texts */
    { "\xef\xb8\x80", "\xef\xb8\x8f", false }, /* variation selectors */
};

static bool looks_alike(struct str letter, bool lines)
{
    for (size_t i = 0; i < COUNT_OF(look_alikes); i++) {
        if (strlen(look_alikes[i].first) == letter.len &&
            memcmp(letter.at, look_alikes[i].first, letter.len) >= 0 &&
            memcmp(letter.at, look_alikes[i].last, letter.len) <= 0)
            return !lines || !look_alikes[i].in_lines;
    }
    return false;
}

bool key_words_are_visible(struct str text, bool lines)
{
    if (!visible_is_all(text, lines))
        return false;
    while (text.len > 0) {
        struct str letter = glyph_first(text).bytes;

        if (looks_alike(letter, lines))
            return false;
        text = str_from(text, letter.len);
    }
    return true;
}

static bool is_number(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    }
    return true;
}

bool key_name_is_valid(struct str name)
{
    return name.len >= 1 && name.len <= KEY_NAME_MAX && name.at[0] != '.' &&
           name.at[0] != ' ' && name.at[name.len - 1] != ' ' &&
           key_words_are_visible(name, false) && !is_number(name) &&
           str_index(name, '/') == name.len &&
           str_index(name, '\\') == name.len && !str_starts(name, STR("cr_")) &&
           !token_is_in(name);
}

bool key_name_may_be_made(struct str name)
{
    return key_name_is_valid(name) && name.at[0] != '-';
}

static const struct {
    const char *name;
    enum key_call call;
} calls[] = {
    { "messages", KEY_MESSAGES },
    { "batches", KEY_BATCHES },
    { "files", KEY_FILES },
    { "other", KEY_OTHER },
};

bool key_call_find(struct str name, enum key_call *call)
{
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (str_eq(name, str_of(calls[i].name))) {
            *call = calls[i].call;
            return true;
        }
    }
    return false;
}

const char *key_call_name(enum key_call call)
{
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (calls[i].call == call)
            return calls[i].name;
    }
    return "nothing";
}

/* Most are, and a start reads those of all keys: fast. */
static bool is_whole(double number)
{
    return number >= 1 && !((double)(uint64_t)number < number);
}

/* A number of JSON as the decimal text that was meant: six decimals are enough, and
   the nearest double tells whether there were more. */
static bool decimal_of(double number, char out[LIMIT_TEXT_MAX])
{
    size_t len;

    if (!(number >= 0 && number < 1e15))
        return false;
    if (is_whole(number)) {
        (void)snprintf(out, LIMIT_TEXT_MAX, "%llu", (unsigned long long)number);
        return true;
    }
    (void)snprintf(out, LIMIT_TEXT_MAX, "%.6f", number);
    if (strtod(out, NULL) < number || strtod(out, NULL) > number)
        return false;
    len = strlen(out);
    while (out[len - 1] == '0')
        len--;
    if (out[len - 1] == '.')
        len--;
    out[len] = '\0';
    return true;
}

bool key_limit_value(enum limit limit, const struct json_doc *value,
                     uint64_t *out, struct err *err)
{
    char decimal[LIMIT_TEXT_MAX];
    double number;
    struct str text;

    if (json_doc_as_number(value, &number)) {
        if (!decimal_of(number, decimal))
            return REASON_SET(err, LIMIT_TOO_LARGE, limit_kinds[limit].name);
        return limit_parse(limit, str_of(decimal), out, err);
    }
    if (!json_doc_as_str(value, &text))
        return REASON_SET(err, LIMIT_NOT_NUMBER, limit_kinds[limit].name);
    return limit_parse(limit, text, out, err);
}

/* ---- expires ------------------------------------------------------------- */

/* "2026-12-31". */
static bool parse_day(struct str text, struct key_expiry_text *out)
{
    char moment[32];
    uint64_t part[3];
    uint64_t ms;

    if (text.len != 10 || !str_to_u64(str_sub(text, 0, 4), 9999, &part[0]) ||
        !str_to_u64(str_sub(text, 5, 2), 12, &part[1]) ||
        !str_to_u64(str_sub(text, 8, 2), 31, &part[2]))
        return false;
    /* Whether that month has that day is known there. */
    (void)snprintf(moment, sizeof(moment), STR_FMT "T00:00:00Z", STR_ARG(text));
    if (!text_parse_time(str_of(moment), &ms))
        return false;
    *out = (struct key_expiry_text){ .kind = KEY_EXPIRES_DAY,
                                     .year = (unsigned)part[0],
                                     .month = (unsigned)part[1],
                                     .day = (unsigned)part[2] };
    return true;
}

/* "30d after first use", and for short "30d". */
static bool parse_days_after(struct str text, struct key_expiry_text *out)
{
    struct str end = STR("d after first use");
    uint64_t days;

    if (text.len > end.len && str_eq(str_from(text, text.len - end.len), end))
        text.len -= end.len;
    else if (text.len > 1 && text.at[text.len - 1] == 'd')
        text.len--;
    else
        return false;
    if (!str_to_u64(text, KEY_EXPIRES_DAYS_MAX, &days) || days == 0)
        return false;
    *out = (struct key_expiry_text){ .kind = KEY_EXPIRES_AFTER,
                                     .ms = days * 86400000 };
    return true;
}

bool key_expiry_parse(struct str text, struct key_expiry_text *out)
{
    if (parse_day(text, out) || parse_days_after(text, out))
        return true;
    *out = (struct key_expiry_text){ .kind = KEY_EXPIRES_TIME };
    return text_parse_time(text, &out->ms);
}
