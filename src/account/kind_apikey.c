// SPDX-License-Identifier: MIT
/* Accounts that are a Console API key: data/apikey_<name>.json. */
#include "account/gateway.h"
#include "account/kinds.h"

bool kind_apikey_is_any_key(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] <= ' ' || text.at[i] > '~' || text.at[i] == '"' ||
            text.at[i] == '\\')
            return false;
    }
    return text.len > 0 && text.len <= KIND_APIKEY_MAX &&
           !str_starts(text, STR("sk-ant-oat")) &&
           !str_starts(text, STR("sk-ant-ort"));
}

bool kind_apikey_is_key(struct str text)
{
    return kind_apikey_is_any_key(text) && str_starts(text, STR("sk-ant-")) &&
           text.len > 10;
}

static bool parse_apikey(struct account *account, const struct json_doc *doc,
                         struct err *err)
{
    bool elsewhere = gateway_is_elsewhere(account);
    struct str key;

    if (!json_doc_get_str(doc, "api_key", &key) ||
        !(elsewhere ? kind_apikey_is_any_key(key) : kind_apikey_is_key(key)))
        return err_set(
            err, ERR_CONFIG,
            elsewhere
                ? "api_key is missing, has spaces or quotes, or is a token of "
                  "a sign-in"
                : "api_key is missing or does not look like sk-ant-... (keys "
                  "of other providers go with a base_url)");
    account->token = secret_new(key);
    return true;
}

const struct account_kind account_kind_apikey = {
    .name = "api-key",
    .file_prefix = "apikey_",
    .field = { { "x-api-key", 9 }, { "", 0 } },
    .beta = { "", 0 },
    .personal = false,
    .goes_elsewhere = true,
    .parse = parse_apikey,
};
