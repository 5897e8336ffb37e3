// SPDX-License-Identifier: MIT
/* Accounts: parsing their files.  The reference count lives beside the snapshot. */
#include "account/account.h"

#include <stdatomic.h>
#include <stdio.h>

#include "account/bindings.h"
#include "account/gateway.h"
#include "account/kinds.h"
#include "account/tags.h"
#include "account/vitals.h"
#include "base/chars.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/shown.h"
#include "base/text.h"
#include "base/token.h"
#include "crypto/hash.h"

struct counted {
    atomic_uint refs;
    struct account account;
};

bool account_name_is_valid(struct str name)
{
    static const struct chars usual = {
        { CHARS_ALNUM, ['.'] = true, ['_'] = true, ['@'] = true, ['-'] = true }
    };

    return name.len >= 1 && name.len <= ACCOUNT_NAME_MAX && name.at[0] != '.' &&
           chars_has_all(&usual, name);
}

bool account_name_check(struct str name, enum err_code code, struct err *err)
{
    return account_name_is_valid(name) ||
           REASON_SET(err, ACCOUNT_NAME_WRONG, ACCOUNT_NAME_MAX) ||
           err_as(err, code);
}

bool account_missing(struct str name, enum err_code code, struct err *err)
{
    char text[SHOWN_MAX];

    return REASON_SET(err, ACCOUNT_UNKNOWN, shown(name, text)) ||
           err_as(err, code);
}

/* As ACCOUNT_NAME_NEW has them. */
static bool is_word(struct str name)
{
    static const char *const words[] = { "pool", "all", "any", "none" };

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_ieq(name, str_of(words[i])))
            return true;
    }
    return false;
}

bool account_name_may_be_made(struct str name)
{
    return account_name_is_valid(name) && name.at[0] != '-' &&
           !token_is_in(name) && !is_word(name);
}

const struct account_kind *account_kind_named(struct str name)
{
    const struct account_kind *const *kind = account_kinds;

    while (*kind && !str_eq(name, str_of((*kind)->name)))
        kind++;
    return *kind;
}

const struct account_kind *account_kind_signing_in(void)
{
    const struct account_kind *const *kind = account_kinds;

    while (*kind && !(*kind)->signs_in)
        kind++;
    return *kind;
}

/* Its characters mean nothing to a shell. */
const char *account_word(const char *name, char out[ACCOUNT_WORD_MAX])
{
    (void)snprintf(out, ACCOUNT_WORD_MAX, "%s%.*s", name[0] == '-' ? "-- " : "",
                   ACCOUNT_NAME_MAX, name);
    return out;
}

const char *account_again(const struct account_kind *kind, const char *name,
                          bool over_http, char out[ACCOUNT_AGAIN_MAX])
{
    char word[ACCOUNT_WORD_MAX];

    (void)account_word(name, word);
    if (kind->signs_in)
        (void)snprintf(out, ACCOUNT_AGAIN_MAX,
                       "sign in again with `claude-relay login %s`%s", word,
                       over_http ? " or POST /oauth/auth-url" : "");
    else if (kind->check_key)
        (void)snprintf(out, ACCOUNT_AGAIN_MAX,
                       "give it another key with `claude-relay account set %s "
                       "--api-key -`%s",
                       word, over_http ? " or PATCH /oauth/accounts/NAME" : "");
    else
        (void)snprintf(out, ACCOUNT_AGAIN_MAX,
                       "remove it with `claude-relay account remove %s`, and "
                       "add it again with another credential",
                       word);
    return out;
}

void account_key(const struct account_kind *kind, struct str name,
                 char out[ACCOUNT_KEY_MAX])
{
    (void)snprintf(out, ACCOUNT_KEY_MAX, "%s" STR_FMT, kind->file_prefix,
                   STR_ARG(str_sub(name, 0, ACCOUNT_NAME_MAX)));
}

const struct account_kind *account_of_key(struct str key, struct str *name)
{
    for (size_t i = 0; account_kinds[i]; i++) {
        struct str prefix = str_of(account_kinds[i]->file_prefix);

        *name = str_from(key, prefix.len);
        if (str_starts(key, prefix) && account_name_is_valid(*name))
            return account_kinds[i];
    }
    return NULL;
}

/* ---- snapshots ---------------------------------------------------------- */

static bool parse_proxy(struct account *account, const struct json_doc *doc,
                        struct err *err)
{
    const struct json_doc *config = json_doc_get(doc, "proxy_config");

    if (!config || json_doc_is_null(config))
        return true;
    if (!json_doc_is_object(config))
        return err_set(err, ERR_CONFIG, "proxy_config is not an object");
    account->proxy = proxy_from_json(config, err);
    return account->proxy != NULL;
}

static bool parse_number(const struct json_doc *doc, const char *member,
                         uint64_t max, uint64_t *number, struct err *err)
{
    uint64_t value;

    if (!json_doc_get(doc, member))
        return true;
    if (!json_doc_get_u64(doc, member, &value) || value > max)
        return err_set(err, ERR_CONFIG,
                       "%s is not a whole number from 0 to %llu", member,
                       (unsigned long long)max);
    *number = value;
    return true;
}

