// SPDX-License-Identifier: MIT
/* What becomes of requests, for the log. */
#include "http/connection.h"

static enum server_end end_of(const struct exchange *x)
{
    const struct connection *conn = x->conn;

    if (conn->server->ending && (x->gone || conn->state == CONNECTION_HEAD))
        return SERVER_STOPPED;
    if (x->gone || conn->state == CONNECTION_HEAD)
        return SERVER_CLIENT_LEFT;
    return x->cut ? SERVER_CUT : SERVER_ANSWERED;
}

/* Nobody asked anything who sent a line's end at most. */
static bool was_asked(const struct connection *conn)
{
    return conn->state != CONNECTION_HEAD || parser_has_begun(conn->parser);
}

void connection_report(struct connection *conn)
{
    const struct server_options *options = &conn->server->options;
    struct exchange *x = conn->exchange;
    struct server_outcome outcome = { .status = x->status,
                                      .bytes = x->body_bytes };

    if (!options->log || x->req.notes.is_logged || !was_asked(conn))
        return;
    if (conn->state == CONNECTION_HEAD)
        exchange_arrives(x);
    outcome.end = end_of(x);
    options->log(options->log_arg, &x->req, &outcome);
}
