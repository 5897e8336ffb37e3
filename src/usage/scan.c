// SPDX-License-Identifier: MIT
/* A look at a whole JSON request body. */
#include "usage/scan.h"

#include "usage/lexis.h"
#include "usage/members.h"
#include "usage/scan_ahead.h"

static void note_member(void *arg, const struct member *member)
{
    struct scan *scan = arg;

    if (!members_name_is(member, STR("proxy_config")))
        return;
    scan->proxy_again = scan->proxy_config.len > 0;
    scan->proxy_config = member->value;
}

/* What is clear to the look ahead needs no second one. */
struct scan scan_body(struct str body)
{
    struct scan scan = { .proxy_config = STR_EMPTY };
    struct scan_ahead ahead;

    scan_ahead_init(&ahead);
    scan_ahead_feed(&ahead, body);
    scan.facts = ahead.facts;
    scan.is_object =
        scan_ahead_is_clear(&ahead) || members_visit(body, note_member, &scan);
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

/* White space, in which every other byte may be a NUL. */
static struct str behind_wide_space(struct str text)
{
    while (text.len > 0 && (text.at[0] == '\0' || lexis_is_space(text.at[0])))
        text = str_from(text, 1);
    return text;
}

bool scan_begins_any_object(struct str body)
{
    struct str rest = behind_wide_space(body);

    if (str_starts(rest, STR("\xff\xfe")) || str_starts(rest, STR("\xfe\xff")))
        rest = behind_wide_space(str_from(rest, 2));
    return str_starts(rest, STR("{")) || scan_begins_object(body);
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
