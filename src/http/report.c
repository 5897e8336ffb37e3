// SPDX-License-Identifier: MIT
/* What becomes of requests and connections, for the log. */
#include "base/log.h"
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
static size_t add_peer(const struct connection *conn, char host[ADDR_TEXT_MAX],
                       struct log_field *fields)
{
    if (conn->peer.sa.ss_family == AF_UNIX)
        return 0;
    addr_format(&conn->peer, host);
    fields[0] = LOG_STR("peer", str_of(host));
    fields[1] = LOG_NUM("port", addr_port(&conn->peer));
    return 2;
}

void connection_report_start(const struct connection *conn)
{
    struct log_field fields[3];
    char host[ADDR_TEXT_MAX];
    size_t count;

    if (!log_enabled(LOG_DEBUG))
        return;
    count = add_peer(conn, host, fields);
    fields[count++] = LOG_NUM("open", conn->server->count);
    log_event(LOG_DEBUG, "client connected", fields, count);
}

void connection_report_end(const struct connection *conn)
{
    const char *why = conn->why ? conn->why : "the client closed it";
    struct log_field fields[6];
    char host[ADDR_TEXT_MAX];
    size_t count;

    if (!log_enabled(LOG_DEBUG))
        return;
    count = add_peer(conn, host, fields);
    fields[count++] = LOG_NUM("requests", conn->requests);
    fields[count++] =
        LOG_NUM("ms", loop_now_ms(conn->server->loop) - conn->began_ms);
    fields[count++] =
        LOG_STR("why", str_of(conn->server->ending ? "the relay stops" : why));
    fields[count++] = LOG_NUM("open", conn->server->count - 1);
    log_event(LOG_DEBUG, "client connection closed", fields, count);
}
