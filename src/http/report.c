// SPDX-License-Identifier: MIT
/* What becomes of requests and connections, for the log. */
#include "base/log_fields.h"
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

/* ---- connections --------------------------------------------------------- */

/* One by a Unix socket has neither address nor port. */
static void add_peer(struct log_fields *fields, const struct connection *conn,
                     char host[ADDR_TEXT_MAX])
{
    addr_format(&conn->peer, host);
    log_fields_add_known(fields, LOG_STR("peer", str_of(host)));
    log_fields_add_known(fields, LOG_NUM("port", addr_port(&conn->peer)));
}

void connection_report_start(const struct connection *conn)
{
    struct log_fields fields;
    char host[ADDR_TEXT_MAX];

    if (!log_enabled(LOG_DEBUG))
        return;
    fields.count = 0;
    add_peer(&fields, conn, host);
    log_fields_add(&fields, LOG_NUM("open", conn->server->count));
    log_fields_write(&fields, LOG_DEBUG, "client connected");
}

static struct str why_of(const struct connection *conn)
{
    if (conn->server->ending)
        return STR("the relay stops");
    return conn->why ? str_of(conn->why) : STR("the client closed it");
}

void connection_report_end(const struct connection *conn)
{
    uint64_t ms = loop_now_ms(conn->server->loop) - conn->began_ms;
    struct log_fields fields;
    char host[ADDR_TEXT_MAX];

    if (!log_enabled(LOG_DEBUG))
        return;
    fields.count = 0;
    add_peer(&fields, conn, host);
    log_fields_add(&fields, LOG_NUM("requests", conn->requests));
    log_fields_add(&fields, LOG_NUM("ms", ms));
    log_fields_add(&fields, LOG_STR("why", why_of(conn)));
    log_fields_add(&fields, LOG_NUM("open", conn->server->count - 1));
    log_fields_write(&fields, LOG_DEBUG, "client connection closed");
}
