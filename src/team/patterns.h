// SPDX-License-Identifier: MIT
/* Glob patterns of a key: which models, which clients.  `*` is any text, `?` any
   one character; letters match in either case.  Immutable once made; matching
   takes a time bounded by pattern times text.  Pure; any thread. */
#pragma once

#include "base/json.h"

#define PATTERN_MAX 128
#define PATTERNS_MAX 64

struct patterns {
    size_t count;
    struct str *at;
};

/* Does the whole of `text` match? */
bool pattern_matches(struct str pattern, struct str text);

/* An array of 1 to 64 texts of 1 to 128 bytes, without control characters.
   False: err names the member and the element. */
bool patterns_check(const struct json_doc *list, const char *member,
                    struct err *err) MUST_CHECK;
/* A copy of a list that was checked; NULL if the list is. */
struct patterns *patterns_new(const struct json_doc *list);
void patterns_free(struct patterns *patterns);

/* One of them does; false for NULL. */
bool patterns_match(const struct patterns *patterns, struct str text);
