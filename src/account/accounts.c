// SPDX-License-Identifier: MIT
/* All accounts.  The thread that changes them alone looks into `folder`; the lock
   guards `list` and `complaint`, for which everybody asks. */
#include "account/accounts.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "account/choose.h"
#include "account/folder.h"
#include "base/log.h"
#include "base/mem.h"

/* Sorted by name; each a reference. */
struct snapshots {
    struct account **at;
    size_t count;
};

struct accounts {
    struct folder folder;
    bool too_many; /* the log was told */
    pthread_mutex_t lock;
    struct snapshots list;
    char complaint[ACCOUNTS_COMPLAINT_MAX];
};

struct accounts *accounts_new(void)
{
    struct accounts *accounts = MEM_NEW(struct accounts);

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

/* ---- changing ----------------------------------------------------------- */

static struct snapshots take_snapshots(const struct folder *folder)
{
    struct snapshots list = { 0 };

    list.at = mem_alloc((folder->count + 1) * sizeof(struct account *));
    for (size_t i = 0; i < folder->count; i++) {
        if (folder_counts(folder, i))
            list.at[list.count++] = account_ref(folder->at[i].account);
    }
    return list;
}

/* Show everybody what the changing thread knows. */
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

void accounts_show(struct accounts *accounts, const struct readings *readings)
{
    for (size_t i = 0; i < readings->count; i++)
        folder_apply(&accounts->folder, &readings->at[i]);
    if (readings->too_many && !accounts->too_many)
        log_line(LOG_WARN,
                 "there are more than %d accounts: the rest is ignored",
                 READING_MAX);
    accounts->too_many |= readings->too_many;
    publish(accounts);
}

bool accounts_load(struct accounts *accounts, struct store_driver *driver,
                   struct err *err)
{
    struct readings readings = { 0 };
    bool ok = readings_add_all(&readings, driver, err);

    if (ok)
        accounts_show(accounts, &readings);
    readings_done(&readings);
    return ok;
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

void accounts_keys(struct accounts *accounts, bool complaints,
                   void (*visit)(void *arg, const char *key), void *arg)
{
    for (size_t i = 0; i < accounts->folder.count; i++) {
        const struct folder_entry *entry = &accounts->folder.at[i];
        char key[ACCOUNT_KEY_MAX];

        account_key(entry->account->kind, str_of(entry->account->name), key);
        if (!complaints || entry->complaint[0])
            visit(arg, key);
    }
}

void accounts_complain(struct accounts *accounts, const char *complaint)
{
    bool news;

    (void)pthread_mutex_lock(&accounts->lock);
    news = strcmp(accounts->complaint, complaint) != 0;
    (void)snprintf(accounts->complaint, sizeof(accounts->complaint), "%s",
                   complaint);
    (void)pthread_mutex_unlock(&accounts->lock);
    if (news && complaint[0])
        log_line(LOG_ERROR, "%s", complaint);
}

bool accounts_complaint(struct accounts *accounts,
                        char out[ACCOUNTS_COMPLAINT_MAX])
{
    (void)pthread_mutex_lock(&accounts->lock);
    memcpy(out, accounts->complaint, ACCOUNTS_COMPLAINT_MAX);
    (void)pthread_mutex_unlock(&accounts->lock);
    return out[0] != '\0';
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
