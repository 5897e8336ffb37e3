// SPDX-License-Identifier: MIT
/* Reading members out of a text that is JSON, or nearly. */
#include "account/oauth_members.h"

#include "account/kinds.h"
#include "base/chars.h"
#include "base/text.h"

#define SCALAR_MAX                                                             \
    100 /* of what is wanted here; a text of names alone costs little */

struct reader {
    struct str text;
    struct str name;
    struct oauth_wanted wanted;
    size_t at;
    size_t depth;
    struct str found; /* at == NULL: nothing yet */
    size_t found_depth;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_spaces(struct str text, size_t at)
{
    while (at < text.len && is_space(text.at[at]))
        at++;
    return at;
}

/* Behind the closing quote of the string that begins at `at`; 0 if it has none. */
static size_t end_of_string(struct str text, size_t at)
{
    for (at++; at < text.len; at++) {
        if (text.at[at] == '\\')
            at++;
        else if (text.at[at] == '"')
            return at + 1;
    }
    return 0;
}

static struct str value_at(struct str text, size_t at)
{
    size_t end = at;

    if (at >= text.len)
        return STR_EMPTY;
    if (text.at[at] == '"') {
        end = end_of_string(text, at);
        return end > 0 ? str_sub(text, at, end - at) : STR_EMPTY;
    }
    if (text.at[at] == '{' || text.at[at] == '[')
        return str_from(text, at);
    while (end < text.len && end - at < SCALAR_MAX && !is_space(text.at[end]) &&
           text.at[end] != ',' && text.at[end] != '}' && text.at[end] != ']')
        end++;
    return str_sub(text, at, end - at);
}

/* How many bytes spell this character at the beginning, as it is or as \u005f; or 0. */
static size_t spelt(struct str rest, char c)
{
    int high;
    int low;

    if (rest.len > 0 && rest.at[0] == c)
        return 1;
    if (rest.len < 6 || !str_starts(rest, STR("\\u00")))
        return 0;
    high = chars_hex_value(rest.at[4]);
    low = chars_hex_value(rest.at[5]);
    return high >= 0 && low >= 0 && high * 16 + low == c ? 6 : 0;
}

/* Behind the closing quote of the string that begins here, if it is the name; or 0. */
static size_t end_of_name(const struct reader *r)
{
    size_t at = r->at + 1;

    for (size_t i = 0; i < r->name.len; i++) {
        size_t len = spelt(str_from(r->text, at), r->name.at[i]);

        if (len == 0)
            return 0;
        at += len;
    }
    return at < r->text.len && r->text.at[at] == '"' ? at + 1 : 0;
}

/* At a quote: where the value of the member begins whose name this is, or 0. */
static size_t behind_name(const struct reader *r)
{
    size_t at = end_of_name(r);

    if (at == 0)
        return 0;
    at = skip_spaces(r->text, at);
    if (at >= r->text.len || r->text.at[at] != ':')
        return 0;
    return skip_spaces(r->text, at + 1);
}

static void consider(struct reader *r, struct str value)
{
    if (r->depth > (r->found.at ? r->found_depth : r->wanted.depth_max))
        return;
    if (value.len == 0 || !r->wanted.fits(value))
        return;
    r->found = value;
    r->found_depth = r->depth;
}

/* In a valid text a quote that does not begin the name ends where it should.  In a
   damaged one (a quote too many) the name itself, with quotes and colon, is where
   the reader finds its way again: within a string its quotes would be escaped. */
static void read_quote(struct reader *r, bool *quoted)
{
    size_t value = behind_name(r);

    if (value > 0) {
        consider(r, value_at(r->text, value));
        r->at = value;
        *quoted = false;
    } else {
        r->at++;
        *quoted = !*quoted;
    }
}

/* False when a whole value has ended in which something was found. */
static bool read_bracket(struct reader *r)
{
    char c = r->text.at[r->at++];

    if (c == '{' || c == '[')
        r->depth++;
    else if (r->depth > 0)
        r->depth--;
    return r->depth > 0 || !r->found.at;
}

static bool is_bracket(char c)
{
    return c == '{' || c == '}' || c == '[' || c == ']';
}

/* One byte, or what belongs together; false when there is no more to look for. */
static bool step(struct reader *r, bool *quoted)
{
    char c = r->text.at[r->at];

    if (c == '"')
        read_quote(r, quoted);
    else if (*quoted && c == '\\')
        r->at += 2;
    else if (!*quoted && is_bracket(c))
        return read_bracket(r);
    else
        r->at++;
    return true;
}

bool oauth_member(struct str text, struct oauth_wanted wanted,
                  struct str *value)
{
    struct reader r = { .text = text,
                        .name = str_of(wanted.name),
                        .wanted = wanted };
    bool quoted = false;
    bool more = true;

