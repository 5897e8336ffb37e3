// SPDX-License-Identifier: MIT
/* All accounts.  The thread that changes them alone looks into `folder`; the lock
   guards `list`, `complaint` and `hurry`, for which everybody asks. */
#include "account/accounts.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "account/folder.h"
#include "account/gateway.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

struct accounts {
    struct folder folder;
    bool too_many; /* the log was told */
    /* NULL until it is known. */
    bool (*is_self)(void *arg, const struct url *url);
    void *is_self_arg;
    pthread_mutex_t lock;
    struct account_list *list;
    struct bindings *bindings;
    struct bindings *owned;
    struct bindings *told;
    void (*hurry)(void *arg);
    void *hurry_arg;
    char complaint[ACCOUNTS_COMPLAINT_MAX];
};

struct accounts *accounts_new(void)
{
    struct accounts *accounts = MEM_NEW(struct accounts);

    (void)pthread_mutex_init(&accounts->lock, NULL);
    accounts->list = account_list_new(NULL, 0);
    accounts->bindings = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);
    accounts->owned = bindings_new(BINDINGS_OWNED_MS, BINDINGS_MAX);
    accounts->told = bindings_new(BINDINGS_OWNED_MS, BINDINGS_TOLD_MAX);
    return accounts;
}

void accounts_free(struct accounts *accounts)
{
    if (!accounts)
        return;
    account_list_unref(accounts->list);
    folder_done(&accounts->folder);
    bindings_free(accounts->bindings);
    bindings_free(accounts->owned);
    bindings_free(accounts->told);
    (void)pthread_mutex_destroy(&accounts->lock);
    mem_free(accounts);
}

/* ---- changing ----------------------------------------------------------- */

static struct account_list *list_of(const struct folder *folder)
{
    struct account **at = mem_alloc((folder->count + 1) * sizeof(at[0]));
    struct account_list *list;
    size_t count = 0;

    for (size_t i = 0; i < folder->count; i++) {
        if (folder_counts(folder, i))
            at[count++] = account_ref(folder->at[i].account);
    }
    list = account_list_new(at, count);
    mem_free(at);
    return list;
}

static void forget(struct accounts *accounts, const struct account *account)
{
    bindings_forget(accounts->bindings, account->number);
    bindings_forget(accounts->owned, account->number);
    bindings_forget(accounts->told, account->number);
}

/* A new one of its name is another one.  That one has another credential is soon kept, for
   that is how it is known after a restart (account/vitals_load.c). */
static void compare(struct accounts *accounts, const struct account_list *old,
                    const struct account_list *list)
{
    bool renewed = false;

    for (size_t i = 0; i < old->count; i++) {
        const struct account *was = old->at[i];
        const struct account *now = account_list_find(list, str_of(was->name));

        if (!now || now->vitals != was->vitals)
            forget(accounts, was);
        else
            renewed |= now->renewed_ms != was->renewed_ms;
    }
    if (renewed)
        accounts_hurry(accounts);
}

void accounts_look(struct accounts *accounts)
{
    struct account_list *list = accounts_list(accounts);
    uint64_t now_ms = clock_wall_ms();

    for (size_t i = 0; i < list->count; i++) {
        const struct account *account = list->at[i];

        if (account->vitals)
            vitals_note_file(account->vitals,
                             &(struct health_file){
                                 .disabled = account->disabled,
                                 .login_required = account->login_required },
                             now_ms);
    }
    account_list_unref(list);
}

/* Show everybody what the changing thread knows. */
static void publish(struct accounts *accounts)
{
    struct account_list *list = list_of(&accounts->folder);
    struct account_list *old;

    (void)pthread_mutex_lock(&accounts->lock);
    old = accounts->list;
    accounts->list = list;
    (void)pthread_mutex_unlock(&accounts->lock);
    accounts_look(accounts);
    compare(accounts, old, list);
    account_list_unref(old);
}

