// SPDX-License-Identifier: MIT
/* Reading bytes as the messages of one connection, in pieces of any size, the way
   http/connection.c does: for the tests of the parser. */
#pragma once

#include "http/parser.h"

struct messages {
    unsigned complete;     /* messages read to their end */
    bool refused;          /* one was BAD, or bytes came behind a last one */
    enum err_code code;    /* why, if refused */
    bool unfinished;       /* the end came in the middle of one */
    struct buf body;       /* of all of them, decoded */
    struct buf heads;      /* "method target status length" of each, in lines */
    size_t used;           /* bytes of the last message up to a fault */
    const char *last_text; /* the parser's reason; valid until done */
    struct parser *parser;
    struct arena *arena;
};

/* `step`: how many bytes are fed at once; 0: all of them. */
void messages_read(struct messages *messages, enum parser_kind kind,
                   struct str bytes, size_t step);
void messages_done(struct messages *messages);
