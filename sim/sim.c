// SPDX-License-Identifier: MIT
/* Finding the endpoint and checking the credential. */
#include "sim.h"

#include <stdio.h>

#include "control.h"
#include "messages.h"
#include "oauth.h"
#include "objects.h"

/* ---- tokens ------------------------------------------------------------- */

static struct sim_token *find_token(const struct sim *sim, struct str token)
{
    for (size_t i = 0; i < sim->token_count; i++) {
        if (str_eq(str_of(sim->tokens[i].text), token))
            return &sim->tokens[i];
    }
    return NULL;
}

enum token_state sim_token_state(const struct sim *sim, struct str token)
{
    const struct sim_token *known = find_token(sim, token);

    return known ? known->state : TOKEN_VALID;
}

void sim_token_set(struct sim *sim, struct str token, enum token_state state)
{
    struct sim_token *known = find_token(sim, token);

    if (!known) {
        size_t slot = sim->token_count < SIM_TOKENS_MAX
                          ? sim->token_count++
                          : (size_t)(sim->next_id % SIM_TOKENS_MAX);

        known = &sim->tokens[slot];
        (void)snprintf(known->text, sizeof(known->text), STR_FMT,
                       STR_ARG(str_sub(token, 0, sizeof(known->text) - 1)));
    }
    known->state = state;
}

/* ---- credentials -------------------------------------------------------- */

static void refuse(struct reply *reply, const char *message)
{
    reply_error(reply, 401, "authentication_error", message);
}

static void note_credential(struct reply *reply, const char *kind,
                            struct str token)
{
    struct ledger_row *row = ledger_find(reply->sim->ledger, reply->row);

    if (row)
        (void)snprintf(row->credential, sizeof(row->credential),
                       "%s ..." STR_FMT, kind,
                       STR_ARG(str_from(token, token.len > 4 ? token.len - 4
                                                             : 0)));
}

static bool check_bearer(struct reply *reply, struct str value)
{
    struct str token = str_from(value, 7);

    if (!str_istarts(value, STR("bearer ")) ||
        !str_starts(token, STR("sk-ant-oat01-"))) {
        refuse(reply, "Invalid bearer token");
        return false;
    }
    note_credential(reply, "oauth", token);
    if (!headers_list_has(&reply->req->headers, STR("anthropic-beta"),
                          STR("oauth-2025-04-20"))) {
        refuse(reply, "OAuth authentication is currently not supported.");
        return false;
    }
    if (sim_token_state(reply->sim, token) == TOKEN_VALID)
        return true;
    refuse(reply, sim_token_state(reply->sim, token) == TOKEN_EXPIRED
                      ? "OAuth token has expired. Please obtain a new token "
                        "or refresh your existing token."
                      : "OAuth access token has been revoked");
    return false;
}

static bool check_key(struct reply *reply, struct str key)
{
    note_credential(reply, "key", key);
    if (str_starts(key, STR("sk-ant-api03-")) &&
        sim_token_state(reply->sim, key) == TOKEN_VALID)
        return true;
    refuse(reply, "invalid x-api-key");
    return false;
}

static bool check_credential(struct reply *reply)
{
    const struct headers *headers = &reply->req->headers;
    const struct str *bearer = headers_get(headers, STR("authorization"));
    const struct str *key = headers_get(headers, STR("x-api-key"));

    if (!bearer == !key) {
        refuse(reply, bearer ? "two credentials" : "x-api-key header is required");
        return false;
    }
    if (!headers_get(headers, STR("anthropic-version"))) {
        reply_error(reply, 400, "invalid_request_error",
                    "anthropic-version: header is required");
        return false;
    }
    return bearer ? check_bearer(reply, *bearer) : check_key(reply, *key);
}

/* ---- endpoints ---------------------------------------------------------- */

#define ROW(method, pattern, run, open)                                        \
    { { method, sizeof(method) - 1 },                                          \
      { pattern, sizeof(pattern) - 1 },                                        \
      run,                                                                     \
      open }

static const struct endpoint {
    struct str method;
    struct str pattern; /* ":" stands for one segment */
    void (*run)(struct reply *reply);
    bool open; /* needs no credential */
} endpoints[] = {
    ROW("POST", "/v1/messages", messages_create, false),
    ROW("POST", "/v1/messages/count_tokens", messages_count_tokens, false),
    ROW("POST", "/v1/complete", messages_complete, false),
    ROW("GET", "/v1/models", objects_models_list, false),
    ROW("GET", "/v1/models/:", objects_model_get, false),
    ROW("POST", "/v1/messages/batches", objects_batch_create, false),
    ROW("GET", "/v1/messages/batches", objects_batch_list, false),
    ROW("GET", "/v1/messages/batches/:", objects_batch_get, false),
    ROW("DELETE", "/v1/messages/batches/:", objects_batch_delete, false),
    ROW("POST", "/v1/messages/batches/:/cancel", objects_batch_cancel, false),
    ROW("GET", "/v1/messages/batches/:/results", objects_batch_results, false),
    ROW("POST", "/v1/files", objects_file_create, false),
    ROW("GET", "/v1/files", objects_file_list, false),
    ROW("GET", "/v1/files/:", objects_file_get, false),
    ROW("GET", "/v1/files/:/content", objects_file_content, false),
    ROW("DELETE", "/v1/files/:", objects_file_delete, false),
    ROW("POST", "/v1/oauth/token", oauth_token, true),
    ROW("POST", "/v1/oauth/token/revoke", oauth_revoke, true),
    ROW("GET", "/api/oauth/profile", oauth_profile, false),
    ROW("GET", "/api/oauth/usage", oauth_usage, false),
};

static bool fits(struct str pattern, struct str path)
{
    struct str want;
    struct str have;

    while (str_next(&pattern, '/', &want)) {
        if (!str_next(&path, '/', &have) ||
            (!str_eq(want, STR(":")) && !str_eq(want, have)))
            return false;
    }
    return path.len == 0;
}

static const struct endpoint *find(const struct request *req)
{
    for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
        if (str_eq(endpoints[i].method, req->method) &&
            fits(endpoints[i].pattern, req->path))
            return &endpoints[i];
    }
    return NULL;
}

static void received(struct reply *reply)
{
    const struct endpoint *endpoint = find(reply->req);

    if ((!endpoint || !endpoint->open) && !check_credential(reply))
        return;
    if (reply->d.echo)
        control_echo(reply);
    else if (endpoint)
        endpoint->run(reply);
    else
        reply_error(reply, 404, "not_found_error", "Not Found");
}

void sim_handle(void *arg, struct request *req)
{
    struct sim *sim = arg;
    struct reply *reply;

    if (control_handle(sim, req))
        return;
    reply = reply_new(sim, req, received);
    if (request_body_state(req) == REQUEST_BODY_COMPLETE)
        received(reply);
}
