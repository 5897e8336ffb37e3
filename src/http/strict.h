// SPDX-License-Identifier: MIT
/* Our strictness on top of llhttp (docs/architecture.md; RFC 9112, read as narrowly
   as it can be).  Pure. */
#pragma once

#include "base/err.h"
#include "http/parser.h"

/* The discipline of lines, kept over any number of pieces: every LF behind a CR,
   every CR before an LF, no control characters, no line above a limit. */
struct strict_lines {
    bool after_cr;
    bool at_start;        /* of a line */
    size_t size_len;      /* of a chunk's size, in digits */
    size_t extension_len; /* from its ';' on */
};

/* Check bytes of a head, or of chunk framing with chunk extensions of at most
   `extension_max` bytes (0: no limit).  Continuation lines (obs-fold) are
   refused. */
bool strict_check_lines(struct strict_lines *lines, struct str bytes,
                        size_t extension_max, struct err *err) MUST_CHECK;

/* The first line of a head, kept over any number of pieces.  Empty lines in front
   of it are passed by. */
struct strict_start {
    bool begun;
    bool ended;
    unsigned spaces;
    size_t at; /* how much of the fixed part was seen */
};

/* "GET / HTTP/1.1": two spaces in all, and HTTP behind the second (llhttp takes
   more spaces, and knows other protocols; with one it waits for HTTP/0.9). */
bool strict_check_request_line(struct strict_start *start, struct str bytes,
                               struct err *err) MUST_CHECK;

/* "HTTP/1.1 200 OK": one space, three digits, and a space or the end. */
bool strict_check_status_line(struct strict_start *start, struct str bytes,
                              struct err *err) MUST_CHECK;

/* No Transfer-Encoding, or "chunked" alone, and the parser took it for that: where
   two readers disagree about the end of a message, what follows is smuggled.
   Requests and responses. */
bool strict_check_coding(const struct parser_head *head,
                         struct err *err) MUST_CHECK;

/* Everything else that a complete request head must keep. */
bool strict_check_request(const struct parser_head *head,
                          struct err *err) MUST_CHECK;

/* The value of a Content-Length field: digits only. */
bool strict_parse_length(struct str value, uint64_t *length);
