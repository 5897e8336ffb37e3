// SPDX-License-Identifier: MIT
/* What is said of an account. */
#include "admin/account_doc.h"

#include "account/gateway.h"
#include "account/refresh_rules.h"
#include "account/tags.h"
#include "admin/account_today.h"
#include "admin/gateway_members.h"
#include "admin/vitals_doc.h"
#include "base/shell.h"
#include "base/text.h"

#define TEXT_MAX 16384

/* ---- what the answers have ---------------------------------------------- */

static const struct admin_member texts[] = {
    { .type = ADMIN_TEXT, .text = "one of them" },
    ADMIN_END,
};

const struct admin_member account_doc_signed_members[] = {
    { "message", ADMIN_TEXT, ADMIN_REQUIRED, "what was done", NULL },
    { "account", ADMIN_TEXT, ADMIN_REQUIRED, "its name", NULL },
    { "expires_at", ADMIN_TEXT, ADMIN_OR_NULL,
      "when its access token expires (RFC 3339); null: never", NULL },
    { "scopes", ADMIN_LIST, 0, "what Anthropic granted", texts },
    { "unsaved", ADMIN_TEXT, 0,
      "why its new tokens, which are in use, could not be saved yet", NULL },
    ADMIN_END,
};

const struct admin_member account_doc_tags[] = {
    { .type = ADMIN_TEXT, .text = ACCOUNT_TAG_NEW },
    ADMIN_END,
};

static const struct admin_member step_members[] = {
    { "step", ADMIN_TEXT, ADMIN_REQUIRED,
      "token, resolve, connect, proxy, ..., message", NULL },
    { "ok", ADMIN_BOOL, ADMIN_REQUIRED, "whether it went well", NULL },
    { "ms", ADMIN_NUMBER, ADMIN_REQUIRED, "how long it took", NULL },
    { "us", ADMIN_NUMBER, ADMIN_REQUIRED, "the same in microseconds", NULL },
    { "found", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what was found: of resolve the address that answered, of TLS its version",
      NULL },
    ADMIN_END,
};
const struct admin_member account_doc_steps[] = {
    { .type = ADMIN_OBJECT, .text = "a step", .members = step_members },
    ADMIN_END,
};
const struct admin_member account_doc_proxy_shown[] = {
    { "type", ADMIN_TEXT, ADMIN_REQUIRED, "socks5, http or https", NULL },
    { "host", ADMIN_TEXT, ADMIN_REQUIRED, "its name or address", NULL },
    { "port", ADMIN_NUMBER, ADMIN_REQUIRED, "its port", NULL },
    { "username", ADMIN_TEXT, 0, "the user name, if it has one", NULL },
    ADMIN_END,
};

const struct admin_member account_doc_proxy_asked[] = {
    { "type", ADMIN_TEXT, ADMIN_REQUIRED, "socks5, http or https", NULL },
    { "host", ADMIN_TEXT, ADMIN_REQUIRED, "its name or address", NULL },
    { "port", ADMIN_NUMBER, ADMIN_REQUIRED, "its port", NULL },
    { "username", ADMIN_TEXT, 0, "if it wants one", NULL },
    { "password", ADMIN_TEXT, 0, "if it wants one; never shown", NULL },
    ADMIN_END,
};

