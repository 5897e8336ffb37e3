// SPDX-License-Identifier: MIT
/* Lists of any length. */
#include "admin/listed.h"

#include "base/reason.h"

#define ROW_MAX (1024u * 1024)
#define PART_FULL (24u * 1024)
/* Making a row takes some 40 microseconds, and there are several parts in a turn. */
#define ROWS_OF_PART 4

static struct listed *listed_of(const struct admin_request *x)
{
    return CONTAINER_OF((uintptr_t)x->parts, struct listed, parts);
}

static void begin(struct listed *listed, struct buf *out)
{
    if (!listed->begun)
        buf_printf(out, "{\"%s\":[", listed->member);
    listed->begun = true;
}

static bool write_row(struct admin_request *x, const struct json_doc *doc)
{
    struct listed *listed = listed_of(x);
    const char *before = listed->rows++ > 0 ? "," : "";

    return (buf_append(&listed->row, str_of(before)) &&
            json_doc_write(doc, false, &listed->row)) ||
           REASON_SET(&x->err, ANSWER_TOO_LONG);
}

/* LAST: there is none any more. */
static enum admin_part make_row(struct admin_request *x)
{
    struct json_doc *doc = listed_of(x)->next(x);
    bool written = doc && write_row(x, doc);
    bool is_last = !doc;

    json_doc_free(doc);
    if (is_last)
        return ADMIN_PART_LAST;
    return written ? ADMIN_PART_MORE : ADMIN_PART_BROKEN;
}

/* A row may be longer than a part. */
static void pass_row(struct listed *listed, struct buf *out)
{
    struct str row = str_sub(buf_str(&listed->row), 0, PART_FULL);

    buf_add(out, row);
    buf_consume(&listed->row, row.len);
}

static enum admin_part finish(struct admin_request *x, struct buf *out)
{
    const struct listed *listed = listed_of(x);

    buf_add(out, STR("]"));
    if (listed->end)
        listed->end(x, out);
    buf_add(out, STR("}\n"));
    return ADMIN_PART_LAST;
}

static enum admin_part write_on(struct admin_request *x, struct buf *out)
{
    struct listed *listed = listed_of(x);

    begin(listed, out);
    for (unsigned made = 0; out->len < PART_FULL;) {
        if (listed->row.len > 0) {
            pass_row(listed, out);
            continue;
        }
        if (made++ == ROWS_OF_PART)
            return ADMIN_PART_MORE;
        switch (make_row(x)) {
        case ADMIN_PART_LAST:
            return finish(x, out);
        case ADMIN_PART_BROKEN:
            return ADMIN_PART_BROKEN;
        case ADMIN_PART_MORE:
        case ADMIN_PART_WAIT:
            break;
        }
    }
    return ADMIN_PART_MORE;
}

struct flow_next listed_reply(struct admin_request *x, struct listed *listed)
{
    listed->parts = (struct admin_parts){ STR("application/json"), write_on };
    buf_init(&listed->row, ROW_MAX);
    return admin_reply_parts(x, &listed->parts);
}

void listed_done(struct listed *listed)
{
    buf_done(&listed->row);
}
