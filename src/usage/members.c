// SPDX-License-Identifier: MIT
/* The top-level members of a JSON object. */
#include "usage/members.h"

#include "usage/lexis.h"
#include "usage/nesting.h"

/* Where we are; `at` only grows. */
struct cursor {
    struct str text;
    size_t at;
};

static char peek(const struct cursor *c)
{
    return c->at < c->text.len ? c->text.at[c->at] : '\0';
}

static void skip_space(struct cursor *c)
{
    while (c->at < c->text.len && lexis_is_space(c->text.at[c->at]))
        c->at++;
}

/* From the opening quote to behind the closing one. */
static bool skip_string(struct cursor *c)
{
    bool plain;
    size_t end = lexis_string_end(c->text, c->at + 1, &plain);

    if (end == c->text.len) {
        c->at = end;
        return false;
    }
    c->at = end + 1;
    return true;
}

/* From an opening bracket to behind the closing one. */
static bool skip_nested(struct cursor *c)
{
    struct nesting nesting = { 0 };

    for (;;) {
        char now;

        c->at = lexis_structure(c->text, c->at);
        now = peek(c);
        if (now == '\0')
            return false;
        if (now == '"') {
            if (!skip_string(c))
                return false;
            continue;
        }
        c->at++;
        if (now == '{' || now == '[')
            nesting_open(&nesting, now);
        else if (!nesting_close(&nesting, now))
            return false;
        else if (nesting.depth == 0)
            return true;
    }
}

static bool skip_value(struct cursor *c)
{
    size_t start = c->at;

    if (peek(c) == '"')
        return skip_string(c);
    if (peek(c) == '{' || peek(c) == '[')
        return skip_nested(c);
    while (lexis_is_scalar(peek(c)))
        c->at++;
    return c->at > start;
}

static bool read_name(struct cursor *c, struct member *member)
{
    member->start = c->at;
    if (peek(c) != '"' || !skip_string(c))
        return false;
    member->name =
        str_sub(c->text, member->start + 1, c->at - member->start - 2);
    skip_space(c);
    if (peek(c) != ':')
        return false;
    c->at++;
    skip_space(c);
    return true;
}

static bool read_member(struct cursor *c, struct member *member)
{
    size_t value;

    if (!read_name(c, member))
        return false;
    value = c->at;
    if (!skip_value(c))
        return false;
    member->end = c->at;
    member->value = str_sub(c->text, value, c->at - value);
    return true;
}

/* Nothing but space behind the object. */
static bool at_end(struct cursor *c)
{
    c->at++;
    skip_space(c);
    return c->at == c->text.len;
}

bool members_visit(struct str text,
                   void (*visit)(void *arg, const struct member *member),
                   void *arg)
{
    struct cursor c = { text, 0 };
    struct member member = { .comma = text.len };

    skip_space(&c);
    if (peek(&c) != '{')
        return false;
    c.at++;
    skip_space(&c);
    if (peek(&c) == '}')
        return at_end(&c);
    for (;;) {
        if (!read_member(&c, &member))
            return false;
        visit(arg, &member);
        skip_space(&c);
        if (peek(&c) == '}')
            return at_end(&c);
        if (peek(&c) != ',')
            return false;
        member.comma = c.at++;
        skip_space(&c);
    }
}

/* Take the escape at the start of `rest`.  The character that it stands for; NUL
   for those that no name of ours holds. */
static char take_escape(struct str *rest)
{
    unsigned value = 0;

    if (rest->len < 6 || rest->at[1] != 'u')
        return '\0';
    for (size_t i = 2; i < 6; i++) {
        unsigned digit = lexis_hex_value(rest->at[i]);

        if (digit > 15)
            return '\0';
        value = value * 16 + digit;
    }
    *rest = str_from(*rest, 6);
    return value < 128 ? (char)value : '\0';
}

/* Take the whole name from the start of `written`. */
static bool take_name(struct str *written, struct str name)
{
    size_t seen = 0;

    while (written->len > 0 && seen < name.len) {
        char c = written->at[0];

        if (c == '\\')
            c = take_escape(written);
        else
            *written = str_from(*written, 1);
        if (c != name.at[seen++])
            return false;
    }
    return seen == name.len;
}

bool members_name_is(const struct member *member, struct str name)
{
    struct str written = member->name;

    return take_name(&written, name) && written.len == 0;
}

bool members_name_begins(struct str text, struct str name)
{
    return take_name(&text, name) && text.len > 0 && text.at[0] == '"';
}
