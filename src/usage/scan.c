// SPDX-License-Identifier: MIT
/* A look at the top level of a JSON request body. */
#include "usage/scan.h"

#include <string.h>

/* Where we are; `at` only grows. */
struct cursor {
    struct str body;
    size_t at;
};

/* One top-level member, as offsets into the body. */
struct member {
    struct str name; /* between the quotes, as written */
    struct str value;
    size_t start; /* of the opening quote of the name */
    size_t end;   /* behind the value */
    size_t comma; /* of the comma in front; the body's length for the first */
};

static char peek(const struct cursor *c)
{
    return c->at < c->body.len ? c->body.at[c->at] : '\0';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct cursor *c)
{
    while (c->at < c->body.len && is_space(c->body.at[c->at]))
        c->at++;
}

/* Does an odd number of backslashes stand in front of `at`?  These runs never
   overlap from one quote to the next, so looking back costs O(n) in all. */
static bool is_escaped(struct str body, size_t at, size_t from)
{
    size_t first = at;

    while (first > from && body.at[first - 1] == '\\')
        first--;
    return (at - first) % 2 == 1;
}

/* From the opening quote to behind the closing one.  Bodies are mostly long
   strings: quotes are looked for with memchr(), many bytes at a time. */
static bool skip_string(struct cursor *c)
{
    size_t from = c->at + 1;
    const char *hit;

    for (c->at = from; c->at < c->body.len; c->at++) {
        hit = memchr(c->body.at + c->at, '"', c->body.len - c->at);
        if (!hit)
            break;
        c->at = (size_t)(hit - c->body.at);
        if (is_escaped(c->body, c->at, from))
            continue;
        c->at++;
        return true;
    }
    c->at = c->body.len;
    return false;
}

/* From an opening bracket to behind the closing one. */
static bool skip_nested(struct cursor *c)
{
    size_t depth = 0;

    while (c->at < c->body.len) {
        char now = c->body.at[c->at];

        if (now == '"') {
            if (!skip_string(c))
                return false;
            continue;
        }
        c->at++;
        if (now == '{' || now == '[')
            depth++;
        else if ((now == '}' || now == ']') && --depth == 0)
            return true;
    }
    return false;
}

static bool is_scalar_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' ||
           c == '-' || c == '+' || c == '.';
}

static bool skip_value(struct cursor *c)
{
    size_t start = c->at;

    if (peek(c) == '"')
        return skip_string(c);
    if (peek(c) == '{' || peek(c) == '[')
        return skip_nested(c);
    while (is_scalar_char(peek(c)))
        c->at++;
    return c->at > start;
}

static bool read_name(struct cursor *c, struct member *member)
{
    member->start = c->at;
    if (peek(c) != '"' || !skip_string(c))
        return false;
    member->name =
        str_sub(c->body, member->start + 1, c->at - member->start - 2);
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
    member->value = str_sub(c->body, value, c->at - value);
    return true;
}

/* Nothing but space behind the object. */
static bool at_end(struct cursor *c)
{
    c->at++;
    skip_space(c);
    return c->at == c->body.len;
}

/* Calls `visit` for each top-level member; false if the body is no JSON object. */
static bool each_member(struct str body,
                        void (*visit)(void *arg, const struct member *member),
                        void *arg)
{
    struct cursor c = { body, 0 };
    struct member member = { .comma = body.len };

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

static unsigned hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

/* Take the escape at the start of `rest`.  The character that it stands for; NUL
   for those that no name of ours holds. */
static char take_escape(struct str *rest)
{
    unsigned value = 0;

    if (rest->len < 6 || rest->at[1] != 'u')
        return '\0';
    for (size_t i = 2; i < 6; i++) {
        unsigned digit = hex_value(rest->at[i]);

        if (digit > 15)
            return '\0';
        value = value * 16 + digit;
    }
    *rest = str_from(*rest, 6);
    return value < 128 ? (char)value : '\0';
}

/* "proxy\u005fconfig" is "proxy_config" too. */
static bool name_is(struct str written, struct str name)
{
    size_t seen = 0;

    while (written.len > 0 && seen < name.len) {
        char c = written.at[0];

        if (c == '\\')
            c = take_escape(&written);
        else
            written = str_from(written, 1);
        if (c != name.at[seen++])
            return false;
    }
    return written.len == 0 && seen == name.len;
}

/* Between the quotes; empty if it is no string. */
static struct str text_of(struct str value)
{
    return value.at[0] == '"' ? str_sub(value, 1, value.len - 2) : STR_EMPTY;
}

static void note_member(void *arg, const struct member *member)
{
    struct scan *scan = arg;
    struct str value = member->value;

    if (name_is(member->name, STR("model")))
        scan->model = text_of(value);
    else if (name_is(member->name, STR("stream")))
        scan->stream = str_eq(value, STR("true"));
    else if (name_is(member->name, STR("proxy_config")))
        scan->proxy_config = value;
}

struct scan scan_body(struct str body)
{
    struct scan scan = { .model = STR_EMPTY, .proxy_config = STR_EMPTY };

    scan.is_object = each_member(body, note_member, &scan);
    return scan;
}

struct cut {
    struct str name;
    struct str body;
    struct buf *out;
    size_t copied; /* the body up to here is in `out` or was cut */
    size_t kept;   /* members kept so far */
    size_t cuts;
    bool eat_comma; /* the next member's comma belongs to a cut */
};

static void copy_until(struct cut *cut, size_t end)
{
    buf_add(cut->out, str_sub(cut->body, cut->copied, end - cut->copied));
    cut->copied = end;
}

/* Behind a kept member a cut takes the comma in front with it; otherwise the one
   behind, which the next member sees as the one in front. */
static void cut_member(void *arg, const struct member *member)
{
    struct cut *cut = arg;

    if (cut->eat_comma) {
        copy_until(cut, member->comma);
        cut->copied = member->comma + 1;
        cut->eat_comma = false;
    }
    if (!name_is(member->name, cut->name)) {
        cut->kept++;
        return;
    }
    if (cut->cuts == 0)
        (void)buf_room(cut->out, cut->body.len); /* grow once */
    copy_until(cut, cut->kept > 0 ? member->comma : member->start);
    cut->copied = member->end;
    cut->eat_comma = cut->kept == 0;
    cut->cuts++;
}

bool scan_without(struct str body, struct str name, struct buf *out)
{
    struct cut cut = { .name = name, .body = body, .out = out };
    size_t before = out->len;

    if (!each_member(body, cut_member, &cut) || cut.cuts == 0) {
        out->len = before;
        return false;
    }
    copy_until(&cut, body.len);
    return true;
}