const struct admin_member account_doc_status_members[] = {
    { "account", ADMIN_TEXT, ADMIN_REQUIRED, "its name", NULL },
    { "is_valid", ADMIN_BOOL, ADMIN_REQUIRED, "whether it can be used as it is",
      NULL },
    { "need_refresh", ADMIN_BOOL, ADMIN_REQUIRED, "whether a new token is due",
      NULL },
    { "expires_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "when its access token expires (RFC 3339); null: never", NULL },
    { "signed_in_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "when it was signed in (RFC 3339); null: not noted", NULL },
    { "scopes", ADMIN_LIST, ADMIN_REQUIRED, "what Anthropic granted", texts },
    { "fingerprints", ADMIN_LIST, ADMIN_REQUIRED,
      "of its sign-in or key, and of those that it replaced, newest first: 16 "
      "hex digits of a hash, by which an import knows it again",
      texts },
    { "kind", ADMIN_TEXT, ADMIN_REQUIRED, "oauth or api-key", NULL },
    { "enabled", ADMIN_BOOL, ADMIN_REQUIRED, "false: switched off", NULL },
    { "pool", ADMIN_BOOL, ADMIN_REQUIRED,
      "whether it serves every key that says \"pool\"", NULL },
    { "warning", ADMIN_TEXT, 0,
      "of a personal account in the pool or with tags: what Anthropic permits",
      NULL },
    { "tags", ADMIN_LIST, ADMIN_REQUIRED, "by which keys may name it", texts },
    { "priority", ADMIN_NUMBER, ADMIN_REQUIRED, "higher ones serve first",
      NULL },
    { "weight", ADMIN_NUMBER, ADMIN_REQUIRED,
      "its share among those of its priority", NULL },
    { "concurrency", ADMIN_NUMBER, ADMIN_REQUIRED,
      "requests to the model at once; 0: any number", NULL },
    { "login_required", ADMIN_BOOL, ADMIN_REQUIRED,
      "whether it has to sign in again", NULL },
    { "can_refresh", ADMIN_BOOL, ADMIN_REQUIRED,
      "whether its token is renewed by itself", NULL },
    { "proxy_config", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "its own proxy, without the password", account_doc_proxy_shown },
    GATEWAY_MEMBERS_TOLD,
    { "note", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL, "the operator's",
      NULL },
    { "problem", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what somebody has to look after", NULL },
    VITALS_DOC_MEMBERS,
    { "today", ADMIN_OBJECT, ADMIN_OR_NULL,
      "what it was used for today, in the relay's time zone; null: the records "
      "do not answer",
      account_today_members },
    ADMIN_END,
};

/* ---- the answers -------------------------------------------------------- */

struct json_doc *account_doc_text(const char *text)
{
    struct json_doc *doc;
    struct buf filled;

    buf_init(&filled, TEXT_MAX);
    shell_fill(&filled, str_of(text));
    doc = json_doc_new_str(buf_str(&filled));
    buf_done(&filled);
    return doc;
}

static void set_times(struct json_doc *doc, const struct account *account)
{
    char until[TEXT_TIME_MAX];

    if (account->expires_at_ms == ACCOUNT_NEVER_EXPIRES) {
        json_doc_set(doc, "expires_at", json_doc_new_null());
    } else {
        text_format_time(account->expires_at_ms, until);
        json_doc_set_str(doc, "expires_at", str_of(until));
    }
    json_doc_set(doc, "scopes",
                 account->scopes ? json_doc_copy(account->scopes)
                                 : json_doc_new_array());
}

static void set_sign_in(struct json_doc *doc, const struct account *account)
{
    char at[TEXT_TIME_MAX];

    if (account->signed_in_ms == 0) {
        json_doc_set(doc, "signed_in_at", json_doc_new_null());
        return;
    }
    text_format_time(account->signed_in_ms, at);
    json_doc_set_str(doc, "signed_in_at", str_of(at));
}

static struct json_doc *fingerprints(const struct account *account)
{
    struct json_doc *doc = json_doc_new_array();
    char own[ACCOUNT_GRANT_LEN + 1];
    struct str hash;

    account_fingerprint(account, own);
    if (own[0])
        json_doc_add(doc, json_doc_new_str(str_of(own)));
    for (size_t i = 0; i < json_doc_count(account->replaced); i++) {
        if (json_doc_as_str(json_doc_at(account->replaced, i), &hash))
            json_doc_add(doc, json_doc_new_str(hash));
    }
    return doc;
}

struct json_doc *account_doc_signed(const struct account *account,
                                    const char *message)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "message", str_of(message));
    json_doc_set_str(doc, "account", str_of(account->name));
    set_times(doc, account);
    if (account->unsaved[0])
        json_doc_set(doc, "unsaved", account_doc_text(account->unsaved));
    return doc;
}

struct json_doc *account_doc_of(struct accounts *accounts, struct str name,
                                const char *message)
{
    struct account *account = accounts_get(accounts, name);
    struct json_doc *doc;

    if (account) {
        doc = account_doc_signed(account, message);
        account_unref(account);
        return doc;
    }
    doc = json_doc_new_object();
    json_doc_set_str(doc, "message", str_of(message));
    json_doc_set_str(doc, "account", name);
    return doc;
}

/* ---- status ------------------------------------------------------------- */

static struct json_doc *proxy_doc(const struct proxy *proxy)
{
    struct json_doc *doc = proxy_to_json(proxy);

    if (proxy && proxy_username(proxy))
        json_doc_set_str(doc, "username", str_of(proxy_username(proxy)));
    return doc;
}

static void set_pool(struct json_doc *doc, const struct account *account)
{
    const char *warning = account_sharing_warning(account);

    json_doc_set_bool(doc, "pool", account->pooled);
    if (warning)
        json_doc_set(doc, "warning", account_doc_text(warning));
}

static void set_operator(struct json_doc *doc, const struct account *account)
{
    json_doc_set_str(doc, "kind", str_of(account->kind->name));
    json_doc_set_bool(doc, "enabled", !account->disabled);
    set_pool(doc, account);
    json_doc_set(doc, "tags",
                 account->tags ? json_doc_copy(account->tags)
                               : json_doc_new_array());
    json_doc_set_u64(doc, "priority", account->priority);
    json_doc_set_u64(doc, "weight", account->weight);
    json_doc_set_u64(doc, "concurrency", account->concurrency);
    json_doc_set_bool(doc, "login_required", account->login_required);
    json_doc_set_bool(doc, "can_refresh", account->can_refresh);
    json_doc_set(doc, "proxy_config", proxy_doc(account->proxy));
    gateway_tell(doc, account);
    json_doc_set(doc, "note",
                 account->note ? json_doc_new_str(str_of(account->note))
                               : json_doc_new_null());
}

static const char *of_file(const struct account *account)
{
    return account->unsaved[0] ? account->unsaved : account_trouble(account);
}

struct json_doc *account_doc_status(const struct account *account,
                                    uint64_t now_wall_ms)
{
    struct json_doc *doc = json_doc_new_object();
    struct err err = { 0 };
    bool usable = account_is_usable(account, now_wall_ms, &err);
    const char *problem = usable ? of_file(account) : err.text;

    json_doc_set_str(doc, "account", str_of(account->name));
    json_doc_set_bool(doc, "is_valid",
                      usable && account->expires_at_ms > now_wall_ms);
    json_doc_set_bool(doc, "need_refresh",
                      account->can_refresh &&
                          account->expires_at_ms <=
                              now_wall_ms + REFRESH_AHEAD_MS);
    set_times(doc, account);
    set_sign_in(doc, account);
    json_doc_set(doc, "fingerprints", fingerprints(account));
    set_operator(doc, account);
    json_doc_set(doc, "problem",
                 problem[0] ? account_doc_text(problem) : json_doc_new_null());
    vitals_doc_set(doc, account, now_wall_ms);
    return doc;
}
