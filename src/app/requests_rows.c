// SPDX-License-Identifier: MIT
/* Requests as one document. */
#include "app/requests_rows.h"

#include <stdio.h>

#define ROW_MAX 65536

static void print(struct buf *text)
{
    (void)fwrite(buf_str(text).at, 1, text->len, stdout);
    buf_clear(text);
}

void requests_rows_write(struct requests_rows *rows,
                         const struct json_doc *answer, bool last)
{
    const struct json_doc *list = json_doc_get(answer, "requests");
    struct buf text;

    buf_init(&text, ROW_MAX);
    if (!rows->begun)
        buf_add(&text, STR("{\"requests\":["));
    rows->begun = true;
    for (size_t i = 0; i < json_doc_count(list); i++) {
        buf_add(&text, rows->count > 0 ? STR(",\n") : STR("\n"));
        if (json_doc_write(json_doc_at(list, i), false, &text))
            print(&text);
        buf_clear(&text);
        rows->count++;
    }
    buf_add(&text, last ? STR("\n]}\n") : STR_EMPTY);
    print(&text);
    buf_done(&text);
}
