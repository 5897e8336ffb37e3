// SPDX-License-Identifier: MIT
/* What kept a refresh from going on. */
#include "account/trouble.h"

#include <string.h>

#include "account/elsewhere.h"
#include "base/log.h"
#include "base/mem.h"

struct gathering {
    struct troubles *troubles;
    struct accounts *accounts;
};

/* New tokens that are held are the refresh's own: it tries again by itself.  What another
   account has, no attempt brings back. */
static void add(void *arg, const struct account *account)
{
    const struct gathering *gathering = arg;
    struct troubles *troubles = gathering->troubles;
    char holder[ACCOUNT_NAME_MAX + 1];

    if (!account->refresh_problem[0] || account->unsaved[0] ||
        elsewhere_is_spent(gathering->accounts, account, holder))
        return;
    troubles->at = mem_realloc(troubles->at,
                               (troubles->count + 1) * sizeof(struct trouble));
    troubles->at[troubles->count++] = (struct trouble){
        .account =
            account_with_refresh_problem(account, account->refresh_problem)
    };
}

void troubles_gather(struct troubles *troubles, struct accounts *accounts)
{
    *troubles = (struct troubles){ 0 };
    accounts_each(accounts, add, &(struct gathering){ troubles, accounts });
}

/* ---- on the store's thread ---------------------------------------------- */

static bool can_be_read(const struct account *account,
                        struct store_driver *driver, const char *key)
{
    struct json_doc *doc;
    struct account *read;
    struct err err;
    bool ok;

    if (!driver->read(driver, key, &doc, &err) || !doc)
        return false;
    read = account_from_doc(account->kind, str_of(account->name), doc);
    ok = !read->problem[0];
    account_unref(read);
    json_doc_free(doc);
    return ok;
}

static bool could_refresh(const struct account *account,
                          struct store_driver *driver)
{
    char key[ACCOUNT_KEY_MAX];
    struct store_lock *lock;
    struct err err;
    bool ok;

    account_key(account->kind, str_of(account->name), key);
    /* Whoever holds the lock will find out. */
    if (driver->lock(driver, key, &lock, &err) != STORE_LOCKED)
        return false;
    ok = can_be_read(account, driver, key) &&
         driver->reserve(driver, lock, &err);
    driver->unlock(driver, lock);
    return ok;
}

void troubles_try(struct troubles *troubles, struct store_driver *driver)
{
    for (size_t i = 0; i < troubles->count; i++)
        troubles->at[i].is_over =
            could_refresh(troubles->at[i].account, driver);
}

/* ---- what came of it ---------------------------------------------------- */

/* Unless something else happened meanwhile. */
static void show(struct accounts *accounts, const struct account *tried)
{
    struct account *now = accounts_get(accounts, str_of(tried->name));

    if (now && now->kind == tried->kind && !now->unsaved[0] &&
        strcmp(now->refresh_problem, tried->refresh_problem) == 0) {
        log_line(LOG_INFO,
                 "account %s: nothing keeps it from being refreshed "
                 "any more",
                 now->name);
        accounts_put(accounts, account_with_refresh_problem(now, ""), false);
    }
    account_unref(now);
}

void troubles_show(const struct troubles *troubles, struct accounts *accounts)
{
    for (size_t i = 0; i < troubles->count; i++) {
        if (troubles->at[i].is_over)
            show(accounts, troubles->at[i].account);
    }
}

void troubles_done(struct troubles *troubles)
{
    for (size_t i = 0; i < troubles->count; i++)
        account_unref(troubles->at[i].account);
    mem_free(troubles->at);
    *troubles = (struct troubles){ 0 };
}