/* A base_url is refused when it is given; but the relay's port may have been changed since,
   or a file was written by hand.  Through a proxy it leads elsewhere, and the relay speaks
   no TLS. */
static bool leads_back(const struct accounts *accounts,
                       const struct account *account)
{
    return accounts->is_self && !account->problem[0] &&
           gateway_is_elsewhere(account) && !account->proxy &&
           !account->gateway->api.tls &&
           accounts->is_self(accounts->is_self_arg, &account->gateway->api);
}

static struct account *spoilt(const struct account *account)
{
    const struct url *url = &account->gateway->api;
    char word[ACCOUNT_WORD_MAX];
    struct err err;

    err_set(&err, ERR_CONFIG,
            "base_url leads to host " STR_FMT " port %u, which is this relay "
            "itself: put the address of the other gateway behind "
            "`claude-relay account set %s --url`",
            STR_ARG(url->host), url->port, account_word(account->name, word));
    return account_with_problem(account, err.text);
}

void accounts_know_self(struct accounts *accounts,
                        bool (*is_self)(void *arg, const struct url *url),
                        void *arg)
{
    accounts->is_self = is_self;
    accounts->is_self_arg = arg;
    for (size_t i = 0; i < accounts->folder.count; i++) {
        const struct account *account = accounts->folder.at[i].account;

        if (leads_back(accounts, account))
            folder_spoil(&accounts->folder, spoilt(account));
    }
    publish(accounts);
}

static void apply(struct accounts *accounts, struct reading reading)
{
    if (reading.account && leads_back(accounts, reading.account))
        reading.account = spoilt(reading.account);
    else
        (void)account_ref(reading.account);
    folder_apply(&accounts->folder, &reading);
    account_unref(reading.account);
}

void accounts_show(struct accounts *accounts, const struct readings *readings)
{
    for (size_t i = 0; i < readings->count; i++)
        apply(accounts, readings->at[i]);
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
    if (leads_back(accounts, account)) {
        struct account *good = account;

        account = spoilt(good);
        account_unref(good);
    }
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

struct bindings *accounts_bindings(struct accounts *accounts)
{
    return accounts->bindings;
}

struct bindings *accounts_owned(struct accounts *accounts)
{
    return accounts->owned;
}

struct bindings *accounts_told(struct accounts *accounts)
{
    return accounts->told;
}

void accounts_on_hurry(struct accounts *accounts, void (*hurry)(void *arg),
                       void *arg)
{
    (void)pthread_mutex_lock(&accounts->lock);
    accounts->hurry = hurry;
    accounts->hurry_arg = arg;
    (void)pthread_mutex_unlock(&accounts->lock);
}

void accounts_hurry(struct accounts *accounts)
{
    (void)pthread_mutex_lock(&accounts->lock);
    if (accounts->hurry)
        accounts->hurry(accounts->hurry_arg);
    (void)pthread_mutex_unlock(&accounts->lock);
}

struct account_list *accounts_list(struct accounts *accounts)
{
    struct account_list *list;

    (void)pthread_mutex_lock(&accounts->lock);
    list = account_list_ref(accounts->list);
    (void)pthread_mutex_unlock(&accounts->lock);
    return list;
}

size_t accounts_count(struct accounts *accounts)
{
    struct account_list *list = accounts_list(accounts);
    size_t count = list->count;

    account_list_unref(list);
    return count;
}

struct account *accounts_get(struct accounts *accounts, struct str name)
{
    struct account_list *list = accounts_list(accounts);
    struct account *account = account_ref(account_list_find(list, name));

    account_list_unref(list);
    return account;
}

void accounts_each(struct accounts *accounts,
                   void (*visit)(void *arg, const struct account *account),
                   void *arg)
{
    struct account_list *list = accounts_list(accounts);

    for (size_t i = 0; i < list->count; i++)
        visit(arg, list->at[i]);
    account_list_unref(list);
}
