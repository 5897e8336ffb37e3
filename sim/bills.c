// SPDX-License-Identifier: MIT
/* What was billed: a ring of rows.  Pages of rows that were never used cost nothing. */
#include "sim/bills.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct bills {
    uint64_t first_id; /* the oldest row that was not cleared */
    uint64_t next_id;
    struct bills_totals totals;
    struct bills_row *rows;
};

struct bills *bills_new(void)
{
    struct bills *bills = MEM_NEW(struct bills);

    bills->first_id = 1;
    bills->next_id = 1;
    bills->rows = mem_zalloc(sizeof(struct bills_row) * BILLS_ROWS_MAX);
    return bills;
}

void bills_free(struct bills *bills)
{
    if (!bills)
        return;
    mem_free(bills->rows);
    mem_free(bills);
}

struct bills_row *bills_open(struct bills *bills)
{
    uint64_t id = bills->next_id++;
    struct bills_row *row = &bills->rows[id % BILLS_ROWS_MAX];

    *row = (struct bills_row){ .id = id };
    if (bills->next_id - bills->first_id > BILLS_ROWS_MAX)
        bills->first_id = bills->next_id - BILLS_ROWS_MAX;
    bills->totals.requests++;
    return row;
}

struct bills_row *bills_row(struct bills *bills, uint64_t id)
{
    if (id < bills->first_id || id >= bills->next_id)
        return NULL;
    return &bills->rows[id % BILLS_ROWS_MAX];
}

void bills_close(struct bills *bills, uint64_t id, enum bills_outcome outcome,
                 uint64_t now_ns)
{
    struct bills_row *row = bills_row(bills, id);

    if (!row)
        return;
    row->outcome = outcome;
    row->ended_ns = now_ns;
    bills->totals.complete += outcome == BILLS_COMPLETE;
    bills->totals.aborted += outcome == BILLS_ABORTED;
    bills->totals.input_tokens += row->usage.input;
    bills->totals.output_tokens += row->usage.output;
}

struct bills_totals *bills_totals(struct bills *bills)
{
    return &bills->totals;
}

void bills_clear(struct bills *bills)
{
    bills->first_id = bills->next_id;
    bills->totals = (struct bills_totals){ 0 };
}

void bills_set_text(char *to, size_t size, struct str text)
{
    size_t len = text.len < size ? text.len : size - 1;

    if (len > 0)
        memcpy(to, text.at, len);
    to[len] = '\0';
}

/* ---- JSON --------------------------------------------------------------- */

static const char *outcome_name(enum bills_outcome outcome)
{
    switch (outcome) {
    case BILLS_RUNNING:
        return "running";
    case BILLS_COMPLETE:
        return "complete";
    case BILLS_CUT:
        return "cut";
    case BILLS_ABORTED:
        return "aborted";
    case BILLS_FAILED:
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

static void write_texts(const struct bills_row *row, struct buf *out)
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

static void write_row(const struct bills_row *row, struct buf *out)
{
    bool aborted = row->outcome == BILLS_ABORTED;

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

static bool matches(const struct bills_row *row, struct str name)
{
    return name.len == 0 || str_eq(str_of(row->name), name);
}

static const struct bills_row *row_at(const struct bills *bills, uint64_t id)
{
    return &bills->rows[id % BILLS_ROWS_MAX];
}

/* The id from which on `limit` rows match. */
static uint64_t first_of(const struct bills *bills, struct str name,
                         uint64_t limit)
{
    uint64_t id = bills->next_id;

    if (limit == 0)
        return bills->first_id;
    while (id > bills->first_id && limit > 0) {
        id--;
        limit -= matches(row_at(bills, id), name) ? 1 : 0;
    }
    return id;
}

void bills_write_rows(const struct bills *bills, struct str name,
                      uint64_t limit, struct buf *out)
{
    bool some = false;

    buf_add(out, STR("["));
    for (uint64_t id = first_of(bills, name, limit); id < bills->next_id;
         id++) {
        if (!matches(row_at(bills, id), name))
            continue;
        if (some)
            buf_add(out, STR(",\n"));
        write_row(row_at(bills, id), out);
        some = true;
    }
    buf_add(out, STR("]"));
}
