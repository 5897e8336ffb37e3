// SPDX-License-Identifier: MIT
/* Accounts that are a Console API key: data/apikey_<name>.json. */
#include "account/kinds.h"

#include "base/reason.h"

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

/* A key of another gateway has a form that only that knows. */
static bool check_key(const struct json_doc *doc, struct err *err)
{
    struct str url;
    bool elsewhere = json_doc_get_str(doc, "base_url", &url);
    struct str key = STR_EMPTY;

    (void)json_doc_get_str(doc, "api_key", &key);
    if (elsewhere)
        return kind_apikey_is_any_key(key) ||
               REASON_SET(err, API_KEY_INVALID, KIND_APIKEY_MAX);
    return kind_apikey_is_key(key) ||
           REASON_SET(err, API_KEY_NOT_CONSOLE, KIND_APIKEY_MAX);
}

static bool parse_apikey(struct account *account, const struct json_doc *doc,
                         struct err *err)
{
    struct str key = STR_EMPTY;

    if (!check_key(doc, err))
        return false;
    (void)json_doc_get_str(doc, "api_key", &key);
    account->token = secret_new(key);
    return true;
}

const struct account_kind account_kind_apikey = {
    .name = "api-key",
    .file_prefix = "apikey_",
    .field = { { "x-api-key", 9 }, { "", 0 } },
    .beta = { "", 0 },
    .personal = false,
    .check_key = check_key,
    .goes_elsewhere = true,
    .parse = parse_apikey,
};
