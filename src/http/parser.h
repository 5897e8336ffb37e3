// SPDX-License-Identifier: MIT
/* One HTTP/1.1 message at a time, read by llhttp, with our own strictness on top
   (docs/architecture.md).

       HEAD -> BODY -> DONE        any -> BAD
         \_____________^           (no body)

   Spans may be split anywhere; nothing points into the bytes that were fed. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/headers.h"

#define PARSER_TARGET_MAX 8192
#define PARSER_EXTENSION_MAX 256
#define PARSER_LENGTH_UNKNOWN UINT64_MAX

enum parser_kind { PARSER_REQUEST, PARSER_RESPONSE };

enum parser_state {
    PARSER_HEAD, /* reading the head */
    PARSER_BODY, /* the head is complete */
    PARSER_DONE, /* the message is complete */
    PARSER_BAD,  /* parser_error() says why */
};

/* A complete head; its texts and fields lie in the arena. */
struct parser_head {
    struct str method; /* requests */
    struct str target;
    unsigned status; /* responses */
    struct str reason;
    bool http_1_0;
    bool keep_alive;
    bool chunked;
    /* Content-Length; 0 without a body; PARSER_LENGTH_UNKNOWN if chunked or
       ended by the end of the connection. */
    uint64_t length;
    struct headers headers;
};

struct parser;

/* Decoded body bytes, in order, valid during the call. */
typedef void (*parser_body_fn)(void *arg, struct str bytes);

struct parser *parser_new(enum parser_kind kind);
void parser_free(struct parser *parser);

/* Begin a new message whose head will lie in `arena`.  `to_head`: a response to a
   HEAD request, which has no body whatever its fields say. */
void parser_begin(struct parser *parser, struct arena *arena, bool to_head);
/* Where decoded body bytes go; NULL: nowhere. */
void parser_on_body(struct parser *parser, parser_body_fn body, void *arg);

/* Feed bytes; returns how many were used.  Stops behind the head and behind the
   message, so that what follows is still the caller's; look at parser_state()
   after each call.  When a body turns BAD, what came before the fault counts as
   used. */
size_t parser_feed(struct parser *parser, struct str bytes);

/* The connection ended: DONE if that ends the message, BAD otherwise. */
void parser_finish(struct parser *parser);

enum parser_state parser_state(const struct parser *parser);
/* True once a byte of the current message has been fed; empty lines in front of it are
   none. */
bool parser_has_begun(const struct parser *parser);
/* Valid from BODY on. */
const struct parser_head *parser_head(const struct parser *parser);
/* The reason for BAD: code and text. */
const struct err *parser_error(const struct parser *parser);
