// SPDX-License-Identifier: MIT
/* What is printed of a document. */
#pragma once

#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "unit.h"

static inline struct json_doc *doc_of(const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);

    if (!doc)
        fail_msg("%s: %s", text, err.text);
    return doc;
}

/* The caller's. */
static inline char *printed(void (*print)(const struct json_doc *doc),
                            const char *text)
{
    struct json_doc *doc = doc_of(text);
    struct unit_capture capture = unit_capture_begin(STDOUT_FILENO);

    print(doc);
    json_doc_free(doc);
    return unit_capture_end(&capture);
}

static inline void expect_printed(void (*print)(const struct json_doc *doc),
                                  const char *text, const char *want)
{
    char *said = printed(print, text);

    assert_string_equal(said, want);
    mem_free(said);
}
