// SPDX-License-Identifier: MIT
/* The ledger: a ring of rows.  Pages of rows that were never used cost nothing. */
#include "sim/ledger.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct ledger {
    uint64_t first_id; /* the oldest row that was not cleared */
    uint64_t next_id;
    struct ledger_totals totals;
    struct ledger_row *rows;
};

struct ledger *ledger_new(void)
{
    struct ledger *ledger = MEM_NEW(struct ledger);

    ledger->first_id = 1;
    ledger->next_id = 1;
    ledger->rows = mem_zalloc(sizeof(struct ledger_row) * LEDGER_ROWS_MAX);
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    mem_free(ledger->rows);
    mem_free(ledger);
}

struct ledger_row *ledger_open(struct ledger *ledger)
{
    uint64_t id = ledger->next_id++;
    struct ledger_row *row = &ledger->rows[id % LEDGER_ROWS_MAX];

    *row = (struct ledger_row){ .id = id };
    if (ledger->next_id - ledger->first_id > LEDGER_ROWS_MAX)
        ledger->first_id = ledger->next_id - LEDGER_ROWS_MAX;
    ledger->totals.requests++;
    return row;
}

struct ledger_row *ledger_row(struct ledger *ledger, uint64_t id)
{
    if (id < ledger->first_id || id >= ledger->next_id)
        return NULL;
    return &ledger->rows[id % LEDGER_ROWS_MAX];
}

void ledger_close(struct ledger *ledger, uint64_t id,
                  enum ledger_outcome outcome, uint64_t now_ns)
{
    struct ledger_row *row = ledger_row(ledger, id);

    if (!row)
        return;
    row->outcome = outcome;
    row->ended_ns = now_ns;
    ledger->totals.complete += outcome == LEDGER_COMPLETE;
    ledger->totals.aborted += outcome == LEDGER_ABORTED;
    ledger->totals.input_tokens += row->usage.input;
    ledger->totals.output_tokens += row->usage.output;
}

struct ledger_totals *ledger_totals(struct ledger *ledger)
{
    return &ledger->totals;
}

void ledger_clear(struct ledger *ledger)
{
    ledger->first_id = ledger->next_id;
    ledger->totals = (struct ledger_totals){ 0 };
}

void ledger_set_text(char *to, size_t size, struct str text)
{
    size_t len = text.len < size ? text.len : size - 1;

    if (len > 0)
        memcpy(to, text.at, len);
    to[len] = '\0';
}

/* ---- JSON --------------------------------------------------------------- */

static const char *outcome_name(enum ledger_outcome outcome)
{
    switch (outcome) {
    case LEDGER_RUNNING:
        return "running";
    case LEDGER_COMPLETE:
        return "complete";
    case LEDGER_CUT:
        return "cut";
    case LEDGER_ABORTED:
        return "aborted";
    case LEDGER_FAILED:
        return "failed";
    }
    return "";
}

static void write_text(struct buf *out, const char *name, struct str text)
{
    buf_printf(out, ",\"%s\":\"", name);
    text_json_escape(out, text);
    buf_add(out, STR("\""));
}

static void write_number(struct buf *out, const char *name, uint64_t value)
{
    buf_printf(out, ",\"%s\":%llu", name, (unsigned long long)value);
}

static void write_texts(const struct ledger_row *row, struct buf *out)
{
    struct str target = str_of(row->target);

    write_text(out, "method", str_of(row->method));
    write_text(out, "target", target);
    write_text(out, "path", str_sub(target, 0, str_index(target, '?')));
    write_text(out, "name", str_of(row->name));
    write_text(out, "request_id", str_of(row->request_id));
    write_text(out, "model", str_of(row->model));
    write_text(out, "outcome", str_of(outcome_name(row->outcome)));
    buf_printf(out, ",\"stream\":%s", row->stream ? "true" : "false");
    buf_printf(out, ",\"credential\":{\"kind\":\"%s\"", row->credential);
    write_text(out, "last4", str_of(row->last4));
    buf_add(out, STR("}"));
}

static void write_row(const struct ledger_row *row, struct buf *out)
{
    bool aborted = row->outcome == LEDGER_ABORTED;

    buf_printf(out, "{\"id\":%llu", (unsigned long long)row->id);
    write_number(out, "at_ms", row->at_ms);
    write_texts(row, out);
    write_number(out, "status", row->status);
    write_number(out, "started_at_ns", row->started_ns);
    write_number(out, "ended_at_ns", row->ended_ns);
    write_number(out, "aborted_at_ns", aborted ? row->ended_ns : 0);
    write_number(out, "bytes_sent", row->bytes_sent);
    write_number(out, "events_sent", row->events_sent);
    write_number(out, "body_bytes", row->body_bytes);
    write_number(out, "connection", row->connection);
    buf_add(out, STR(",\"usage\":"));
    usage_write(&row->usage, out);
    buf_add(out, STR("}"));
}

static bool matches(const struct ledger_row *row, struct str name)
{
    return name.len == 0 || str_eq(str_of(row->name), name);
}

static const struct ledger_row *row_at(const struct ledger *ledger, uint64_t id)
{
    return &ledger->rows[id % LEDGER_ROWS_MAX];
}

/* The id from which on `limit` rows match. */
static uint64_t first_of(const struct ledger *ledger, struct str name,
                         uint64_t limit)
{
    uint64_t id = ledger->next_id;

    if (limit == 0)
        return ledger->first_id;
    while (id > ledger->first_id && limit > 0) {
        id--;
        limit -= matches(row_at(ledger, id), name) ? 1 : 0;
    }
    return id;
}

void ledger_write_rows(const struct ledger *ledger, struct str name,
                       uint64_t limit, struct buf *out)
{
    bool some = false;

    buf_add(out, STR("["));
    for (uint64_t id = first_of(ledger, name, limit); id < ledger->next_id;
         id++) {
        if (!matches(row_at(ledger, id), name))
            continue;
        if (some)
            buf_add(out, STR(",\n"));
        write_row(row_at(ledger, id), out);
        some = true;
    }
    buf_add(out, STR("]"));
}
