// SPDX-License-Identifier: MIT
/* Accounts: parsing their files.  The reference count lives beside the snapshot. */
#include "account/account.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct counted {
    atomic_uint refs;
    struct account account;
};

bool account_name_is_valid(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                    (c >= 'A' && c <= 'Z') || (c && strchr("._@-", c));

        if (!fine)
            return false;
    }
    return name.len >= 1 && name.len <= ACCOUNT_NAME_MAX && name.at[0] != '.';
}

static bool parse_proxy(struct account *account, const struct json_doc *doc,
                        struct err *err)
{
    const struct json_doc *config = json_doc_get(doc, "proxy_config");

    if (!config || json_doc_is_null(config))
        return true;
    if (!json_doc_is_object(config))
        return err_set(err, ERR_CONFIG, "proxy_config is no object");
    account->proxy = proxy_from_json(config, err);
    return account->proxy != NULL;
}

static bool parse(struct account *account, struct str text, struct err *err)
{
    struct json_doc *doc = json_doc_parse(text, err);
    bool ok;

    if (!doc)
        return false;
    ok = (json_doc_is_object(doc) ||
          err_set(err, ERR_CONFIG, "not a JSON object")) &&
         account->kind->parse(account, doc, err) &&
         parse_proxy(account, doc, err);
    json_doc_free(doc);
    return ok;
}

static struct account *make(const struct account_kind *kind, struct str name)
{
    struct counted *counted = MEM_NEW(struct counted);
    struct account *account = &counted->account;

    atomic_init(&counted->refs, 1);
    account->kind = kind;
    account->expires_at_ms = ACCOUNT_NEVER_EXPIRES;
    (void)snprintf(account->name, sizeof(account->name), STR_FMT,
                   STR_ARG(name));
    return account;
}

static void set_problem(struct account *account, const char *problem)
{
    (void)snprintf(account->problem, sizeof(account->problem), "%.199s",
                   problem);
}

struct account *account_parse(const struct account_kind *kind, struct str name,
                              struct str text)
{
    struct account *account = make(kind, name);
    struct err err;

    if (!parse(account, text, &err))
        set_problem(account, err.text);
    return account;
}

struct account *account_broken(const struct account_kind *kind, struct str name,
                               const char *problem)
{
    struct account *account = make(kind, name);

    set_problem(account, problem);
    return account;
}

static struct counted *counted_of(struct account *account)
{
    return CONTAINER_OF(account, struct counted, account);
}

struct account *account_ref(struct account *account)
{
    if (account)
        atomic_fetch_add(&counted_of(account)->refs, 1);
    return account;
}

void account_unref(struct account *account)
{
    if (!account || atomic_fetch_sub(&counted_of(account)->refs, 1) != 1)
        return;
    secret_unref(account->token);
    proxy_unref(account->proxy);
    mem_free(counted_of(account));
}
