// SPDX-License-Identifier: MIT
/* What a request wants from the simulation: see README.md for the names.  Pure. */
#pragma once

#include "base/json.h"
#include "http/headers.h"

#define DIRECTIVES_FIELDS_MAX 16
#define DIRECTIVES_NONE UINT64_MAX

struct directives {
    uint64_t events;
    uint64_t gap_ms;
    uint64_t event_size;
    uint64_t burst;
    uint64_t endless;
    uint64_t stamp;
    uint64_t status;
    uint64_t first_byte_ms;
    uint64_t after_head_ms;
    uint64_t stall_at; /* DIRECTIVES_NONE: not wanted; the same below */
    uint64_t cut_at;
    uint64_t reset_at;
    uint64_t garbage_at;
    uint64_t cut_chunk;
    uint64_t garbage_head;
    uint64_t close;
    uint64_t echo;
    struct str tool;
    struct str encoding;
    struct str framing;
    struct str body;
    struct str before_head;
    struct str name;
    struct str fields[DIRECTIVES_FIELDS_MAX]; /* "name: value" */
    size_t field_count;
};

void directives_init(struct directives *d);

/* Take one; false if there is no such directive or the value is no number where
   one is wanted.  `value` is borrowed. */
bool directives_set(struct directives *d, struct str name, struct str value);

/* All x-sim-* fields of a request; unknown ones are ignored. */
void directives_from_headers(struct directives *d,
                             const struct headers *headers);

/* All members of a fault's "directives"; texts, or arrays of texts. */
void directives_from_json(struct directives *d, const struct json_doc *doc);
