// SPDX-License-Identifier: MIT
/* The token endpoint. */
#include "sim/oauth.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "sim/digest.h"
#include "sim/visit.h"

#define TOKEN_MAX 160
#define SCOPE_DEFAULT "user:inference user:profile"

static void refuse(struct visit *visit, const char *error, const char *text)
{
    bills_totals(visit->sim->bills)->token_refused++;
    buf_printf(reply_open(visit, 400, STR("application/json")),
               "{\"error\":\"%s\",\"error_description\":\"%s\"}", error, text);
}

static void make_token(struct sim *sim, const char *prefix, char out[TOKEN_MAX])
{
    char part[3][SIM_ID_MAX];

    for (size_t i = 0; i < COUNT_OF(part); i++)
        sim_make_id(sim, "", part[i]);
    (void)snprintf(out, TOKEN_MAX, "%s%s%s%s", prefix, part[0], part[1],
                   part[2]);
}

static struct str text_of(const struct json_doc *doc, const char *member,
                          struct str otherwise)
{
    struct str value;

    return json_doc_get_str(doc, member, &value) ? value : otherwise;
}

static void write_tokens(struct visit *visit, const struct json_doc *doc,
                         struct buf *out)
{
    char access[TOKEN_MAX];
    char refresh[TOKEN_MAX];
    uint64_t expires_in = visit->sim->grants.expires_in;

    (void)json_doc_get_u64(doc, "expires_in", &expires_in);
    make_token(visit->sim, "sk-ant-oat01-", access);
    make_token(visit->sim, "sk-ant-ort01-", refresh);
    buf_printf(out,
               "{\"token_type\":\"Bearer\",\"access_token\":\"%s\","
               "\"expires_in\":%llu",
               access, (unsigned long long)expires_in);
    if (!visit->sim->grants.omit_refresh_token)
        buf_printf(out, ",\"refresh_token\":\"%s\"", refresh);
    buf_add(out, STR(",\"scope\":\""));
    text_json_escape(out, text_of(doc, "scope", STR(SCOPE_DEFAULT)));
}

static void give_tokens(struct visit *visit, const struct json_doc *doc)
{
    struct buf *out = reply_json(visit);

    write_tokens(visit, doc, out);
    buf_add(out, STR("\",\"organization\":{"
                     "\"uuid\":\"5b1e6f3a-0000-4000-8000-000000000051\","
                     "\"name\":\"Sim Organization\"},\"account\":{"
                     "\"uuid\":\"9d3c0000-0000-4000-8000-000000000001\","
                     "\"email_address\":\"sim@example.com\"}}"));
}

static bool fits_challenge(const struct visit *visit,
                           const struct json_doc *doc)
{
    const char *wanted = visit->sim->grants.code_challenge;
    char challenge[64];

    if (wanted[0] == '\0')
        return true;
    digest_challenge(text_of(doc, "code_verifier", STR_EMPTY), challenge);
    return strcmp(wanted, challenge) == 0;
}

static void exchange_code(struct visit *visit, const struct json_doc *doc)
{
    struct str code = text_of(doc, "code", STR_EMPTY);

    if (code.len == 0 || str_eq(code, STR("bad")))
        refuse(visit, "invalid_grant", "Invalid 'code' in request.");
    else if (!fits_challenge(visit, doc))
        refuse(visit, "invalid_grant", "Invalid 'code_verifier' in request.");
    else
        give_tokens(visit, doc);
}

/* It is spent when it arrives, whatever becomes of the answer. */
static void exchange_refresh(struct visit *visit, const struct json_doc *doc)
{
    struct grants *grants = &visit->sim->grants;
    struct str token = text_of(doc, "refresh_token", STR_EMPTY);

    if (!str_starts(token, STR("sk-ant-ort01-")) ||
        grants_state(grants, token) != GRANT_OK) {
        refuse(visit, "invalid_grant", "Refresh token not found or invalid");
        return;
    }
    if (!grants->omit_refresh_token)
        grants_set(grants, token, GRANT_SPENT);
    give_tokens(visit, doc);
}

void oauth_token(struct visit *visit)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(visit_body(visit), &err);
    struct str type;

    if (!directives_given(&visit->directives, "first-byte-ms") &&
        !directives_given(&visit->directives, "delay-ms"))
        visit->directives.first_byte_ms = visit->sim->grants.delay_ms;
    visit->reply.hold = &visit->sim->grants.hold;
    type = doc ? text_of(doc, "grant_type", STR_EMPTY) : STR_EMPTY;
    if (str_eq(type, STR("authorization_code")))
        exchange_code(visit, doc);
    else if (str_eq(type, STR("refresh_token")))
        exchange_refresh(visit, doc);
    else
        refuse(visit, "unsupported_grant_type", "Unknown 'grant_type'.");
    json_doc_free(doc);
}

void oauth_revoke(struct visit *visit)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(visit_body(visit), &err);
    struct str token = doc ? text_of(doc, "token", STR_EMPTY) : STR_EMPTY;

    if (token.len > 0)
        grants_set(&visit->sim->grants, token, GRANT_REVOKED);
    buf_add(reply_json(visit), STR("{}"));
    json_doc_free(doc);
}