    while (more && r.at < text.len)
        more = step(&r, &quoted);
    if (r.found.at)
        *value = r.found;
    return r.found.at != NULL;
}

/* ---- strings ------------------------------------------------------------ */

/* Four hex digits as UTF-8; half of a surrogate pair, and what is none, as U+FFFD. */
static bool add_code(struct buf *out, struct str digits)
{
    unsigned code = 0;
    char bytes[3];

    for (size_t i = 0; i < 4; i++) {
        int digit = i < digits.len ? chars_hex_value(digits.at[i]) : -1;

        code = digit < 0 || code == 0x110000 ? 0x110000
                                             : code * 16 + (unsigned)digit;
    }
    if (code < 0x80) {
        bytes[0] = (char)code;
        return buf_append(out, (struct str){ bytes, 1 });
    }
    if (code == 0x110000 || (code >= 0xd800 && code <= 0xdfff))
        return buf_append(out, STR("\xef\xbf\xbd"));
    if (code < 0x800) {
        bytes[0] = (char)(0xc0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3f));
        return buf_append(out, (struct str){ bytes, 2 });
    }
    bytes[0] = (char)(0xe0 | code >> 12);
    bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
    bytes[2] = (char)(0x80 | (code & 0x3f));
    return buf_append(out, (struct str){ bytes, 3 });
}

/* What follows a backslash; moves on behind it. */
static bool add_escape(struct buf *out, struct str *rest)
{
    static const char names[] = "bfnrt";
    static const char meant[] = "\b\f\n\r\t";
    char c = rest->at[0];
    const char *name = c ? strchr(names, c) : NULL;

    *rest = str_from(*rest, 1);
    if (c == 'u') {
        struct str digits = str_sub(*rest, 0, 4);

        *rest = str_from(*rest, 4);
        return add_code(out, digits);
    }
    return buf_append(out, (struct str){ name ? &meant[name - names] : &c, 1 });
}

static bool add_bytes(struct buf *out, struct str *rest)
{
    size_t len = text_utf8_len(*rest);
    bool fits =
        buf_append(out, len > 0 ? str_sub(*rest, 0, len) : STR("\xef\xbf\xbd"));

    *rest = str_from(*rest, len > 0 ? len : 1);
    return fits;
}

bool oauth_member_text(struct str value, struct buf *out)
{
    struct str rest;
    bool fits = value.len >= 2 && value.at[0] == '"';

    rest = str_sub(value, 1, value.len - 2);
    while (fits && rest.len > 0) {
        if (rest.at[0] != '\\') {
            fits = add_bytes(out, &rest);
        } else {
            rest = str_from(rest, 1);
            fits = rest.len > 0 && add_escape(out, &rest);
        }
    }
    return fits;
}

bool oauth_member_read(struct str text, struct oauth_wanted wanted,
                       struct buf *out)
{
    struct str value;

    buf_init_secret(out, KIND_OAUTH_TOKEN_MAX);
    if (oauth_member(text, wanted, &value) && oauth_member_text(value, out))
        return true;
    buf_clear(out);
    return false;
}
