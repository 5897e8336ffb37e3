// SPDX-License-Identifier: MIT
/* What the sim served and billed: the newest rows, and totals.  A row is opened
   when a request has been read, and addressed by its id; writing to a row that
   was cleared or pushed out is fine and does nothing.  Pure. */
#pragma once

#include "base/buf.h"
#include "sim/usage.h"

#define BILLS_ROWS_MAX 20000

enum bills_outcome {
    BILLS_RUNNING,
    BILLS_COMPLETE,
    BILLS_CUT,     /* a fault ended it */
    BILLS_ABORTED, /* the client left */
    BILLS_FAILED,  /* nothing sensible came, or the request's body was bad */
};

struct bills_row {
    uint64_t id;
    uint64_t at_ms;
    uint64_t started_ns;
    uint64_t ended_ns; /* 0: running */
    uint64_t bytes_sent;
    uint64_t events_sent;
    uint64_t body_bytes;
    uint64_t connection;
    struct usage usage;
    enum bills_outcome outcome;
    unsigned status;
    bool stream;
    char method[12];
    char target[256];
    char model[64];
    char name[64];
    char request_id[40];
    char credential[12];
    char last4[5];
};

/* Kept from one clearing to the next. */
struct bills_totals {
    uint64_t requests;
    uint64_t complete;
    uint64_t aborted;
    uint64_t input_tokens;
    uint64_t output_tokens;
    uint64_t token_calls;
    uint64_t token_refused;
};

struct bills;

struct bills *bills_new(void);
void bills_free(struct bills *bills);

/* A new row: running, its id set, everything else empty.  The pointer is good
   until the next bills_open(). */
struct bills_row *bills_open(struct bills *bills);

/* The row of that id, or NULL. */
struct bills_row *bills_row(struct bills *bills, uint64_t id);

/* End the row and add it to the totals. */
void bills_close(struct bills *bills, uint64_t id, enum bills_outcome outcome,
                 uint64_t now_ns);

struct bills_totals *bills_totals(struct bills *bills);

void bills_clear(struct bills *bills);

/* A view on a text, shortened to what the row can hold. */
void bills_set_text(char *to, size_t size, struct str text);

/* Append the newest `limit` rows (0: all) as a JSON array, oldest first; with a
   name, those of that name only. */
void bills_write_rows(const struct bills *bills, struct str name,
                      uint64_t limit, struct buf *out);
