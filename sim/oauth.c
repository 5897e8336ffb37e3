// SPDX-License-Identifier: MIT
/* The token endpoint: refresh tokens are single use, as Anthropic's are. */
#include "oauth.h"

static void refuse(struct reply *reply, const char *code, const char *why)
{
    struct str body = arena_printf(
        reply->req->arena,
        "{\"error\":\"%s\",\"error_description\":\"%s\"}", code, why);

    reply_json(reply, 400, body);
}

static void grant(struct reply *reply)
{
    struct sim *sim = reply->sim;
    unsigned long long n = (unsigned long long)++sim->next_id;
    struct str refresh =
        arena_printf(reply->req->arena, "sk-ant-ort01-sim-%llu", n);

    sim_token_set(sim, refresh, TOKEN_VALID);
    reply_json(reply, 200,
               arena_printf(
                   reply->req->arena,
                   "{\"token_type\":\"Bearer\",\"access_token\":"
                   "\"sk-ant-oat01-sim-%llu\",\"expires_in\":28800,"
                   "\"refresh_token\":\"" STR_FMT "\",\"scope\":"
                   "\"user:profile user:inference\",\"organization\":{"
                   "\"uuid\":\"org-sim\",\"name\":\"Simulation\"},"
                   "\"account\":{\"uuid\":\"acct-sim\",\"email_address\":"
                   "\"user@example.com\"}}",
                   n, STR_ARG(refresh)));
}

static void by_code(struct reply *reply, const struct json_doc *doc)
{
    struct str code;

    if (!json_doc_get_str(doc, "code", &code) || str_eq(code, STR("bad")) ||
        !json_doc_get(doc, "code_verifier"))
        refuse(reply, "invalid_grant", "Invalid code");
    else if (sim_token_state(reply->sim, code) == TOKEN_SPENT)
        refuse(reply, "invalid_grant", "Code was used already");
    else {
        sim_token_set(reply->sim, code, TOKEN_SPENT);
        grant(reply);
    }
}

static void by_refresh_token(struct reply *reply, const struct json_doc *doc)
{
    struct str token;

    if (!json_doc_get_str(doc, "refresh_token", &token) ||
        !str_starts(token, STR("sk-ant-ort01-")) ||
        sim_token_state(reply->sim, token) != TOKEN_VALID) {
        refuse(reply, "invalid_grant", "Refresh token not found or invalid");
        return;
    }
    sim_token_set(reply->sim, token, TOKEN_SPENT);
    grant(reply);
}

void oauth_token(struct reply *reply)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(request_body(reply->req), &err);
    struct str kind = STR_EMPTY;

    ledger_count_token_call(reply->sim->ledger);
    (void)json_doc_get_str(doc, "grant_type", &kind);
    if (str_eq(kind, STR("authorization_code")))
        by_code(reply, doc);
    else if (str_eq(kind, STR("refresh_token")))
        by_refresh_token(reply, doc);
    else
        refuse(reply, "unsupported_grant_type", "Unknown grant type");
    json_doc_free(doc);
}

void oauth_revoke(struct reply *reply)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(request_body(reply->req), &err);
    struct str token;

    if (json_doc_get_str(doc, "token", &token))
        sim_token_set(reply->sim, token, TOKEN_REVOKED);
    json_doc_free(doc);
    reply_json(reply, 200, STR("{}"));
}

void oauth_profile(struct reply *reply)
{
    reply_json(reply, 200,
               STR("{\"account\":{\"uuid\":\"acct-sim\",\"email\":"
                   "\"user@example.com\",\"has_claude_max\":true},"
                   "\"organization\":{\"uuid\":\"org-sim\",\"name\":"
                   "\"Simulation\",\"organization_type\":\"claude_max\"}}"));
}

void oauth_usage(struct reply *reply)
{
    reply_json(reply, 200,
               STR("{\"five_hour\":{\"utilization\":25.0,\"resets_at\":"
                   "\"2026-08-01T05:00:00Z\"},\"seven_day\":{"
                   "\"utilization\":10.0,\"resets_at\":"
                   "\"2026-08-07T00:00:00Z\"}}"));
}
