// SPDX-License-Identifier: MIT
/* Accounts for tests, from the text of their documents. */
#pragma once

#include "account/kinds.h"
#include "base/json.h"

static inline struct account *unit_account(const struct account_kind *kind,
                                           const char *name, const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);
    struct account *account = account_from_doc(kind, str_of(name), doc);

    json_doc_free(doc);
    return account;
}
