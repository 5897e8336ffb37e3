// SPDX-License-Identifier: MIT
/* What the members of a key may say: parts of key_check_doc() (team/key.h) that
   reading a checked document needs as well.  Pure. */
#pragma once

#include "team/key.h"

#define KEY_TAGS_MAX 32
#define KEY_ADDRESSES_MAX 64
#define KEY_QUEUE_WAIT_MAX_MS 600000
#define KEY_EXPIRES_DAYS_MAX 36500

/* Of a key or a group: 1 to 64 bytes of visible UTF-8 that is no number (that would
   be an id), goes into a path, and can be no secret. */
bool key_name_is_valid(struct str name);
/* Of a new one: commands would take what begins with "-" for an option.  Those that are
   there keep their names. */
#define KEY_NAME_NEW                                                           \
    "1 to 64 bytes of visible text that is not a number, does not begin with " \
    "a dot, - or cr_, and has no / or \\"
bool key_name_may_be_made(struct str name);
/* Valid UTF-8 of characters that can be seen, and spaces; `lines`: line ends and
   tabs as well. */
bool key_words_are_visible(struct str text, bool lines);

/* A limit's value in a document: a number, or a text.  Err names the limit. */
bool key_limit_value(enum limit limit, const struct json_doc *value,
                     uint64_t *out, struct err *err) MUST_CHECK;

/* "batches"; false if there is none of that name. */
bool key_call_find(struct str name, enum key_call *call);
const char *key_call_name(enum key_call call);

/* `expires`, as written. */
enum key_expiry_kind { KEY_EXPIRES_DAY, KEY_EXPIRES_TIME, KEY_EXPIRES_AFTER };
struct key_expiry_text {
    enum key_expiry_kind kind;
    unsigned year; /* DAY: to its end, in the key's zone */
    unsigned month;
    unsigned day;
    uint64_t ms; /* TIME: wall clock; AFTER: the first use */
};
bool key_expiry_parse(struct str text, struct key_expiry_text *out);
