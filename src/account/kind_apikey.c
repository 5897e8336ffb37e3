// SPDX-License-Identifier: MIT
/* Accounts that are a Console API key: data/apikey_<name>.json. */
#include "account/kinds.h"

bool kind_apikey_is_key(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] <= ' ' || text.at[i] > '~' || text.at[i] == '"' ||
            text.at[i] == '\\')
            return false;
    }
    /* A token of a sign-in is none. */
    return str_starts(text, STR("sk-ant-")) && text.len > 10 &&
           !str_starts(text, STR("sk-ant-oat")) &&
           !str_starts(text, STR("sk-ant-ort")) && text.len <= KIND_APIKEY_MAX;
}

static bool parse_apikey(struct account *account, const struct json_doc *doc,
                         struct err *err)
{
    struct str key;

    if (!json_doc_get_str(doc, "api_key", &key) || !kind_apikey_is_key(key))
        return err_set(err, ERR_CONFIG,
                       "api_key is missing or does not look like sk-ant-...");
    account->token = secret_new(key);
    return true;
}

const struct account_kind account_kind_apikey = {
    .name = "api-key",
    .file_prefix = "apikey_",
    .header = { "x-api-key", 9 },
    .header_prefix = { "", 0 },
    .needs_oauth_flag = false,
    .personal = false,
    .parse = parse_apikey,
};