static bool parse_share(struct account *account, const struct json_doc *doc,
                        struct err *err)
{
    return parse_number(doc, "priority", ACCOUNT_PRIORITY_MAX,
                        &account->priority, err) &&
           parse_number(doc, "weight", ACCOUNT_WEIGHT_MAX, &account->weight,
                        err) &&
           parse_number(doc, "concurrency", ACCOUNT_CONCURRENCY_MAX,
                        &account->concurrency, err);
}

static bool parse_tags(struct account *account, const struct json_doc *doc,
                       struct err *err)
{
    const struct json_doc *tags = json_doc_get(doc, "tags");

    if (!tags || json_doc_is_null(tags))
        return true;
    if (!account_tags_check(tags, ERR_CONFIG, err))
        return false;
    account->tags = json_doc_copy(tags);
    return true;
}

static bool parse_enabled(struct account *account, const struct json_doc *doc,
                          struct err *err)
{
    bool on = true;

    if (json_doc_get(doc, "enabled") && !json_doc_get_bool(doc, "enabled", &on))
        return err_set(err, ERR_CONFIG, "enabled is neither true nor false");
    account->disabled = !on;
    account->told = ACCOUNT_TOLD_ENABLED;
    return true;
}

static bool parse_pool(struct account *account, const struct json_doc *doc,
                       struct err *err)
{
    const struct json_doc *pool = json_doc_get(doc, "pool");

    if (pool && !json_doc_get_bool(doc, "pool", &account->pooled))
        return err_set(err, ERR_CONFIG, "pool is neither true nor false");
    account->pooled_by_hand = pool && account->pooled;
    return true;
}

/* What the operator says of it; absent is on, and in the pool as its kind is. */
static bool parse_operator(struct account *account, const struct json_doc *doc,
                           struct err *err)
{
    struct str note;

    if (!parse_enabled(account, doc, err) || !parse_pool(account, doc, err) ||
        !parse_tags(account, doc, err) || !parse_share(account, doc, err))
        return false;
    if (json_doc_get_str(doc, "note", &note))
        account->note = mem_strndup(note.at, note.len);
    account->told = ACCOUNT_TOLD_ALL;
    return true;
}

/* A person's credential never goes to anybody but the provider it is of. */
static bool parse_gateway(struct account *account, const struct json_doc *doc,
                          struct err *err)
{
    return gateway_from_doc(doc, &account->gateway, err) &&
           (!account->gateway || account->kind->goes_elsewhere ||
            err_set(err, ERR_CONFIG,
                    "base_url, bearer, model_map and tls_ca are for API keys, "
                    "not for accounts that sign in"));
}

static bool parse(struct account *account, const struct json_doc *doc,
                  struct err *err)
{
    return (json_doc_is_object(doc) ||
            err_set(err, ERR_CONFIG, "not a JSON object")) &&
           parse_operator(account, doc, err) &&
           parse_gateway(account, doc, err) &&
           account->kind->parse(account, doc, err) &&
           parse_proxy(account, doc, err);
}

static struct account *make(const struct account_kind *kind, struct str name)
{
    struct counted *counted = MEM_NEW(struct counted);
    struct account *account = &counted->account;

    atomic_init(&counted->refs, 1);
    account->kind = kind;
    account->pooled = !kind->personal;
    account->weight = ACCOUNT_WEIGHT;
    account->expires_at_ms = ACCOUNT_NEVER_EXPIRES;
    (void)snprintf(account->name, sizeof(account->name), STR_FMT,
                   STR_ARG(name));
    account->number = bindings_account(str_of(account->name));
    return account;
}

static void set_problem(struct account *account, const char *problem)
{
    (void)snprintf(account->problem, sizeof(account->problem), "%.479s",
                   problem);
}

struct account *account_from_doc(const struct account_kind *kind,
                                 struct str name, const struct json_doc *doc)
{
    struct account *account = make(kind, name);
    struct err err;

    if (!parse(account, doc, &err))
        set_problem(account, err.text);
    return account;
}

struct account *account_broken(const struct account_kind *kind, struct str name,
                               const char *problem)
{
    struct account *account = make(kind, name);

    set_problem(account, problem);
    account->unreadable = true;
    return account;
}

static struct account *copy(const struct account *account)
{
    struct account *same = make(account->kind, str_of(account->name));

    *same = *account;
    if (account->token)
        same->token = secret_ref(account->token);
    if (account->refresh)
        same->refresh = secret_ref(account->refresh);
    same->proxy = proxy_ref(account->proxy);
    same->gateway = gateway_ref(account->gateway);
    same->scopes = account->scopes ? json_doc_copy(account->scopes) : NULL;
    same->tags = account->tags ? json_doc_copy(account->tags) : NULL;
    same->replaced =
        account->replaced ? json_doc_copy(account->replaced) : NULL;
    same->note = account->note ? mem_strdup(account->note) : NULL;
    same->vitals = account->vitals ? vitals_ref(account->vitals) : NULL;
    return same;
}

struct account *account_with_problem(const struct account *account,
                                     const char *problem)
{
    struct account *same = copy(account);

    set_problem(same, problem);
    return same;
}

