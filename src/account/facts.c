// SPDX-License-Identifier: MIT
/* What an account is, for the audit log. */
#include "account/facts.h"

#include "account/gateway.h"
#include "base/text.h"
#include "crypto/hash.h"

/* For comparing alone: the audit log shows of no secret more than that it is
   another. */
static void set_secret(struct json_doc *doc, const char *member,
                       struct str secret)
{
    unsigned char hash[HASH_SHA256_LEN];
    char hex[2 * HASH_SHA256_LEN + 1];

    hash_sha256(secret, hash);
    text_hex(hash, sizeof(hash), hex);
    json_doc_set_str(doc, member, str_of(hex));
}

static struct json_doc *proxy_doc(const struct proxy *proxy)
{
    struct json_doc *doc = proxy_to_json(proxy);

    if (proxy && proxy_username(proxy))
        json_doc_set_str(doc, "username", str_of(proxy_username(proxy)));
    if (proxy && proxy_password(proxy))
        set_secret(doc, "password", str_of(proxy_password(proxy)));
    return doc;
}

static void set_tokens(struct json_doc *doc, const struct account *account)
{
    char until[TEXT_TIME_MAX];

    if (account->kind->check_key && account->token)
        set_secret(doc, "api_key", secret_reveal(account->token));
    if (account->grant[0])
        json_doc_set_str(doc, "grant", str_of(account->grant));
    if (account->token && account->expires_at_ms != ACCOUNT_NEVER_EXPIRES) {
        text_format_time(account->expires_at_ms, until);
        json_doc_set_str(doc, "expires_at", str_of(until));
    }
    if (account->scopes)
        json_doc_set(doc, "scopes", json_doc_copy(account->scopes));
    json_doc_set_bool(doc, "can_refresh", account->can_refresh);
    json_doc_set_bool(doc, "login_required", account->login_required);
}

struct json_doc *account_facts(const struct account *account)
{
    struct json_doc *doc;

    if (!account)
        return NULL;
    doc = json_doc_new_object();
    json_doc_set_str(doc, "kind", str_of(account->kind->name));
    json_doc_set_bool(doc, "enabled", !account->disabled);
    json_doc_set_bool(doc, "pool", account->pooled);
    json_doc_set_u64(doc, "priority", account->priority);
    json_doc_set_u64(doc, "weight", account->weight);
    json_doc_set_u64(doc, "concurrency", account->concurrency);
    json_doc_set(doc, "proxy_config", proxy_doc(account->proxy));
    gateway_tell(doc, account);
    if (account->tags)
        json_doc_set(doc, "tags", json_doc_copy(account->tags));
    if (account->note)
        json_doc_set_str(doc, "note", str_of(account->note));
    set_tokens(doc, account);
    return doc;
}
