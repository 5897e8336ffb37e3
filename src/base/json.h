// SPDX-License-Identifier: MIT
/* JSON documents (accounts, logins, admin requests): small, parsed whole.  The
   bodies of relayed requests never come here; see usage/scan.h.
   jansson behind it; this is the only place that knows. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* One value of a document.  The root is owned by whoever parsed or made it;
   members and elements are borrowed from it. */
struct json_doc;

/* NULL and err if `text` is not one JSON value, nested deeper than 64, or has a
   duplicate member. */
struct json_doc *json_doc_parse(struct str text, struct err *err);
/* How many values `text` has, roughly (of one that is no JSON, anything), found in a
   fraction of the time and without the memory that parsing takes. */
size_t json_estimate_values(struct str text);
struct json_doc *json_doc_new_object(void);
struct json_doc *json_doc_new_array(void);
struct json_doc *json_doc_new_str(struct str value);
struct json_doc *json_doc_new_null(void);
struct json_doc *json_doc_new_bool(bool value);
/* A finite one; written with as few digits as it needs. */
struct json_doc *json_doc_new_number(double value);
/* A deep copy, the caller's. */
struct json_doc *json_doc_copy(const struct json_doc *doc);
/* NULL is fine. */
void json_doc_free(struct json_doc *doc);

/* Compact, or indented by two spaces for files that people read.  False, with part
   of it in `out`, if its ceiling is in the way or a text is not UTF-8. */
bool json_doc_write(const struct json_doc *doc, bool indented,
                    struct buf *out) MUST_CHECK;

bool json_doc_is_object(const struct json_doc *doc);
bool json_doc_is_array(const struct json_doc *doc);
bool json_doc_is_null(const struct json_doc *doc);
bool json_doc_is_bool(const struct json_doc *doc);
/* A number without fraction and exponent. */
bool json_doc_is_whole(const struct json_doc *doc);

/* Of the same type and value, whatever the order of members; NULL is like NULL. */
bool json_doc_is_same(const struct json_doc *a, const struct json_doc *b);

/* A member of an object; NULL if absent (or not an object). */
struct json_doc *json_doc_get(const struct json_doc *doc, const char *member);
/* Elements of an array, or members of an object. */
size_t json_doc_count(const struct json_doc *doc);
struct json_doc *json_doc_at(const struct json_doc *doc, size_t index);

/* Visit the members of an object, in no particular order; false stops, and is
   returned. */
bool json_doc_each(const struct json_doc *doc,
                   bool (*visit)(void *arg, struct str name,
                                 struct json_doc *value),
                   void *arg);

/* The member's value; false if it is absent or of another type. */
bool json_doc_get_str(const struct json_doc *doc, const char *member,
                      struct str *value);
bool json_doc_get_u64(const struct json_doc *doc, const char *member,
                      uint64_t *value);
bool json_doc_get_bool(const struct json_doc *doc, const char *member,
                       bool *value);
/* The value itself as text; false if it is no string. */
bool json_doc_as_str(const struct json_doc *doc, struct str *value);
/* The value itself; false if it is neither true nor false. */
bool json_doc_as_bool(const struct json_doc *doc, bool *value);
/* The value itself as a number, whole or not; false if it is none. */
bool json_doc_as_number(const struct json_doc *doc, double *value);

/* Set a member, replacing what was there.  Numbers up to INT64_MAX. */
void json_doc_set_str(struct json_doc *doc, const char *member,
                      struct str value);
void json_doc_set_u64(struct json_doc *doc, const char *member, uint64_t value);
void json_doc_set_bool(struct json_doc *doc, const char *member, bool value);
/* Takes over `value`. */
void json_doc_set(struct json_doc *doc, const char *member,
                  struct json_doc *value);
/* Set every member of `patch` in `doc`, as copies; a null removes the member
   instead.  Both are objects.  (RFC 7396, one level deep.) */
void json_doc_merge(struct json_doc *doc, const struct json_doc *patch);
void json_doc_remove(struct json_doc *doc, const char *member);
/* Append to an array; takes over `value`. */
void json_doc_add(struct json_doc *doc, struct json_doc *value);
