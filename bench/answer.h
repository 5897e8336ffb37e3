// SPDX-License-Identifier: MIT
/* The framing of an HTTP/1.1 answer, read as it comes.  Independent of the relay's
   own parser, so that one does not vouch for the other.  Pure.

   STATUS -> FIELDS -> LENGTH -> DONE
               |  '--> SIZE -> CHUNK -> CHUNK_END -> SIZE
               |        '----> TRAILER -> DONE
               '-----> DONE                               any -> BAD */
#pragma once

#include <stdbool.h>

#include "base/str.h"

#define ANSWER_LINE_MAX 256

enum answer_state {
    ANSWER_STATUS,
    ANSWER_FIELDS,
    ANSWER_LENGTH,
    ANSWER_SIZE,
    ANSWER_CHUNK,
    ANSWER_CHUNK_END,
    ANSWER_TRAILER,
    ANSWER_DONE,
    ANSWER_BAD
};

struct answer {
    enum answer_state state;
    unsigned status;
    bool close; /* the connection ends with this answer */
    bool chunked;
    uint64_t left;     /* body bytes of the length, or of the chunk */
    uint64_t received; /* bytes of head and body so far */
    size_t line_len;
    char
        line[ANSWER_LINE_MAX]; /* a line that is not complete; its front part */
};

void answer_init(struct answer *answer);

/* Read a part of `bytes` and say how long it was; `body` is what of it belongs to
   the body, often nothing.  Call it until all is read; 0 once the answer is DONE or
   BAD.  Without a length and without chunks an answer counts as BAD: no target of
   ours may frame it so. */
size_t answer_read(struct answer *answer, struct str bytes, struct str *body);
