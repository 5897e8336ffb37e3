// SPDX-License-Identifier: MIT
/* Looking for a grant in all accounts. */
#include "account/elsewhere.h"

#include <string.h>

#include "base/text.h"

struct search {
    const struct account *account;
    bool (*has)(const struct account *other, const struct account *account);
    char *holder;
    bool found;
};

static void look_at(void *arg, const struct account *other)
{
    struct search *search = arg;
    const struct account *account = search->account;

    if (search->found || other->kind != account->kind ||
        strcmp(other->name, account->name) == 0 || !search->has(other, account))
        return;
    search->found = true;
    text_copy(search->holder, ACCOUNT_NAME_MAX + 1, str_of(other->name));
}

/* A sign-in replaces what was there, too, but spends nothing of it: a copy of that is an
   account of its own from then on. */
static bool has_spent(const struct account *other,
                      const struct account *account)
{
    return other->signed_in_ms == account->signed_in_ms &&
           account_has_replaced(other, account->grant);
}

static bool has_it(const struct account *other, const struct account *account)
{
    return strcmp(other->grant, account->grant) == 0 && !other->problem[0] &&
           !other->file_problem[0];
}

static bool search_all(struct accounts *accounts, struct search search)
{
    if (search.account->grant[0])
        accounts_each(accounts, look_at, &search);
    return search.found;
}

bool elsewhere_is_spent(struct accounts *accounts,
                        const struct account *account,
                        char holder[ACCOUNT_NAME_MAX + 1])
{
    return search_all(accounts, (struct search){ .account = account,
                                                 .has = has_spent,
                                                 .holder = holder });
}

bool elsewhere_is_held(struct accounts *accounts, const struct account *account,
                       char holder[ACCOUNT_NAME_MAX + 1])
{
    return search_all(accounts, (struct search){ .account = account,
                                                 .has = has_it,
                                                 .holder = holder });
}
