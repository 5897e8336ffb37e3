// SPDX-License-Identifier: MIT
/* Accounts signed in with OAuth: data/oauth_<name>.json in the seed's form. */
#include <stdio.h>

#include "account/kinds.h"
#include "account/oauth.h"
#include "base/text.h"
#include "crypto/hash.h"

/* A token ends up in a header field. */
static bool is_printable(struct str token)
{
    for (size_t i = 0; i < token.len; i++) {
        if (token.at[i] <= ' ' || token.at[i] > '~')
            return false;
    }
    return token.len > 0 && token.len <= KIND_OAUTH_TOKEN_MAX;
}

/* Present, but of no use: nobody would see that nothing is refreshed. */
static bool is_spoilt(const struct json_doc *doc)
{
    const struct json_doc *member = json_doc_get(doc, "refresh_token");
    struct str token;

    return member && !json_doc_is_null(member) &&
           (!json_doc_get_str(doc, "refresh_token", &token) || token.len > 0);
}

/* The mark of a refusal holds for the grant that was refused, not for the next
   one, whoever wrote it into the file. */
static void parse_grant(struct account *account, const struct json_doc *doc)
{
    unsigned char hash[32];
    char word[ACCOUNT_WORD_MAX];
    struct str refused;
    struct str token;

    account->can_refresh =
        json_doc_get_str(doc, "refresh_token", &token) && is_printable(token);
    if (!account->can_refresh && is_spoilt(doc))
        (void)snprintf(account->file_problem, sizeof(account->file_problem),
                       "its refresh_token is no token, so it serves only until "
                       "its access token expires: sign in again with "
                       "`claude-relay login %s`",
                       account_word(account->name, word));
    if (account->can_refresh)
        account->refresh = secret_new(token);
    else
        token = secret_reveal(account->token);
    hash_sha256(token, hash);
    text_hex(hash, ACCOUNT_GRANT_LEN / 2, account->grant);
    account->login_required =
        json_doc_get_str(doc, "login_required", &refused) &&
        str_eq(refused, str_of(account->grant));
}

/* Ours; files of others have none, as below. */
static void parse_sign_in(struct account *account, const struct json_doc *doc)
{
    struct str at;

    if (!json_doc_get_str(doc, "signed_in_at", &at) ||
        !text_parse_time(at, &account->signed_in_ms))
        account->signed_in_ms = 0;
}

static void parse_replaced(struct account *account, const struct json_doc *doc)
{
    const struct json_doc *replaced = json_doc_get(doc, "replaced");

    if (replaced && json_doc_is_array(replaced))
        account->replaced = json_doc_copy(replaced);
}

static void parse_scopes(struct account *account, const struct json_doc *doc)
{
    const struct json_doc *scopes = json_doc_get(doc, "scopes");

    if (scopes && json_doc_is_array(scopes))
        account->scopes = json_doc_copy(scopes);
}

static bool parse_oauth(struct account *account, const struct json_doc *doc,
                        struct err *err)
{
    struct str token;
    struct str expires_at;

    if (!json_doc_get_str(doc, "access_token", &token) || !is_printable(token))
        return err_set(err, ERR_LOGIN_REQUIRED,
                       "access_token is missing or not a token");
    account->token = secret_new(token);
    if (!json_doc_get_str(doc, "expires_at", &expires_at) ||
        !text_parse_time(expires_at, &account->expires_at_ms))
        return err_set(err, ERR_LOGIN_REQUIRED,
                       "expires_at is missing or not an RFC 3339 time");
    parse_grant(account, doc);
    parse_sign_in(account, doc);
    parse_replaced(account, doc);
    parse_scopes(account, doc);
    return true;
}

/* ---- new tokens ---------------------------------------------------------- */

static const struct url *endpoint(const struct config *config)
{
    return &config->token_url;
}

static void ask(const struct config *config, const struct json_doc *doc,
                struct buf *body)
{
    struct oauth_client client = oauth_client_of(config);
    struct str token = STR_EMPTY;

    (void)json_doc_get_str(doc, "refresh_token", &token);
    oauth_refresh_body(&client, token, body);
}

#define FIELDS "content-type: application/json\r\naccept: application/json\r\n"

static const struct renewal renewal = {
    .endpoint = endpoint,
    .fields = { FIELDS, sizeof(FIELDS) - 1 },
    .ask = ask,
    .judge = oauth_judge,
    .look = oauth_look,
    .doubt = oauth_doubt,
};

const struct account_kind account_kind_oauth = {
    .name = "oauth",
    .file_prefix = "oauth_",
    .field = { { "authorization", 13 }, { "Bearer ", 7 } },
    .beta = { "oauth-2025-04-20", 16 },
    .renewal = &renewal,
    .signs_in = true,
    .personal = true,
    .parse = parse_oauth,
};
