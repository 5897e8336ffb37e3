// SPDX-License-Identifier: MIT
/* What the simulation served and billed: the last rows, and totals of all. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

#define LEDGER_ROWS 20000

enum ledger_outcome {
    LEDGER_OPEN,
    LEDGER_COMPLETE,
    LEDGER_CUT,     /* a fault ended it */
    LEDGER_ABORTED, /* the client left */
};

struct ledger_row {
    uint64_t id;
    char name[64];
    char method[8];
    char target[128];
    char model[64];
    char credential[24]; /* kind and last four characters */
    unsigned status;
    bool stream;
    enum ledger_outcome outcome;
    uint64_t began_ns; /* CLOCK_MONOTONIC */
    uint64_t ended_ns;
    uint64_t body_bytes;
    uint64_t sent_bytes;
    uint64_t events;
    uint64_t input_tokens;
    uint64_t output_tokens;
};

struct ledger;

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

/* A new row; the pointer is valid until LEDGER_ROWS later ones, so keep the id. */
struct ledger_row *ledger_begin(struct ledger *ledger);
/* The row with that id, or NULL if it is too old or cleared. */
struct ledger_row *ledger_find(struct ledger *ledger, uint64_t id);
/* Ends the row and adds it to the totals; a row ends once. */
void ledger_end(struct ledger *ledger, uint64_t id,
                enum ledger_outcome outcome);
void ledger_count_token_call(struct ledger *ledger);
void ledger_clear(struct ledger *ledger);

/* JSON; `name` empty: all rows. */
void ledger_write(struct ledger *ledger, struct str name, struct buf *out);
void ledger_write_totals(struct ledger *ledger, uint64_t connections,
                         struct buf *out);
