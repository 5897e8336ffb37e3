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

static void skip_space(struct cursor *c)
{
    while (c->at < c->body.len && peek(c) && strchr(" \t\r\n", peek(c)))
        c->at++;
}

/* From the opening quote to behind the closing one. */
static bool skip_string(struct cursor *c)
{
    c->at++;
    while (c->at < c->body.len) {
        char now = c->body.at[c->at++];

        if (now == '"')
            return true;
        if (now == '\\')
            c->at++;
    }
    return false;
}

/* From an opening bracket to behind the closing one. */
static bool skip_nested(struct cursor *c)
{
    size_t depth = 0;

    while (c->at < c->body.len) {
        char now = peek(c);

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
    if (peek(c) != '"' || !skip_string(c) || c->at > c->body.len)
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
    if (!skip_value(c) || c->at > c->body.len)
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

/* The character an escape stands for, if it is ASCII; 0 otherwise. */
static char unescape(struct str *rest)
{
    static const char plain[] = "\"\\/";
    unsigned value = 0;
    char kind = rest->len > 1 ? rest->at[1] : '\0';

    if (kind && strchr(plain, kind)) {
        *rest = str_from(*rest, 2);
        return kind;
    }
    for (size_t i = 2; kind == 'u' && i < 6 && i < rest->len; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *hit = strchr(digits, rest->at[i] | 0x20);

        if (!hit || rest->at[i] == '\0')
            return 0;
        value = value * 16 + (unsigned)(hit - digits);
    }
    *rest = str_from(*rest, 6);
    return value > 0 && value < 128 ? (char)value : 0;
}

/* "proxy\u005fconfig" is "proxy_config" too. */
static bool name_is(struct str written, struct str name)
{
    size_t seen = 0;

    while (written.len > 0 && seen < name.len) {
        char c = written.at[0];

        if (c == '\\')
            c = unescape(&written);
        else
            written = str_from(written, 1);
        if (c != name.at[seen++])
            return false;
    }
    return written.len == 0 && seen == name.len;
}

static void note_member(void *arg, const struct member *member)
{
    struct scan *scan = arg;
    struct str value = member->value;

    if (name_is(member->name, STR("model")) && value.at[0] == '"')
        scan->model = str_sub(value, 1, value.len - 2);
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