struct account *account_with_file_problem(const struct account *account,
                                          const char *problem)
{
    struct account *same = copy(account);

    (void)snprintf(same->file_problem, sizeof(same->file_problem), "%.479s",
                   problem);
    return same;
}

static void take_told(struct account *account, const struct account *read)
{
    account->told = read->told;
    account->pooled = read->pooled;
    account->pooled_by_hand = read->pooled_by_hand;
    account->priority = read->priority;
    account->weight = read->weight;
    account->concurrency = read->concurrency;
    json_doc_free(account->tags);
    account->tags = read->tags ? json_doc_copy(read->tags) : NULL;
    mem_free(account->note);
    account->note = read->note ? mem_strdup(read->note) : NULL;
}

struct account *account_as_told(const struct account *account,
                                const struct account *read, const char *problem)
{
    struct account *same = account_with_file_problem(account, problem);

    if (read->told >= ACCOUNT_TOLD_ENABLED)
        same->disabled = read->disabled;
    if (read->told == ACCOUNT_TOLD_ALL)
        take_told(same, read);
    return same;
}

struct account *account_with_refresh_problem(const struct account *account,
                                             const char *problem)
{
    struct account *same = copy(account);

    (void)snprintf(same->refresh_problem, sizeof(same->refresh_problem),
                   "%.479s", problem);
    return same;
}

const char *account_trouble(const struct account *account)
{
    return account->file_problem[0] ? account->file_problem
                                    : account->refresh_problem;
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
    secret_unref(account->refresh);
    proxy_unref(account->proxy);
    gateway_unref(account->gateway);
    json_doc_free(account->scopes);
    json_doc_free(account->tags);
    json_doc_free(account->replaced);
    mem_free(account->note);
    vitals_unref(account->vitals);
    mem_free(counted_of(account));
}

/* ---- use ---------------------------------------------------------------- */

bool account_needs_refresh(const struct account *account, uint64_t now_wall_ms)
{
    return account->can_refresh && account->expires_at_ms <= now_wall_ms;
}

static bool sign_in_again(const struct account *account, const char *why,
                          struct err *err)
{
    char again[ACCOUNT_AGAIN_MAX];

    return err_set(err, ERR_LOGIN_REQUIRED, "%s of account \"%s\" %s: %s",
                   account->can_refresh ? "the sign-in" : "the token",
                   account->name, why,
                   account_again(account->kind, account->name, true, again));
}

struct account_field account_field_of(const struct account *account)
{
    static const struct account_field bearer = { { "authorization", 13 },
                                                 { "Bearer ", 7 } };

    return account->gateway && account->gateway->bearer ? bearer
                                                        : account->kind->field;
}

#define NOW_SERVES "this account now serves every relay key that "
#define PERMITTED                                                              \
    ". Anthropic permits the credentials of Free, Pro, Max, Team and "         \
    "Enterprise plans for their purchaser's own ordinary use of Claude Code "  \
    "only: routing other people's requests through them, or reselling them, "  \
    "is not permitted. Serving others needs Console API keys "                 \
    "(`claude-relay account add console --api-key -`)"

const char *account_sharing_warning(const struct account *account)
{
    bool tagged = json_doc_count(account->tags) > 0;

    if (!account->kind->personal || !(account->pooled || tagged))
        return NULL;
    if (!tagged)
        return NOW_SERVES "says \"pool\"" PERMITTED;
    return account->pooled ? NOW_SERVES
               "says \"pool\" or names one of its tags" PERMITTED
                           : NOW_SERVES "names one of its tags" PERMITTED;
}

void account_fingerprint(const struct account *account,
                         char out[ACCOUNT_GRANT_LEN + 1])
{
    unsigned char hash[HASH_SHA256_LEN];

    text_copy(out, ACCOUNT_GRANT_LEN + 1, str_of(account->grant));
    if (account->grant[0] || !account->token)
        return;
    hash_sha256(secret_reveal(account->token), hash);
    text_hex(hash, ACCOUNT_GRANT_LEN / 2, out);
}

bool account_has_replaced(const struct account *account, const char *grant)
{
    struct str hash;

    for (size_t i = 0; i < json_doc_count(account->replaced); i++) {
        if (json_doc_as_str(json_doc_at(account->replaced, i), &hash) &&
            str_eq(hash, str_of(grant)))
            return true;
    }
    return false;
}

bool account_is_usable(const struct account *account, uint64_t now_wall_ms,
                       struct err *err)
{
    char word[ACCOUNT_WORD_MAX];

    if (account->problem[0])
        return err_set(err, account->unreadable ? ERR_IO : ERR_LOGIN_REQUIRED,
                       "account \"%s\" cannot be used: %s", account->name,
                       account->problem);
    if (account->disabled)
        return REASON_SET(err, ACCOUNT_OFF, account->name,
                          account_word(account->name, word));
    if (account->login_required)
        return sign_in_again(account, "was refused", err);
    if (account->expires_at_ms <= now_wall_ms && !account->can_refresh)
        return sign_in_again(account, "has expired", err);
    return true;
}
