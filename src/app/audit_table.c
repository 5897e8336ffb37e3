// SPDX-License-Identifier: MIT
/* Entries of the audit log for people. */
#include "app/audit_table.h"

#include <stdio.h>

#include "base/glyph.h"
#include "base/text.h"
#include "base/visible.h"

#define CELL_MAX 16384
#define VALUE_MAX 60 /* columns of one value that are shown */
#define PATH_LEN_MAX 256

/* ---- texts that others wrote --------------------------------------------- */

/* Nothing in them moves the cursor. */
static void add_visible(struct buf *out, struct str text, size_t max)
{
    struct str start = glyph_cut(text, max);

    (void)visible_add(out, start, ' ', SIZE_MAX);
    if (start.len < text.len)
        buf_add(out, STR("..."));
}

static void add_value(struct buf *out, const struct json_doc *value)
{
    struct buf json;
    struct str text;

    if (json_doc_as_str(value, &text)) {
        add_visible(out, text, VALUE_MAX);
        return;
    }
    buf_init(&json, CELL_MAX);
    (void)!json_doc_write(value, false, &json);
    add_visible(out, buf_str(&json), VALUE_MAX);
    buf_done(&json);
}

/* ---- what changed -------------------------------------------------------- */

struct changes {
    const struct json_doc *before;
    const struct json_doc *after;
    const char *path; /* "limits."; empty at the top */
    struct buf *out;
};

static void add_changes(const struct changes *changes);

static void add_pair(const struct changes *changes, const char *member,
                     const struct json_doc *before,
                     const struct json_doc *after)
{
    struct buf *out = changes->out;

    if (out->len > 0)
        buf_add(out, STR(", "));
    buf_add(out, str_of(changes->path));
    add_visible(out, str_of(member), VALUE_MAX);
    buf_add(out, before ? STR(": ") : STR("="));
    if (before)
        add_value(out, before);
    if (before)
        buf_add(out, STR(" -> "));
    if (after)
        add_value(out, after);
    else
        buf_add(out, STR("none"));
}

/* Members are shown one by one, on one level. */
static bool is_inside(const struct json_doc *value)
{
    return !value || json_doc_is_object(value);
}

static void add_member(const struct changes *changes, struct str name)
{
    const struct json_doc *before;
    const struct json_doc *after;
    char member[PATH_LEN_MAX];
    char path[PATH_LEN_MAX];

    text_copy(member, sizeof(member), name);
    before = json_doc_get(changes->before, member);
    after = json_doc_get(changes->after, member);
    if (changes->path[0] || !is_inside(before) || !is_inside(after)) {
        add_pair(changes, member, before, after);
        return;
    }
    (void)snprintf(path, sizeof(path), "%.60s.", member);
    add_changes(&(struct changes){ before, after, path, changes->out });
}

static bool add_known(void *arg, struct str name, struct json_doc *value)
{
    (void)value;
    add_member(arg, name);
    return true;
}

static bool add_new(void *arg, struct str name, struct json_doc *value)
{
    const struct changes *changes = arg;
    char member[PATH_LEN_MAX];

    (void)value;
    text_copy(member, sizeof(member), name);
    if (!json_doc_get(changes->before, member))
        add_member(changes, name);
    return true;
}

static void add_changes(const struct changes *changes)
{
    struct changes both = *changes;

    (void)json_doc_each(changes->before, add_known, &both);
    (void)json_doc_each(changes->after, add_new, &both);
}

/* ---- a line -------------------------------------------------------------- */

static struct str text_of(const struct json_doc *entry, const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(entry, member, &text);
    return text;
}

/* "2026-11-30 08:00:00": in UTC, as the title says. */
static void add_time(struct buf *out, const struct json_doc *entry)
{
    struct str at = text_of(entry, "at");

    add_visible(out, str_sub(at, 0, 10), 10);
    buf_add(out, STR(" "));
    add_visible(out, str_sub(at, 11, 8), 8);
}

static void add_who(struct buf *out, const struct json_doc *entry)
{
    struct str peer = text_of(entry, "peer");

    add_visible(out, text_of(entry, "who"), VALUE_MAX);
    if (peer.len > 0)
        buf_add(out, STR(" "));
    add_visible(out, peer, VALUE_MAX);
}

static void add_what(struct buf *out, const struct json_doc *entry)
{
    struct str target = text_of(entry, "target");

    add_visible(out, text_of(entry, "action"), VALUE_MAX);
    if (target.len > 0)
        buf_add(out, STR(" "));
    add_visible(out, target, VALUE_MAX);
}

/* At most so much of one entry on one line; --json has all. */
#define OUTCOME_MAX 500

static void add_outcome(struct buf *out, const struct json_doc *entry)
{
    struct str error = text_of(entry, "error");
    struct buf changes;

    if (error.len > 0) {
        buf_add(out, STR("REFUSED: "));
        add_visible(out, error, OUTCOME_MAX);
        return;
    }
    buf_init(&changes, 64 * CELL_MAX);
    add_changes(&(struct changes){ json_doc_get(entry, "before"),
                                   json_doc_get(entry, "after"), "",
                                   &changes });
    add_visible(out, buf_str(&changes), OUTCOME_MAX);
    buf_done(&changes);
}

/* ---- the table ----------------------------------------------------------- */

static const struct {
    const char *title;
    void (*add)(struct buf *out, const struct json_doc *entry);
} columns[] = {
    { "WHEN (UTC)", add_time },
    { "WHO", add_who },
    { "WHAT", add_what },
    { "CHANGES", add_outcome },
};

static void add_cell(struct buf *out, size_t column,
                     const struct json_doc *entry)
{
    if (entry)
        columns[column].add(out, entry);
    else
        buf_add(out, str_of(columns[column].title));
}

static void widen(size_t widths[], const struct json_doc *entry)
{
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        struct buf cell;
        size_t width;

        buf_init(&cell, CELL_MAX);
        add_cell(&cell, i, entry);
        width = glyph_width(buf_str(&cell));
        if (width > widths[i])
            widths[i] = width;
        buf_done(&cell);
    }
}

static void print_line(const size_t widths[], const struct json_doc *entry)
{
    size_t owed = 0; /* spaces, if something follows */

    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        struct buf cell;
        struct str text;

        buf_init(&cell, CELL_MAX);
        add_cell(&cell, i, entry);
        text = buf_str(&cell);
        if (text.len > 0)
            (void)printf("%*s" STR_FMT, (int)owed, "", STR_ARG(text));
        owed = 2 + widths[i] - glyph_width(text);
        buf_done(&cell);
    }
    (void)printf("\n");
}

void audit_table_print(const struct json_doc *entries)
{
    size_t widths[COUNT_OF(columns)] = { 0 };
    size_t count = json_doc_count(entries);

    widen(widths, NULL);
    for (size_t i = 0; i < count; i++)
        widen(widths, json_doc_at(entries, i));
    print_line(widths, NULL);
    for (size_t i = 0; i < count; i++)
        print_line(widths, json_doc_at(entries, i));
}
