// SPDX-License-Identifier: MIT
/* What the sim served and billed: the newest rows, and totals.  A row is opened
   when a request has been read, and addressed by its id; writing to a row that
   was cleared or pushed out is fine and does nothing.  Pure. */
#pragma once

#include "base/buf.h"
#include "sim/usage.h"

#define LEDGER_ROWS_MAX 20000

enum ledger_outcome {
    LEDGER_RUNNING,
    LEDGER_COMPLETE,
    LEDGER_CUT,     /* a fault ended it */
    LEDGER_ABORTED, /* the client left */
    LEDGER_FAILED,  /* nothing sensible came, or the request's body was bad */
};

struct ledger_row {
    uint64_t id;
    uint64_t at_ms;
    uint64_t started_ns;
    uint64_t ended_ns; /* 0: running */
    uint64_t bytes_sent;
    uint64_t events_sent;
    uint64_t body_bytes;
    uint64_t connection;
    struct usage usage;
    enum ledger_outcome outcome;
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
struct ledger_totals {
    uint64_t requests;
    uint64_t complete;
    uint64_t aborted;
    uint64_t input_tokens;
    uint64_t output_tokens;
    uint64_t token_calls;
    uint64_t token_refused;
};

struct ledger;

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

/* A new row: running, its id set, everything else empty.  The pointer is good
   until the next ledger_open(). */
struct ledger_row *ledger_open(struct ledger *ledger);

/* The row of that id, or NULL. */
struct ledger_row *ledger_row(struct ledger *ledger, uint64_t id);

/* End the row and add it to the totals. */
void ledger_close(struct ledger *ledger, uint64_t id,
                  enum ledger_outcome outcome, uint64_t now_ns);

struct ledger_totals *ledger_totals(struct ledger *ledger);

void ledger_clear(struct ledger *ledger);

/* A view on a text, shortened to what the row can hold. */
void ledger_set_text(char *to, size_t size, struct str text);

/* Append the newest `limit` rows (0: all) as a JSON array, oldest first; with a
   name, those of that name only. */
void ledger_write_rows(const struct ledger *ledger, struct str name,
                       uint64_t limit, struct buf *out);
