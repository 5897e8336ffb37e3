// SPDX-License-Identifier: MIT
/* Accounts signed in with OAuth: data/oauth_<name>.json in the seed's form. */
#include "account/kinds.h"
#include "base/text.h"

/* A token ends up in a header field. */
static bool is_printable(struct str token)
{
    for (size_t i = 0; i < token.len; i++) {
        if (token.at[i] <= ' ' || token.at[i] > '~')
            return false;
    }
    return token.len > 0 && token.len <= 4096;
}

static bool parse_oauth(struct account *account, const struct json_doc *doc,
                        struct err *err)
{
    struct str token;
    struct str expires_at;

    if (!json_doc_get_str(doc, "access_token", &token) || !is_printable(token))
        return err_set(err, ERR_LOGIN_REQUIRED,
                       "access_token is missing or is no token");
    account->token = secret_new(token);
    if (!json_doc_get_str(doc, "expires_at", &expires_at) ||
        !text_parse_time(expires_at, &account->expires_at_ms))
        return err_set(err, ERR_LOGIN_REQUIRED,
                       "expires_at is missing or is no RFC 3339 time");
    return true;
}

const struct account_kind account_kind_oauth = {
    .name = "oauth",
    .file_prefix = "oauth_",
    .header = { "authorization", 13 },
    .header_prefix = { "Bearer ", 7 },
    .needs_oauth_flag = true,
    .parse = parse_oauth,
};
