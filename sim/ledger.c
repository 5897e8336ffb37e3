// SPDX-License-Identifier: MIT
/* A ring of rows, and totals. */
#include "ledger.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

struct totals {
    uint64_t requests;
    uint64_t complete;
    uint64_t cut;
    uint64_t aborted;
    uint64_t open;
    uint64_t token_calls;
    uint64_t input_tokens;
    uint64_t output_tokens;
};

struct ledger {
    struct ledger_row *rows;
    uint64_t next_id;
    uint64_t first_id; /* rows before it were cleared */
    struct totals totals;
};

struct ledger *ledger_new(void)
{
    struct ledger *ledger = MEM_NEW(struct ledger);

    ledger->rows = mem_zalloc(sizeof(struct ledger_row) * LEDGER_ROWS);
    ledger->next_id = 1;
    ledger->first_id = 1;
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    mem_free(ledger->rows);
    mem_free(ledger);
}

struct ledger_row *ledger_begin(struct ledger *ledger)
{
    uint64_t id = ledger->next_id++;
    struct ledger_row *row = &ledger->rows[id % LEDGER_ROWS];

    *row = (struct ledger_row){ .id = id, .began_ns = clock_steady_ns() };
    ledger->totals.requests++;
    ledger->totals.open++;
    return row;
}

struct ledger_row *ledger_find(struct ledger *ledger, uint64_t id)
{
    struct ledger_row *row = &ledger->rows[id % LEDGER_ROWS];

    return id >= ledger->first_id && row->id == id ? row : NULL;
}

void ledger_end(struct ledger *ledger, uint64_t id, enum ledger_outcome outcome)
{
    struct ledger_row *row = ledger_find(ledger, id);

    if (!row || row->outcome != LEDGER_OPEN)
        return;
    row->outcome = outcome;
    row->ended_ns = clock_steady_ns();
    ledger->totals.open--;
    ledger->totals.complete += outcome == LEDGER_COMPLETE;
    ledger->totals.cut += outcome == LEDGER_CUT;
    ledger->totals.aborted += outcome == LEDGER_ABORTED;
    ledger->totals.input_tokens += row->input_tokens;
    ledger->totals.output_tokens += row->output_tokens;
}

void ledger_count_token_call(struct ledger *ledger)
{
    ledger->totals.token_calls++;
}

void ledger_clear(struct ledger *ledger)
{
    ledger->first_id = ledger->next_id;
    ledger->totals = (struct totals){ 0 };
}

static void write_text(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "\"%s\":\"", name);
    text_json_escape(out, str_of(value));
    buf_add(out, STR("\","));
}

static void write_number(struct buf *out, const char *name, uint64_t value)
{
    buf_printf(out, "\"%s\":%llu,", name, (unsigned long long)value);
}

static void write_row(const struct ledger_row *row, struct buf *out)
{
    static const char *const outcomes[] = { "open", "complete", "cut",
                                            "aborted" };

    buf_add(out, STR("{"));
    write_number(out, "id", row->id);
    write_text(out, "name", row->name);
    write_text(out, "method", row->method);
    write_text(out, "target", row->target);
    write_text(out, "model", row->model);
    write_text(out, "credential", row->credential);
    write_text(out, "outcome", outcomes[row->outcome]);
    write_number(out, "status", row->status);
    write_number(out, "began_ns", row->began_ns);
    write_number(out, "ended_ns", row->ended_ns);
    write_number(out, "body_bytes", row->body_bytes);
    write_number(out, "sent_bytes", row->sent_bytes);
    write_number(out, "events", row->events);
    write_number(out, "input_tokens", row->input_tokens);
    write_number(out, "output_tokens", row->output_tokens);
    buf_printf(out, "\"stream\":%s}", row->stream ? "true" : "false");
}

void ledger_write(struct ledger *ledger, struct str name, struct buf *out)
{
    uint64_t from = ledger->first_id;
    const char *comma = "";

    if (ledger->next_id - from > LEDGER_ROWS)
        from = ledger->next_id - LEDGER_ROWS;
    buf_add(out, STR("{\"requests\":["));
    for (uint64_t id = from; id < ledger->next_id; id++) {
        const struct ledger_row *row = ledger_find(ledger, id);

        if (!row || (name.len > 0 && !str_eq(str_of(row->name), name)))
            continue;
        buf_add(out, str_of(comma));
        write_row(row, out);
        comma = ",";
    }
    buf_add(out, STR("],\"totals\":"));
    ledger_write_totals(ledger, 0, out);
    buf_add(out, STR("}"));
}

void ledger_write_totals(struct ledger *ledger, uint64_t connections,
                         struct buf *out)
{
    const struct totals *t = &ledger->totals;

    buf_add(out, STR("{"));
    write_number(out, "requests", t->requests);
    write_number(out, "complete", t->complete);
    write_number(out, "cut", t->cut);
    write_number(out, "aborted", t->aborted);
    write_number(out, "open", t->open);
    write_number(out, "token_calls", t->token_calls);
    write_number(out, "input_tokens", t->input_tokens);
    write_number(out, "output_tokens", t->output_tokens);
    buf_printf(out, "\"connections_open\":%llu}",
               (unsigned long long)connections);
}
