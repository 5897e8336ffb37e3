// SPDX-License-Identifier: MIT
/* The control endpoints. */
#include "sim/control.h"

#include "base/json.h"
#include "sim/faults.h"
#include "sim/visit.h"

static void say_ok(struct visit *visit)
{
    buf_add(reply_json(visit), STR("{\"ok\":true}"));
}

/* ---- faults ------------------------------------------------------------- */

void control_add_fault(struct visit *visit)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(visit_body(visit), &err);
    uint64_t id = doc ? faults_add(visit->sim->faults, doc, &err) : 0;

    if (id == 0)
        reply_fault(visit, 400, err.text);
    else
        buf_printf(reply_json(visit), "{\"id\":%llu}", (unsigned long long)id);
    json_doc_free(doc);
}

void control_faults(struct visit *visit)
{
    struct buf *out = reply_json(visit);

    buf_add(out, STR("{\"faults\":"));
    faults_write(visit->sim->faults, out);
    buf_add(out, STR("}"));
}

void control_clear_faults(struct visit *visit)
{
    faults_clear(visit->sim->faults);
    say_ok(visit);
}

/* ---- the ledger --------------------------------------------------------- */

static void write_totals(const struct sim *sim, struct buf *out)
{
    const struct bills_totals *totals = bills_totals(sim->bills);
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        { "requests", totals->requests },
        { "complete", totals->complete },
        { "aborted", totals->aborted },
        { "input_tokens", totals->input_tokens },
        { "output_tokens", totals->output_tokens },
        { "token_calls", totals->token_calls },
        { "token_refused", totals->token_refused },
        { "connections_open", server_connections(sim->server) },
        { "connections_total", sim->connections_total },
        { "streams_open", sim->streams_open },
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        buf_printf(out, "%s\"%s\":%llu", i > 0 ? "," : "{", rows[i].name,
                   (unsigned long long)rows[i].value);
    buf_add(out, STR("}"));
}

void control_totals(struct visit *visit)
{
    write_totals(visit->sim, reply_json(visit));
}

void control_ledger(struct visit *visit)
{
    uint64_t limit = 0;
    struct buf *out = reply_json(visit);

    (void)str_to_u64(visit_query(visit, STR("limit")), BILLS_ROWS_MAX, &limit);
    buf_add(out, STR("{\"requests\":"));
    bills_write_rows(visit->sim->bills, visit_query(visit, STR("name")), limit,
                     out);
    buf_add(out, STR(",\"totals\":"));
    write_totals(visit->sim, out);
    buf_add(out, STR("}"));
}

void control_clear_ledger(struct visit *visit)
{
    bills_clear(visit->sim->bills);
    say_ok(visit);
}

/* ---- tokens ------------------------------------------------------------- */

static bool set_token(struct grants *grants, const struct json_doc *entry)
{
    struct str token;
    struct str name;
    enum grant_state state;

    if (!json_doc_get_str(entry, "token", &token) ||
        !json_doc_get_str(entry, "state", &name) ||
        !grants_state_named(name, &state))
        return false;
    grants_set(grants, token, state);
    return true;
}

static bool set_tokens(struct grants *grants, const struct json_doc *doc)
{
    const struct json_doc *tokens = json_doc_get(doc, "tokens");

    for (size_t i = 0; tokens && i < json_doc_count(tokens); i++) {
        if (!set_token(grants, json_doc_at(tokens, i)))
            return false;
    }
    return true;
}

void control_set_oauth(struct visit *visit)
{
    struct grants *grants = &visit->sim->grants;
    struct err err;
    struct json_doc *doc = json_doc_parse(visit_body(visit), &err);
    struct str challenge;

    if (!doc || !set_tokens(grants, doc)) {
        reply_fault(visit, 400, "not the JSON that README.md shows");
        json_doc_free(doc);
        return;
    }
    (void)json_doc_get_u64(doc, "expires_in", &grants->expires_in);
    (void)json_doc_get_u64(doc, "delay_ms", &grants->delay_ms);
    (void)json_doc_get_bool(doc, "omit_refresh_token",
                            &grants->omit_refresh_token);
    (void)json_doc_get_bool(doc, "hold", &grants->hold);
    if (json_doc_get_str(doc, "code_challenge", &challenge))
        bills_set_text(grants->code_challenge, sizeof(grants->code_challenge),
                       challenge);
    json_doc_free(doc);
    say_ok(visit);
}

void control_reset_oauth(struct visit *visit)
{
    grants_done(&visit->sim->grants);
    grants_init(&visit->sim->grants);
    say_ok(visit);
}
