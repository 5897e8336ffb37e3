// SPDX-License-Identifier: MIT
/* One function for each kind of mistake. */
#include "admin/key_warnings.h"

#include <stdio.h>

#include "account/tags.h"
#include "admin/account_doc.h"
#include "base/shell.h"
#include "base/shown.h"
#include "base/text.h"
#include "team/patterns.h"

#define TEXT_LEN_MAX 1024

/* Into doc.warnings, which is made for the first one. */
static void warn(struct json_doc *doc, const char *text)
{
    if (!json_doc_get(doc, "warnings"))
        json_doc_set(doc, "warnings", json_doc_new_array());
    json_doc_add(json_doc_get(doc, "warnings"), account_doc_text(text));
}

/* ---- accounts ------------------------------------------------------------ */

static void warn_of_missing(struct json_doc *doc, struct accounts *accounts,
                            struct str name)
{
    struct account *account = accounts_get(accounts, name);
    char text[TEXT_LEN_MAX];

    if (!account) {
        (void)snprintf(text, sizeof(text),
                       "there is no account \"" STR_FMT "\" (yet): "
                       "`claude-relay account list` shows those there are",
                       STR_ARG(name));
        warn(doc, text);
    }
    account_unref(account);
}

/* Nobody who serves keys that name none. */
struct pool {
    bool any;
    char first[ACCOUNT_NAME_MAX + 1]; /* by name, of all accounts */
};

static void look_at(void *arg, const struct account *account)
{
    struct pool *pool = arg;

    pool->any |= account->pooled;
    if (!pool->first[0])
        text_copy(pool->first, sizeof(pool->first), str_of(account->name));
}

/* Where there are no accounts at all, they are what comes next. */
static void warn_of_pool(struct json_doc *doc, const struct key *key,
                         struct accounts *accounts)
{
    struct pool pool = { .any = false };
    char name[SHELL_WORD_MAX];
    char text[TEXT_LEN_MAX];

    accounts_each(accounts, look_at, &pool);
    if (pool.any || !pool.first[0])
        return;
    shell_name(str_of(key->name), name);
    (void)snprintf(text, sizeof(text),
                   "it may use the pool only, and no account is in it: "
                   "`claude-relay key edit %s --account %s` names one",
                   name, pool.first);
    warn(doc, text);
}

/* One from before that was forbidden. */
static void warn_of_namesake(struct json_doc *doc, struct accounts *accounts)
{
    struct account *account = accounts_get(accounts, STR("pool"));

    if (account)
        warn(doc, "there is an account named \"pool\", but it may use all that "
                  "are in the pool: give that account another name "
                  "(docs/accounts.md)");
    account_unref(account);
}

struct tagged {
    struct str tag;
    bool any;
    char first[ACCOUNT_NAME_MAX + 1]; /* by name, of all accounts */
};

static void look_for_tag(void *arg, const struct account *account)
{
    struct tagged *tagged = arg;

    tagged->any |= account_has_tag(account, tagged->tag);
    if (!tagged->first[0])
        text_copy(tagged->first, sizeof(tagged->first), str_of(account->name));
}

static void warn_of_tag(struct json_doc *doc, struct accounts *accounts,
                        struct str tag)
{
    struct tagged tagged = { .tag = tag };
    char word[SHELL_WORD_MAX];
    char account[SHELL_WORD_MAX];
    char text[TEXT_LEN_MAX];
    int len;

    accounts_each(accounts, look_for_tag, &tagged);
    if (tagged.any)
        return;
    len =
        snprintf(text, sizeof(text),
                 "no account has the tag \"" STR_FMT "\" (yet)", STR_ARG(tag));
    shell_quote(tag, word);
    shell_name(str_of(tagged.first), account);
    /* There that word takes all tags away. */
    if (tagged.first[0] && !str_eq(tag, STR("none")))
        (void)
            snprintf(text + len, sizeof(text) - (size_t)len,
                     ": `claude-relay account set %s --tag %s` gives it to one",
                     account, word);
    warn(doc, text);
}

