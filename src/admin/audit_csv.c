// SPDX-License-Identifier: MIT
/* Entries of the audit log as CSV. */
#include "admin/audit_csv.h"

#include "base/csv.h"

#define CELL_MAX 16384

static const char *const titles[] = { "id",     "at",     "who",    "peer",
                                      "action", "target", "before", "after",
                                      "error",  "code" };

void audit_csv_add_titles(struct buf *out)
{
    struct csv csv = { .out = out };

    for (size_t i = 0; i < COUNT_OF(titles); i++)
        csv_add(&csv, str_of(titles[i]));
    csv_end_row(&csv);
}

/* A text as it is, nothing for null, everything else as JSON. */
static void add_cell(struct csv *csv, const struct json_doc *value)
{
    struct buf json;
    struct str text;

    if (!value || json_doc_is_null(value)) {
        csv_add(csv, STR_EMPTY);
        return;
    }
    if (json_doc_as_str(value, &text)) {
        csv_add(csv, text);
        return;
    }
    buf_init(&json, CELL_MAX);
    (void)!json_doc_write(value, false, &json);
    csv_add(csv, buf_str(&json));
    buf_done(&json);
}

void audit_csv_add(struct buf *out, const struct json_doc *entry)
{
    struct csv csv = { .out = out };

    for (size_t i = 0; i < COUNT_OF(titles); i++)
        add_cell(&csv, json_doc_get(entry, titles[i]));
    csv_end_row(&csv);
}
