// SPDX-License-Identifier: MIT
/* Who asks for what, and with which directives: the first thing in a visit. */
#include "base/clock.h"
#include "sim/faults.h"
#include "sim/oauth.h"
#include "sim/routes.h"
#include "sim/visit_internal.h"

/* The server does not number its connections: the client's port tells them
   apart while they live. */
static uint64_t number_connection(struct sim *sim, const struct request *req)
{
    uint64_t *number = &sim->connection_of_port[addr_port(&req->peer)];

    if (*number == 0)
        *number = ++sim->connections_total;
    return *number;
}

static void open_row(struct visit *visit)
{
    struct bills_row *row = bills_open(visit->sim->bills);
    struct str token = visit->credential.token;

    if (visit->route && visit->route->answer == oauth_token)
        bills_totals(visit->sim->bills)->token_calls++;
    visit->row = row->id;
    row->at_ms = clock_wall_ms();
    bills_set_text(row->request_id, sizeof(row->request_id), str_of(visit->id));
    row->started_ns = visit->req->arrived_ns;
    row->connection = number_connection(visit->sim, visit->req);
    bills_set_text(row->method, sizeof(row->method), visit->req->method);
    bills_set_text(row->target, sizeof(row->target), visit->req->target);
    bills_set_text(row->name, sizeof(row->name), visit->directives.name);
    bills_set_text(row->credential, sizeof(row->credential),
                   str_of(credential_kind_name(visit->credential.kind)));
    bills_set_text(row->last4, sizeof(row->last4),
                   str_from(token, token.len > 4 ? token.len - 4 : 0));
}

void visit_identify(struct visit *visit)
{
    struct request *req = visit->req;
    struct err err;

    sim_make_id(visit->sim, "req_sim_", visit->id);
    visit->route = route_find(req->method, req->path, &visit->param);
    visit->credential = credential_of(&req->headers);
    directives_init(&visit->directives);
    if (visit->route && visit->route->access == ROUTE_CONTROL)
        return;
    if (!directives_from_headers(&visit->directives, &req->headers, &err)) {
        directives_init(&visit->directives);
        reply_fault(visit, 400, err.text);
    }
    faults_apply(visit->sim->faults, req, visit->credential.token,
                 &visit->directives);
    open_row(visit);
}
