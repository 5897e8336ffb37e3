// SPDX-License-Identifier: MIT
/* Values in messages. */
#include "base/shown.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/chars.h"
#include "base/macros.h"
#include "base/token.h"
#include "base/visible.h"

#define TEXT_SHOWN_MAX 150
/* Our keys and those of others are longer; words that people write are not. */
#define KEY_MIN 20
/* What is longer and no path is no word. */
#define WORD_MAX 64
#define TIME_MAX 40

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

/* Words, numbers and lists of them.  A '=' may stand in front of a secret, a '?' and
   a space too, an '@' behind one. */
static bool has_usual_chars(struct str text, const char *also)
{
    static const struct chars usual = {
        { CHARS_ALNUM, ['.'] = true, ['_'] = true, ['-'] = true, ['/'] = true,
          [','] = true }
    };

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        if (!chars_has(&usual, c) && (!c || !strchr(also, c)))
            return false;
    }
    return true;
}

/* People give folders names of all kinds; none of these is behind a password's
   name, or in front of a password. */
static bool is_a_path(struct str text)
{
    static const char *const starts[] = { "/", "./", "../", "~/" };

    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        if (str_starts(text, str_of(starts[i])))
            return str_index(text, '=') == text.len &&
                   str_index(text, ':') == text.len &&
                   str_index(text, '?') == text.len;
    }
    return false;
}

static struct str without_query(struct str url)
{
    return str_sub(url, 0, str_index(url, '?'));
}

static bool is_harmless_word(struct str text)
{
    text = str_trim(text); /* spaces at the ends are what may be wrong */
    return (text.len <= WORD_MAX || str_index(text, '/') < text.len) &&
           has_usual_chars(text, "");
}

static bool holds_no_secret(struct str text)
{
    return !str_contains(text, STR("@")) && !token_is_in(text) &&
           !looks_like_a_key(text);
}

bool shown_is_harmless(struct str text)
{
    if (!holds_no_secret(text))
        return false;
    if (has_scheme(text))
        return is_a_place(text) &&
               has_usual_chars(without_query(text), ":[]%~+");
    return is_a_path(text) || is_harmless_word(text);
}

bool shown_is_harmless_host(struct str text)
{
    if (str_index(text, '/') < text.len)
        return shown_is_harmless(text);
    return holds_no_secret(text) && is_a_place(str_trim(text)) &&
           has_usual_chars(str_trim(text), ":[]%");
}

/* A longer word than a person writes is none. */
#define PART_MAX 16
/* Longer parts of a name are of one kind. */
#define MIXED_MAX 4

static bool is_a_step(struct str part)
{
    size_t small = 0;

    for (size_t i = 0; i < part.len; i++)
        small += part.at[i] >= 'a' && part.at[i] <= 'z';
    return part.len <= MIXED_MAX || (part.len <= PART_MAX && small == part.len);
}

/* Words, as in /v1/messages; a webhook's path is its secret, which may be one word. */
static bool is_a_plain_way(struct str path)
{
    size_t steps = 0;
    size_t longest = 0;
    struct str part;

    while (str_next(&path, '/', &part)) {
        if (!is_a_step(part))
            return false;
        steps += part.len > 0;
        longest = part.len > longest ? part.len : longest;
    }
    return steps != 1 || longest <= MIXED_MAX;
}

/* In front of the path, unless that can be no secret, or behind the query's '?'. */
static size_t end_of_place(struct str url)
{
    size_t start = url.len - behind_scheme(url).len;
    size_t query = str_index(url, '?');
    size_t slash = start + str_index(str_from(url, start), '/');

    return slash < query && !is_a_plain_way(str_sub(url, slash, query - slash))
               ? slash + 1
               : query + 1;
}

static const char *cut(struct str text, size_t end, char out[SHOWN_MAX])
{
    bool whole = end >= text.len && text.len <= TEXT_SHOWN_MAX;

    text = str_sub(text, 0, end);
    (void)snprintf(out, SHOWN_MAX, STR_FMT "%s",
                   STR_ARG(str_sub(text, 0, TEXT_SHOWN_MAX)),
                   whole ? "" : "...");
    return out;
}

static const char *show(bool harmless, struct str text, char out[SHOWN_MAX])
{
    size_t end = text.len;

    if (!harmless)
        return cut(STR(SHOWN_HIDDEN), sizeof(SHOWN_HIDDEN), out);
    if (has_scheme(text))
        end = end_of_place(text);
    return cut(text, end, out);
}

