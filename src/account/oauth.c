// SPDX-License-Identifier: MIT
/* OAuth as Anthropic speaks it: links and request bodies. */
#include "account/oauth.h"

#include "base/base64.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/random.h"

#define SETUP_SCOPE "user:inference"
#define SETUP_LIFE_S "31536000" /* a year */

struct oauth_client oauth_client_of(const struct config *config)
{
    return (struct oauth_client){ .authorize_url = config->authorize_url,
                                  .redirect_uri = config->redirect_uri,
                                  .client_id = config->client_id,
                                  .scopes = config->scopes };
}

void oauth_pkce_new(struct oauth_pkce *pkce)
{
    unsigned char bytes[32];
    unsigned char hash[HASH_SHA256_LEN];
    struct buf text;

    random_bytes(bytes, sizeof(bytes));
    buf_init_secret(&text, OAUTH_VERIFIER_LEN + 1);
    base64url_encode(&text, bytes, sizeof(bytes));
    text_copy(pkce->verifier, sizeof(pkce->verifier), buf_str(&text));
    hash_sha256(buf_str(&text), hash);
    buf_clear(&text);
    base64url_encode(&text, hash, sizeof(hash));
    text_copy(pkce->challenge, sizeof(pkce->challenge), buf_str(&text));
    random_hex(OAUTH_STATE_LEN / 2, pkce->state);
    buf_done(&text);
    mem_wipe(bytes, sizeof(bytes));
}

bool oauth_state_is_valid(struct str state)
{
    for (size_t i = 0; i < state.len; i++) {
        char c = state.at[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return state.len == OAUTH_STATE_LEN;
}

/* ---- the link ----------------------------------------------------------- */

static void add_parameter(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "&%s=", name);
    text_url_encode(out, value);
}

void oauth_authorize_link(const struct oauth_client *client,
                          const struct oauth_pkce *pkce, bool setup,
                          struct buf *out)
{
    bool has_query = str_contains(client->authorize_url, STR("?"));

    buf_add(out, client->authorize_url);
    buf_add(out, has_query ? STR("&code=true") : STR("?code=true"));
    add_parameter(out, "client_id", client->client_id);
    add_parameter(out, "response_type", STR("code"));
    add_parameter(out, "redirect_uri", client->redirect_uri);
    add_parameter(out, "scope", setup ? STR(SETUP_SCOPE) : client->scopes);
    add_parameter(out, "code_challenge", str_of(pkce->challenge));
    add_parameter(out, "code_challenge_method", STR("S256"));
    add_parameter(out, "state", str_of(pkce->state));
}

/* ---- request bodies ----------------------------------------------------- */

static void add_member(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "%s\"%s\":\"", out->len > 0 ? "," : "{", name);
    text_json_escape(out, value);
    buf_add(out, STR("\""));
}

void oauth_exchange_body(const struct oauth_client *client,
                         const struct oauth_exchange *exchange, struct buf *out)
{
    add_member(out, "grant_type", STR("authorization_code"));
    add_member(out, "code", exchange->code);
    add_member(out, "redirect_uri", client->redirect_uri);
    add_member(out, "client_id", client->client_id);
    add_member(out, "code_verifier", exchange->verifier);
    add_member(out, "state", exchange->state);
    if (exchange->setup)
        buf_add(out, STR(",\"expires_in\":" SETUP_LIFE_S));
    buf_add(out, STR("}"));
}

void oauth_refresh_body(const struct oauth_client *client,
                        struct str refresh_token, struct buf *out)
{
    add_member(out, "grant_type", STR("refresh_token"));
    add_member(out, "refresh_token", refresh_token);
    add_member(out, "client_id", client->client_id);
    buf_add(out, STR("}"));
}