static void warn_of_account(struct json_doc *doc, struct accounts *accounts,
                            struct str reference)
{
    struct str tag;

    if (account_tag_of(reference, &tag))
        warn_of_tag(doc, accounts, tag);
    else
        warn_of_missing(doc, accounts, reference);
}

static void warn_of_accounts(struct json_doc *doc, const struct key *key,
                             struct accounts *accounts)
{
    if (!key->accounts) {
        warn_of_pool(doc, key, accounts);
        warn_of_namesake(doc, accounts);
    }
    for (size_t i = 0; key->accounts && i < key->accounts->count; i++)
        warn_of_account(doc, accounts, key->accounts->at[i]);
}

/* ---- models -------------------------------------------------------------- */

/* With its stars, unless it may be a secret that was pasted. */
static const char *shown_pattern(struct str pattern, char out[SHOWN_MAX])
{
    char plain[PATTERN_MAX + 1];

    text_copy(plain, sizeof(plain), pattern);
    for (char *c = plain; *c; c++)
        *c = *c == '*' || *c == '?' ? 'x' : *c;
    if (!shown_is_harmless(str_of(plain)) || pattern.len >= SHOWN_MAX)
        return SHOWN_HIDDEN;
    text_copy(out, SHOWN_MAX, pattern);
    return out;
}

static void warn_of_models(struct json_doc *doc, const char *member,
                           const struct patterns *patterns,
                           const struct prices *prices)
{
    for (size_t i = 0; patterns && i < patterns->count; i++) {
        char text[TEXT_LEN_MAX];
        char pattern[SHOWN_MAX];

        if (prices_know(prices, patterns->at[i]))
            continue;
        (void)snprintf(text, sizeof(text),
                       "%s: %s fits no model that this version knows: their "
                       "names are like claude-sonnet-4-5, and * stands for any "
                       "text",
                       member, shown_pattern(patterns->at[i], pattern));
        warn(doc, text);
    }
}

/* ---- limits and time ----------------------------------------------------- */

#define ZERO "the limit %s is 0, which lets nothing through: "

/* Elsewhere 0 often means that there is no limit. */
static void warn_of_zero(struct json_doc *doc, const char *limit,
                         const char *name, bool is_group)
{
    char quoted[SHELL_WORD_MAX];
    char text[TEXT_LEN_MAX];

    shell_name(str_of(name), quoted);
    if (is_group)
        (void)snprintf(text, sizeof(text),
                       ZERO "`claude-relay key group edit %s --limit %s=none` "
                            "takes it away",
                       limit, quoted, limit);
    else
        (void)snprintf(text, sizeof(text),
                       ZERO "`claude-relay key edit %s --limit %s=none` takes "
                            "it away",
                       limit, quoted, limit);
    warn(doc, text);
}

static void warn_of_zeros(struct json_doc *doc, const struct limits *limits,
                          const char *name, bool is_group)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (limits->at[i] == 0)
            warn_of_zero(doc, limit_kinds[i].name, name, is_group);
    }
}

/* That it has expired since shows in its state. */
static void warn_of_past(struct json_doc *doc, const struct key *key)
{
    if (key->expires_ms != KEY_NEVER && key->expires_ms <= key->changed_ms)
        warn(doc, "it expires at a time that has passed already");
}

/* ---- all of them --------------------------------------------------------- */

void key_warnings_add(struct json_doc *doc, const struct key *key,
                      struct accounts *accounts, const struct prices *prices)
{
    if (key->revoked_ms != KEY_NEVER || key->damaged)
        return;
    warn_of_accounts(doc, key, accounts);
    warn_of_models(doc, "models", key->models, prices);
    warn_of_models(doc, "deny_models", key->deny_models, prices);
    warn_of_zeros(doc, &key->limits, key->name, false);
    warn_of_past(doc, key);
}

void key_warnings_add_group(struct json_doc *doc, const struct key_group *group)
{
    if (!group->damaged)
        warn_of_zeros(doc, &group->limits, group->name, true);
}
