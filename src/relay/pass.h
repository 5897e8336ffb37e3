// SPDX-License-Identifier: MIT
/* What passes between client and upstream (docs/api.md has the list for users).
   Everything passes byte for byte but what is named in pass.c.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "http/headers.h"

/* Bytes that a head takes at most, ours included. */
#define PASS_HEAD_MAX (HEADERS_BYTES_MAX * 2)

/* The account's credential, as one header field. */
struct pass_credential {
    struct str header; /* authorization or x-api-key */
    struct str prefix; /* "Bearer " or empty */
    struct str token;
    struct str beta; /* a flag that anthropic-beta must hold; or empty */
};

enum pass_length {
    PASS_LENGTH_NONE,    /* no body, and the client said nothing of one */
    PASS_LENGTH_KNOWN,   /* content-length: `length` */
    PASS_LENGTH_CHUNKED, /* transfer-encoding: chunked */
};

struct pass_request {
    struct str method;
    struct str target; /* from pass_target() */
    struct str host;   /* the upstream's, for the Host field */
    const struct headers *headers;
    /* The client's own login passes untouched, and nothing is added: no credential,
       no version, no flags. */
    bool own_login;
    struct pass_credential credential; /* unless own_login */
    struct str version; /* anthropic-version for clients that send none */
    struct str beta;    /* flags to add, separated by commas; may be empty */
    bool uncompressed;  /* accept-encoding does not pass: the relay reads the
                           answer */
    enum pass_length length_kind;
    uint64_t length;
};

/* The fields that do not pass, one a row; a '*' stands for any ending.  Besides
   them go those that a Connection field names, except anthropic-* and content-*;
   those in whose name or value a relay key stands; and Host and Content-Length are
   rewritten.  Everything else passes. */
enum pass_where { PASS_REQUEST = 1, PASS_RESPONSE = 2, PASS_EITHER = 3 };

struct pass_row {
    struct str name;
    enum pass_where where; /* do not pass in these */
};

const struct pass_row *pass_list(size_t *count);

/* Append the whole upstream request head, with its empty line: the client's fields
   in their order and spelling, Host and Content-Length rewritten where they stand,
   missing beta flags appended to the client's last anthropic-beta; behind them what
   was missing, and the account's credential last.  One Host, one credential and
   one framing leave, whatever the client sent.  With the client's own login only
   Host and framing are ours.  The buffer then holds a secret. */
void pass_request(const struct pass_request *request, struct buf *out);

/* The upstream target: prefix, path, and from `query`, the '?' with what
   follows it, all but `account` and what holds a relay key. */
struct str pass_target(struct arena *arena, struct str prefix, struct str path,
                       struct str query);

/* Append the response's fields for the client, each with its CRLF, in their order
   and spelling; but those whose names begin with `without`, if it is not empty. */
void pass_response(const struct headers *headers, struct str without,
                   struct buf *out);
/* The same for a body that became another of `length` bytes. */
void pass_response_resized(const struct headers *headers, struct str without,
                           uint64_t length, struct buf *out);