static bool is_between_digits(struct str text, size_t at)
{
    return at > 0 && at + 1 < text.len && is_digit(text.at[at - 1]) &&
           is_digit(text.at[at + 1]);
}

/* A time or a distance, "2026-11-29 08:00+01:00": ' ' and ':' stand between digits
   only, else they may be in front of a secret. */
static bool is_a_time(struct str text)
{
    size_t at = 0;

    if (text.len > TIME_MAX || !holds_no_secret(text))
        return false;
    while (at < text.len) {
        char c = text.at[at];

        if (c == ':' || c == ' ' ? !is_between_digits(text, at)
                                 : !has_usual_chars(str_sub(text, at, 1), "+%"))
            return false;
        at++;
    }
    return true;
}

const char *shown(struct str text, char out[SHOWN_MAX])
{
    return show(shown_is_harmless(text) || is_a_time(str_trim(text)), text,
                out);
}

const char *shown_host(struct str text, char out[SHOWN_MAX])
{
    return show(shown_is_harmless_host(text), text, out);
}

const char *shown_address(struct str text, char out[SHOWN_MAX])
{
    if (!has_scheme(text) || !shown_is_harmless(text))
        return shown_host(text, out);
    return cut(text, str_index(text, '?') + 1, out);
}

static bool is_part_of_name(struct str part)
{
    size_t digits = 0;

    for (size_t i = 0; i < part.len; i++)
        digits += is_digit(part.at[i]);
    return digits == 0 || digits == part.len || part.len <= MIXED_MAX;
}

static bool is_a_name(struct str text)
{
    static const struct chars usual = { { CHARS_ALNUM } };
    size_t from = 0;

    if (text.len > WORD_MAX || token_is_in(text))
        return false;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && chars_has(&usual, text.at[i]))
            continue;
        if (i < text.len && (!text.at[i] || !strchr("._-:", text.at[i])))
            return false;
        if (i - from > PART_MAX ||
            !is_part_of_name(str_sub(text, from, i - from)))
            return false;
        from = i + 1;
    }
    return true;
}

const char *shown_name(struct str text, char out[SHOWN_MAX])
{
    return show(is_a_name(text), text, out);
}

const char *shown_open(struct str text, char out[SHOWN_MAX])
{
    struct buf cleaned;
    bool whole;

    if (token_is_in(text))
        return show(false, text, out);
    buf_init(&cleaned, TEXT_SHOWN_MAX);
    whole = visible_add(&cleaned, text, '?', TEXT_SHOWN_MAX);
    (void)snprintf(out, SHOWN_MAX, STR_FMT "%s", STR_ARG(buf_str(&cleaned)),
                   whole ? "" : "...");
    buf_done(&cleaned);
    return out;
}

const char *shown_argument(struct str text, char out[SHOWN_MAX])
{
    size_t equals = str_index(text, '=');
    struct str name = str_sub(text, 0, equals);

    if (!str_starts(text, STR("--")) || equals == text.len ||
        !shown_is_harmless(name))
        return shown_host(text, out);
    (void)snprintf(out, SHOWN_MAX, STR_FMT "=...",
                   STR_ARG(str_sub(name, 0, TEXT_SHOWN_MAX)));
    return out;
}

/* Spaces are usual there; what begins otherwise may be anything. */
const char *shown_agent(struct str text, char out[SHOWN_MAX])
{
    struct str first = str_sub(text, 0, str_index(text, ' '));
    bool names = str_index(first, '/') > 0 && str_index(first, '/') < first.len;

    if (first.len == text.len && is_a_name(text))
        return show(text.len > 0, text, out);
    return show(names && holds_no_secret(text) &&
                    has_usual_chars(text, " ();+"),
                text, out);
}

/* ---- paths of requests -------------------------------------------------- */

static bool is_hidden(struct str text, struct str secret)
{
    return token_is_in(text) || token_holds(text, secret);
}

struct str shown_request_path(struct arena *arena, struct str path,
                              struct str secret)
{
    struct buf out;
    struct str part;

    if (!is_hidden(path, secret))
        return path;
    buf_init(&out, 4 * path.len + sizeof(SHOWN_HIDDEN));
    while (path.len > 0) {
        size_t end = str_index(path, '/');

        part = str_sub(path, 0, end);
        buf_add(&out, is_hidden(part, secret) ? STR(SHOWN_HIDDEN) : part);
        buf_add(&out, str_sub(path, end, 1));
        path = str_from(path, end + 1);
    }
    path = token_holds(buf_str(&out), secret) ? STR("/" SHOWN_HIDDEN)
                                              : arena_str(arena, buf_str(&out));
    buf_done(&out);
    return path;
}
