// SPDX-License-Identifier: MIT
/* Models by the names that other providers know them by. */
#include "relay/rename.h"

#include "account/model_map.h"
#include "base/text.h"
#include "usage/members.h"

/* Of a text in a body, quotes and escapes included; or of another name. */
#define WRITTEN_MAX (6 * (MODEL_MAP_NAME_MAX + 1))
/* Nobody names it more often; new names could make a body a lot longer. */
#define RENAMES_MAX 8

struct renaming {
    struct str body;
    const struct json_doc *map;
    struct buf *out;
    size_t copied; /* the body up to here is in `out` */
    unsigned count;
};

/* In its quotes.  Empty: it is not in the map, or no text. */
static struct str other_name(const struct json_doc *map, struct str written)
{
    struct str name = str_sub(written, 1, written.len - 2);
    struct json_doc *doc;
    struct err ignored;

    if (written.len > WRITTEN_MAX || written.at[0] != '"')
        return STR_EMPTY;
    if (str_index(name, '\\') == name.len)
        return model_map_find(map, name);
    doc = json_doc_parse(written, &ignored);
    name = STR_EMPTY;
    if (doc && json_doc_as_str(doc, &name))
        name = model_map_find(map, name);
    json_doc_free(doc);
    return name;
}

static void copy_until(struct renaming *renaming, size_t end)
{
    if (renaming->copied == 0)
        (void)buf_room(renaming->out, renaming->body.len + 1); /* grow once */
    buf_add(renaming->out,
            str_sub(renaming->body, renaming->copied, end - renaming->copied));
    renaming->copied = end;
}

static void rename_member(void *arg, const struct member *member)
{
    struct renaming *renaming = arg;
    struct str name;

    if (!members_name_is(member, STR("model")))
        return;
    name = other_name(renaming->map, member->value);
    if (name.len == 0 || ++renaming->count > RENAMES_MAX)
        return;
    copy_until(renaming, member->end - member->value.len);
    buf_add(renaming->out, STR("\""));
    text_json_escape(renaming->out, name);
    buf_add(renaming->out, STR("\""));
    renaming->copied = member->end;
}

bool rename_model(struct str body, const struct json_doc *map, struct buf *out)
{
    struct renaming renaming = { body, map, out, 0, 0 };

    buf_clear(out);
    out->max = body.len + (size_t)RENAMES_MAX * WRITTEN_MAX + 1;
    if (!map || !members_visit(body, rename_member, &renaming) ||
        renaming.count == 0 || renaming.count > RENAMES_MAX) {
        buf_clear(out);
        return false;
    }
    copy_until(&renaming, body.len);
    return true;
}
