// SPDX-License-Identifier: MIT
/* The log line of a request that was not relayed: no query, no header but the client's
   id, no body, no credential. */
#include "relay/request_log.h"

#include "base/clock.h"
#include "base/log_fields.h"
#include "base/shown.h"
#include "base/token.h"
#include "relay/client_id.h"
#include "store/audit.h"
#include "team/client_address.h"
#include "usage/record.h"

/* The loop is a fault of the configuration that costs every request. */
static enum log_level level_of(const struct request *req,
                               const struct server_outcome *outcome)
{
    if (req->notes.refusal && req->notes.refusal->code == ERR_LOOP)
        return LOG_ERROR;
    return outcome->status >= 500 || record_is_limited(outcome->status) ||
                   outcome->end == SERVER_CUT
               ? LOG_WARN
               : LOG_INFO;
}

static struct str end_word(const struct request *req,
                           const struct server_outcome *outcome)
{
    switch (outcome->end) {
    case SERVER_ANSWERED:
        break;
    case SERVER_CUT:
        return STR("cut");
    case SERVER_CLIENT_LEFT:
        return STR("client_left");
    case SERVER_STOPPED:
        return STR("relay_stopped");
    }
    return req->notes.refusal ? STR("refused") : STR("complete");
}

/* A control socket has no address. */
static struct str peer_of(const struct config *config,
                          const struct request *req, char out[ADDR_TEXT_MAX])
{
    struct addr addr;

    if (req->peer.sa.ss_family == AF_UNIX)
        return STR(AUDIT_BY_SOCKET);
    client_address(&config->trusted, req, &addr);
    addr_format(&addr, out);
    return str_of(out);
}

static void add_who(struct log_fields *line,
                    const struct caller_sources *callers,
                    const struct request *req, char peer[ADDR_TEXT_MAX])
{
    struct str id = client_id_of(&req->headers);

    log_fields_add_known(line, LOG_STR("id", str_of(req->id)));
    log_fields_add_known(line,
                         LOG_STR("peer", peer_of(callers->config, req, peer)));
    log_fields_add_known(line, LOG_STR("who", str_of(req->notes.who)));
    log_fields_add_known(line, LOG_STR("key", str_of(req->notes.key)));
    if (!token_holds(id, admin_token_reveal(callers->admin)))
        log_fields_add_known(line, LOG_STR("client_id", id));
}

static void add_what(struct log_fields *line, const struct admin_token *admin,
                     const struct request *req)
{
    struct str path =
        shown_request_path(req->arena, req->path, admin_token_reveal(admin));

    log_fields_add_known(line, LOG_STR("method", req->method));
    log_fields_add_known(line, LOG_STR("path", path));
}

static void add_end(struct log_fields *line, const struct request *req,
                    const struct server_outcome *outcome)
{
    const struct err *why = req->notes.refusal;

    log_fields_add_known(line, LOG_NUM("status", outcome->status));
    log_fields_add_known(line, LOG_STR("end", end_word(req, outcome)));
    log_fields_add(line, LOG_NUM("ms", (clock_steady_ns() - req->arrived_ns) /
                                           1000000));
    log_fields_add(line, LOG_NUM("bytes", outcome->bytes));
    if (!why)
        return;
    log_fields_add_known(line, LOG_NUM("retry_after", err_retry_after_s(why)));
    log_fields_add_known(line, LOG_TEXT("error", str_of(why->text)));
}

void request_log(const void *callers, const struct request *req,
                 const struct server_outcome *outcome)
{
    const struct caller_sources *sources = callers;
    enum log_level level = level_of(req, outcome);
    struct log_fields line;
    char peer[ADDR_TEXT_MAX];

    if (!log_enabled(level))
        return;
    line.count = 0;
    add_who(&line, sources, req, peer);
    add_what(&line, sources->admin, req);
    add_end(&line, req, outcome);
    log_fields_write(&line, level, "request");
}
