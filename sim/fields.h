// SPDX-License-Identifier: MIT
/* Header fields of answers: the usual ones, and those that directives put in
   their place. */
#pragma once

#include "base/buf.h"
#include "sim/credential.h"
#include "sim/directives.h"

/* The rate-limit fields of each kind of credential, made once a second. */
struct fields_cache {
    uint64_t made_s;
    char text[3][1024]; /* by enum credential_kind */
};

struct fields {
    struct fields_cache *cache;
    uint64_t now_ms;
    enum credential_kind kind;
    const char *request_id;
    struct str type;     /* content-type; empty: none */
    struct str encoding; /* content-encoding; empty: none */
    bool has_length;
    uint64_t length;
    bool is_stream;
};

/* Append all of them, each ended by CRLF. */
void fields_write(const struct fields *fields,
                  const struct directives *directives, struct buf *out);
