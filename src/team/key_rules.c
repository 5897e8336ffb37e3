// SPDX-License-Identifier: MIT
/* What a key may do.  A refusal says what is allowed: its holder may know. */
#include <stdio.h>

#include "account/tags.h"
#include "base/reason.h"
#include "base/shown.h"
#include "net/cidr.h"
#include "team/key_words.h"
#include "team/patterns.h"

#define LISTED_MAX 200

/* "a, b, c", cut at a comma if it is long. */
static const char *listed(const struct patterns *patterns, char out[LISTED_MAX])
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < patterns->count; i++) {
        struct str one = patterns->at[i];

        if (len + one.len + 8 > LISTED_MAX) {
            (void)snprintf(out + len, LISTED_MAX - len, ", ...");
            break;
        }
        len += (size_t)snprintf(out + len, LISTED_MAX - len, "%s" STR_FMT,
                                i ? ", " : "", STR_ARG(one));
    }
    return out;
}

bool key_allows_address(const struct key *key, const struct addr *address,
                        struct err *err)
{
    char from[ADDR_TEXT_MAX];

    if (key->addresses.count == 0 || cidr_list_has(&key->addresses, address))
        return true;
    addr_format(address, from);
    return REASON_SET(err, KEY_NOT_FROM_HERE, key->name, from);
}

bool key_allows_client(const struct key *key, struct str user_agent,
                       struct err *err)
{
    char list[LISTED_MAX];
    char text[SHOWN_MAX];

    if (!key->clients || patterns_match(key->clients, user_agent))
        return true;
    return REASON_SET(err, KEY_NOT_THIS_CLIENT, key->name,
                      listed(key->clients, list),
                      user_agent.len ? shown_agent(user_agent, text)
                                     : "one without a User-Agent");
}

bool key_allows_call(const struct key *key, enum key_call call, struct err *err)
{
    if (key->calls & (unsigned)call)
        return true;
    return err_set(err, ERR_FORBIDDEN,
                   "the relay key \"%s\" may not call this: it needs "
                   "`allow` with \"%s\"",
                   key->name, key_call_name(call));
}

/* A model's name is printable ASCII.  Somebody behind the relay may trim what is not,
   and then a rule was asked about another name than the one that is used. */
static bool is_model_name(struct str model)
{
    for (size_t i = 0; i < model.len; i++) {
        if (model.at[i] <= ' ' || model.at[i] >= 0x7f)
            return false;
    }
    return true;
}

bool key_allows_model(const struct key *key, struct str model, struct err *err)
{
    char list[LISTED_MAX];
    char text[SHOWN_MAX];

    if (model.len == 0 && (key->models || key->deny_models))
        return err_set(err, ERR_FORBIDDEN,
                       "the relay key \"%s\" is for certain models only, and "
                       "the request names none that can be read",
                       key->name);
    if ((key->models || key->deny_models) && !is_model_name(model))
        return err_set(err, ERR_FORBIDDEN,
                       "the relay key \"%s\" is for certain models only, and "
                       "the request names one with white space, control "
                       "characters or letters that are not ASCII",
                       key->name);
    if (patterns_match(key->deny_models, model))
        return err_set(err, ERR_FORBIDDEN,
                       "the relay key \"%s\" may not use the model %s: "
                       "denied are %s",
                       key->name, shown_open(model, text),
                       listed(key->deny_models, list));
    if (!key->models || patterns_match(key->models, model))
        return true;
    return err_set(err, ERR_FORBIDDEN,
                   "the relay key \"%s\" may not use the model %s: allowed "
                   "are %s",
                   key->name, shown_open(model, text),
                   listed(key->models, list));
}

static bool is_listed(const struct key *key, struct str name,
                      const struct account *account)
{
    struct str tag;

    for (size_t i = 0; i < key->accounts->count; i++) {
        struct str listed = key->accounts->at[i];

        if (str_eq(listed, name))
            return true;
        if (account && account_tag_of(listed, &tag) &&
            account_has_tag(account, tag))
            return true;
    }
    return false;
}

bool key_allows_account(const struct key *key, struct str name,
                        const struct account *account, struct err *err)
{
    if (key->accounts ? is_listed(key, name, account)
                      : account && account->pooled)
        return true;
    return err_set(err, ERR_FORBIDDEN,
                   key->accounts
                       ? "the relay key \"%s\" may not use the account "
                         "\"" STR_FMT "\": it is not in its `accounts`"
                       : "the relay key \"%s\" may use the pool only, and "
                         "the account \"" STR_FMT "\" is not in it",
                   key->name, STR_ARG(name));
}
