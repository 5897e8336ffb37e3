// SPDX-License-Identifier: MIT
/* Text forms of values: times, durations, escapes, hex.  Pure; any thread. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

#define TEXT_TIME_MAX 32

/* The end of year 9999, the last that RFC 3339 can name. */
#define TEXT_TIME_LAST_MS 253402300799999u

/* RFC 3339 in UTC with milliseconds: 2026-08-01T12:00:00.000Z.  What comes after
   TEXT_TIME_LAST_MS is written as that. */
void text_format_time(uint64_t wall_ms, char out[TEXT_TIME_MAX]);

/* RFC 3339 with any offset and any number of fraction digits (the seed's files
   carry Go's form); false if `s` is something else, or after the
   year 9999 in UTC. */
bool text_parse_time(struct str s, uint64_t *wall_ms);

/* Go's duration syntax: 300ms, 30s, 5m, 1h30m, 1.5h.  A bare number, a sign or an
   unknown unit is refused.  (https://pkg.go.dev/time#ParseDuration) */
bool text_parse_duration(struct str s, uint64_t *ms);

/* Does the text begin with what is no visible character, but moves the cursor, turns
   the direction or is not seen at all: control characters, and those of Unicode that
   format (U+200B, U+202E, U+FEFF, ...)?  So does what is not UTF-8. */
bool text_is_control(struct str s);
/* Texts quote what people typed; none of it may steer a terminal or a log: '?' in place
   of each control character, and of others that are not seen. */
void text_make_printable(char *text);

/* Append `s` as the inside of a JSON string.  Bytes that are not UTF-8 become
   U+FFFD, so the result is always valid; what text_is_control() knows is escaped, so
   that it can be seen. */
void text_json_escape(struct buf *out, struct str s);

/* Append `json`, which is JSON already, with what its texts have of that escaped. */
void text_json_show(struct buf *out, struct str json);

/* Append `s` as it is inside HTML text or an attribute. */
void text_html_escape(struct buf *out, struct str s);

/* Letters, digits and -_./:@+%, nothing that needs quoting in a log line. */
bool text_is_plain_word(struct str s);

/* Percent-decode a query value ('+' is a space); false if malformed. */
bool text_url_decode(struct buf *out, struct str s);
/* The same for other parts of a URL, where '+' is a plus. */
bool text_percent_decode(struct buf *out, struct str s);

/* Append `s` percent-encoded: all but A-Z a-z 0-9 - _ . ~ (RFC 3986). */
void text_url_encode(struct buf *out, struct str s);

/* Copy into an array of `size` bytes, with a NUL; what does not fit is cut. */
void text_copy(char *out, size_t size, struct str s);

/* Lower-case hex of `len` bytes into `out`, which holds 2 * len + 1. */
void text_hex(const unsigned char *bytes, size_t len, char *out);

/* Length in bytes of the UTF-8 sequence at the start of `s`, 0 if malformed. */
size_t text_utf8_len(struct str s);
/* The code point of one such sequence, all of it. */
uint32_t text_utf8_code(struct str letter);
