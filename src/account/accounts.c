// SPDX-License-Identifier: MIT
/* All accounts.  The loading thread alone changes `folder` (what
   it read last); the lock guards `list`, which everybody asks. */
#include "account/accounts.h"

#include <pthread.h>

#include "account/choose.h"
#include "account/folder.h"
#include "base/mem.h"

/* Sorted by name; each a reference. */
struct snapshots {
    struct account **at;
    size_t count;
};

struct accounts {
    struct store_driver *driver;
    struct folder folder;
    pthread_mutex_t lock;
    struct snapshots list;
};

struct accounts *accounts_new(struct store_driver *driver)
{
    struct accounts *accounts = MEM_NEW(struct accounts);

    accounts->driver = driver;
    (void)pthread_mutex_init(&accounts->lock, NULL);
    return accounts;
}

static void snapshots_done(struct snapshots *list)
{
    for (size_t i = 0; i < list->count; i++)
        account_unref(list->at[i]);
    mem_free(list->at);
}

void accounts_free(struct accounts *accounts)
{
    if (!accounts)
        return;
    snapshots_done(&accounts->list);
    folder_done(&accounts->folder);
    (void)pthread_mutex_destroy(&accounts->lock);
    mem_free(accounts);
}

/* ---- reading ------------------------------------------------------------ */

static struct snapshots take_snapshots(const struct folder *folder)
{
    struct snapshots list = { .count = folder->count };

    list.at = mem_alloc((folder->count + 1) * sizeof(struct account *));
    for (size_t i = 0; i < folder->count; i++)
        list.at[i] = account_ref(folder->at[i].account);
    return list;
}

/* Show everybody what the loading thread knows. */
static void publish(struct accounts *accounts)
{
    struct snapshots list = take_snapshots(&accounts->folder);
    struct snapshots old;

    (void)pthread_mutex_lock(&accounts->lock);
    old = accounts->list;
    accounts->list = list;
    (void)pthread_mutex_unlock(&accounts->lock);
    snapshots_done(&old);
}

bool accounts_load(struct accounts *accounts, struct err *err)
{
    struct folder now;

    if (!folder_read(accounts->driver, &accounts->folder, &now, err))
        return false;
    folder_done(&accounts->folder);
    accounts->folder = now;
    publish(accounts);
    return true;
}

void accounts_put(struct accounts *accounts, struct account *account, bool held)
{
    folder_put(&accounts->folder, account, held);
    publish(accounts);
}

void accounts_forget(struct accounts *accounts, const struct account *account)
{
    folder_remove(&accounts->folder, account);
    publish(accounts);
}

/* ---- asking ------------------------------------------------------------- */

size_t accounts_count(struct accounts *accounts)
{
    size_t count;

    (void)pthread_mutex_lock(&accounts->lock);
    count = accounts->list.count;
    (void)pthread_mutex_unlock(&accounts->lock);
    return count;
}

struct account *accounts_get(struct accounts *accounts, struct str name)
{
    struct account *account = NULL;

    (void)pthread_mutex_lock(&accounts->lock);
    for (size_t i = 0; !account && i < accounts->list.count; i++) {
        if (str_eq(str_of(accounts->list.at[i]->name), name))
            account = account_ref(accounts->list.at[i]);
    }
    (void)pthread_mutex_unlock(&accounts->lock);
    return account;
}

struct account *accounts_choose(struct accounts *accounts, struct str name,
                                uint64_t now_wall_ms, struct err *err)
{
    struct account *account;

    (void)pthread_mutex_lock(&accounts->lock);
    account =
        account_ref(choose_account(accounts->list.at, accounts->list.count,
                                   name, now_wall_ms, err));
    (void)pthread_mutex_unlock(&accounts->lock);
    return account;
}

void accounts_each(struct accounts *accounts,
                   void (*visit)(void *arg, const struct account *account),
                   void *arg)
{
    struct snapshots copy;

    (void)pthread_mutex_lock(&accounts->lock);
    copy.count = accounts->list.count;
    copy.at = mem_alloc((copy.count + 1) * sizeof(struct account *));
    for (size_t i = 0; i < copy.count; i++)
        copy.at[i] = account_ref(accounts->list.at[i]);
    (void)pthread_mutex_unlock(&accounts->lock);
    for (size_t i = 0; i < copy.count; i++)
        visit(arg, copy.at[i]);
    snapshots_done(&copy);
}
