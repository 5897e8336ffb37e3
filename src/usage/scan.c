// SPDX-License-Identifier: MIT
/* A look at the top level of a JSON request body. */
#include "usage/scan.h"

#include "usage/lexis.h"
#include "usage/members.h"

/* Between the quotes; empty if it is no string. */
static struct str text_of(struct str value)
{
    return value.at[0] == '"' ? str_sub(value, 1, value.len - 2) : STR_EMPTY;
}

static void note_member(void *arg, const struct member *member)
{
    struct scan *scan = arg;
    struct str value = member->value;

    if (members_name_is(member, STR("model")))
        scan->model = text_of(value);
    else if (members_name_is(member, STR("stream")))
        scan->stream = str_eq(value, STR("true"));
    else if (members_name_is(member, STR("proxy_config")))
        scan->proxy_config = value;
}

struct scan scan_body(struct str body)
{
    struct scan scan = { .model = STR_EMPTY, .proxy_config = STR_EMPTY };

    scan.is_object = members_visit(body, note_member, &scan);
    return scan;
}

static struct str behind_space(struct str text)
{
    while (text.len > 0 && lexis_is_space(text.at[0]))
        text = str_from(text, 1);
    return text;
}

bool scan_begins_object(struct str body)
{
    struct str mark = STR("\xef\xbb\xbf");
    bool marked = str_starts(body, mark);

    return str_starts(behind_space(str_from(body, marked ? mark.len : 0)),
                      STR("{"));
}

bool scan_hints_at(struct str body, struct str name)
{
    struct str rest = behind_space(body);

    if (rest.len == 0 || rest.at[0] == '[' || rest.at[0] == '"')
        return false;
    while (rest.len > 0) {
        rest = str_from(rest, str_index(rest, '"') + 1);
        if (members_name_begins(rest, name))
            return true;
    }
    return false;
}

struct cut {
    struct str name;
    struct str body;
    struct buf *out;
    size_t copied; /* the body up to here is in `out` or was cut */
    size_t kept;   /* members kept so far */
    size_t cuts;
    bool eat_comma; /* the next member's comma belongs to this cut */
};

static void copy_until(struct cut *cut, size_t end)
{
    if (cut->copied == 0)
        (void)buf_room(cut->out, cut->body.len); /* grow once */
    buf_add(cut->out, str_sub(cut->body, cut->copied, end - cut->copied));
    cut->copied = end;
}

static void drop_comma(struct cut *cut, size_t comma)
{
    copy_until(cut, comma);
    cut->copied = comma + 1;
}

/* Behind a kept member a cut takes the comma in front with it; otherwise the one
   behind, which the next member sees as the one in front. */
static void cut_member(void *arg, const struct member *member)
{
    struct cut *cut = arg;
    bool keep = !members_name_is(member, cut->name);

    if (cut->eat_comma || (!keep && cut->kept > 0))
        drop_comma(cut, member->comma);
    cut->eat_comma = !keep && cut->kept == 0;
    cut->kept += keep;
    if (keep)
        return;
    copy_until(cut, member->start);
    cut->copied = member->end;
    cut->cuts++;
}

bool scan_without(struct str body, struct str name, struct buf *out)
{
    struct cut cut = { .name = name, .body = body, .out = out };
    size_t before = out->len;

    if (!members_visit(body, cut_member, &cut) || cut.cuts == 0) {
        out->len = before;
        return false;
    }
    copy_until(&cut, body.len);
    return true;
}
