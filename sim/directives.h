// SPDX-License-Identifier: MIT
/* What a request asks of the sim besides its answer: pace, size, faults.  From
   `x-sim-` request headers or from POST /sim/faults; README.md has the list, the
   table in directives.c the names.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "http/headers.h"

#define DIRECTIVES_NONE UINT64_MAX
#define DIRECTIVES_FIELDS_MAX 16

enum directive_encoding {
    ENCODING_NONE,
    ENCODING_GZIP,
    ENCODING_BR,
    ENCODING_ZSTD,
    ENCODING_DEFLATE,
};
enum directive_framing {
    FRAMING_DEFAULT,
    FRAMING_CHUNKED,
    FRAMING_LENGTH,
    FRAMING_CLOSE,
};
enum directive_before_head {
    BEFORE_HEAD_NOTHING,
    BEFORE_HEAD_CUT,
    BEFORE_HEAD_RESET,
    BEFORE_HEAD_STALL,
};
enum directive_close { CLOSE_NO, CLOSE_ANNOUNCED, CLOSE_SILENT };

struct directives {
    uint64_t given; /* one bit for each row of the table */
    uint64_t events;
    uint64_t event_size; /* 0: words */
    uint64_t stamp;
    uint64_t gap_ms;
    uint64_t burst;
    uint64_t endless;
    uint64_t piece;        /* 0: no limit */
    uint64_t input_tokens; /* those four: DIRECTIVES_NONE if not given */
    uint64_t output_tokens;
    uint64_t cache_read_tokens;
    uint64_t cache_write_tokens;
    uint64_t cache_write_1h_tokens; /* those two: 0 if not given */
    uint64_t web_searches;
    uint64_t status; /* 0: the usual one */
    uint64_t first_byte_ms;
    uint64_t after_head_ms;
    uint64_t error_at; /* those seven: DIRECTIVES_NONE is never */
    uint64_t cut_after;
    uint64_t reset_after;
    uint64_t stall_at;
    uint64_t cut_at;
    uint64_t reset_at;
    uint64_t garbage_at;
    uint64_t cut_chunk;
    uint64_t garbage_head;
    uint64_t echo;
    uint64_t encoding; /* enum directive_encoding, and so on */
    uint64_t framing;
    uint64_t before_head;
    uint64_t close;
    struct str tool;
    struct str body;
    struct str name;
    struct header fields[DIRECTIVES_FIELDS_MAX];
    size_t fields_count;
};

/* Nothing asked. */
void directives_init(struct directives *directives);

/* Those of a request's headers; texts are borrowed from them.  False and err if
   one is unknown or has a value that it cannot have. */
bool directives_from_headers(struct directives *directives,
                             const struct headers *headers,
                             struct err *err) MUST_CHECK;

/* Those of a JSON object, whose members lose the `x-sim-`.  Numbers may be
   strings.  Texts are copied into the arena; the object loses its members. */
bool directives_from_json(struct directives *directives, struct arena *arena,
                          struct json_doc *object, struct err *err) MUST_CHECK;

/* What `over` gives wins.  Its texts are copied into the arena. */
void directives_overlay(struct directives *directives, struct arena *arena,
                        const struct directives *over);

bool directives_given(const struct directives *directives, const char *name);
