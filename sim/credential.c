// SPDX-License-Identifier: MIT
/* Credentials and the words with which Anthropic refuses them.  Pure. */
#include "sim/credential.h"

#define KEY_START STR("sk-ant-api03-")
#define TOKEN_START STR("sk-ant-oat01-")
#define BETA STR("oauth-2025-04-20")

struct credential credential_of(const struct headers *headers)
{
    const struct str *key = headers_get(headers, STR("x-api-key"));
    const struct str *bearer = headers_get(headers, STR("authorization"));

    if (bearer && str_istarts(*bearer, STR("Bearer ")))
        return (struct credential){ CREDENTIAL_OAUTH,
                                    str_trim(str_from(*bearer, 7)) };
    if (key)
        return (struct credential){ CREDENTIAL_API_KEY, *key };
    return (struct credential){ CREDENTIAL_NONE, STR_EMPTY };
}

const char *credential_kind_name(enum credential_kind kind)
{
    switch (kind) {
    case CREDENTIAL_NONE:
        return "none";
    case CREDENTIAL_API_KEY:
        return "api_key";
    case CREDENTIAL_OAUTH:
        return "oauth";
    }
    return "";
}

static struct refusal refuse(unsigned status, const char *text)
{
    return (struct refusal){ status, text };
}

static struct refusal key_refusal(struct str key, enum grant_state state,
                                  bool oauth_only)
{
    if (!str_starts(key, KEY_START) || state != GRANT_OK)
        return refuse(401, "invalid x-api-key");
    if (oauth_only)
        return refuse(401, "Invalid authorization: an OAuth token is needed");
    return refuse(0, NULL);
}

static struct refusal token_refusal(struct str token, enum grant_state state,
                                    const struct headers *headers)
{
    if (!str_starts(token, TOKEN_START))
        return refuse(401, "Invalid bearer token");
    if (!headers_list_has(headers, STR("anthropic-beta"), BETA))
        return refuse(401, "OAuth authentication is currently not supported.");
    switch (state) {
    case GRANT_OK:
        return refuse(0, NULL);
    case GRANT_EXPIRED:
        return refuse(401, "OAuth token has expired. Please obtain a new token "
                           "or refresh your existing token.");
    case GRANT_REVOKED:
        return refuse(403, "OAuth token has been revoked. Please obtain a new "
                           "token.");
    case GRANT_SPENT:
        return refuse(401, "Invalid bearer token");
    }
    return refuse(0, NULL);
}

struct refusal credential_refusal(const struct headers *headers,
                                  const struct grants *grants, bool oauth_only)
{
    struct credential credential = credential_of(headers);
    enum grant_state state = grants_state(grants, credential.token);

    if (headers_count(headers, STR("x-api-key")) +
            headers_count(headers, STR("authorization")) >
        1)
        return refuse(401, "more than one credential was sent");
    switch (credential.kind) {
    case CREDENTIAL_NONE:
        break;
    case CREDENTIAL_API_KEY:
        return key_refusal(credential.token, state, oauth_only);
    case CREDENTIAL_OAUTH:
        return token_refusal(credential.token, state, headers);
    }
    return refuse(401, "x-api-key header is required");
}
