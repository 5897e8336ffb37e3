// SPDX-License-Identifier: MIT
/* All accounts of a data folder. */
#include "account/accounts.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "account/kinds.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/jsonfile.h"

#define ACCOUNTS_MAX 10000

/* Sorted by name. */
struct set {
    struct account **at;
    size_t count;
};

struct accounts {
    char *folder;
    pthread_mutex_t lock; /* guards set */
    struct set set;
};

struct accounts *accounts_new(const char *folder)
{
    struct accounts *accounts = MEM_NEW(struct accounts);

    accounts->folder = mem_strdup(folder);
    (void)pthread_mutex_init(&accounts->lock, NULL);
    return accounts;
}

static void set_clear(struct set *set)
{
    for (size_t i = 0; i < set->count; i++)
        account_unref(set->at[i]);
    mem_free(set->at);
    *set = (struct set){ 0 };
}

void accounts_free(struct accounts *accounts)
{
    if (!accounts)
        return;
    set_clear(&accounts->set);
    (void)pthread_mutex_destroy(&accounts->lock);
    mem_free(accounts->folder);
    mem_free(accounts);
}

/* ---- reading the folder ------------------------------------------------- */

/* "oauth_max.json" -> kind oauth, name "max"; NULL for any other file. */
static const struct account_kind *kind_of(struct str file, struct str *name)
{
    struct str ending = STR(".json");

    for (size_t i = 0; account_kinds[i]; i++) {
        struct str prefix = str_of(account_kinds[i]->file_prefix);

        if (!str_starts(file, prefix) || file.len < prefix.len + ending.len ||
            !str_eq(str_from(file, file.len - ending.len), ending))
            continue;
        *name = str_sub(file, prefix.len, file.len - prefix.len - ending.len);
        if (account_name_is_valid(*name))
            return account_kinds[i];
    }
    return NULL;
}

static void warn_if_open(const char *path)
{
    struct stat info;

    if (stat(path, &info) == 0 && (info.st_mode & 077) != 0)
        log_line(LOG_WARN, "%s can be read by others: chmod 600 %s", path,
                 path);
}

static struct account *read_account(const struct accounts *accounts,
                                    const char *file)
{
    struct str name;
    const struct account_kind *kind = kind_of(str_of(file), &name);
    struct account *account = NULL;
    char path[4096];
    struct buf text;
    struct err err;

    if (!kind || snprintf(path, sizeof(path), "%s/%s", accounts->folder,
                          file) >= (int)sizeof(path))
        return NULL;
    buf_init(&text, JSONFILE_MAX);
    if (!jsonfile_read(path, &text, &err))
        log_line(LOG_ERROR, "account file not read: %s", err.text);
    account = account_parse(kind, name, buf_str(&text));
    buf_wipe(&text);
    warn_if_open(path);
    return account;
}

/* A good snapshot is not given up for a file that is broken at the moment. */
static struct account *keep_good(struct accounts *accounts,
                                 struct account *fresh)
{
    struct account *known;

    if (!fresh->problem[0])
        return fresh;
    log_line(LOG_WARN, "account %s cannot be used: %s", fresh->name,
             fresh->problem);
    known = accounts_get(accounts, str_of(fresh->name));
    if (!known || known->problem[0]) {
        account_unref(known);
        return fresh;
    }
    account_unref(fresh);
    return known;
}

static void set_add(struct set *set, struct account *account)
{
    set->at = mem_realloc(set->at, (set->count + 1) * sizeof(struct account *));
    set->at[set->count++] = account;
}

static int by_name(const void *a, const void *b)
{
    const struct account *const *left = a;
    const struct account *const *right = b;

    int order = strcmp((*left)->name, (*right)->name);

    return order ? order : strcmp((*right)->kind->name, (*left)->kind->name);
}

/* The same name twice, as two kinds: the first in the table of kinds counts. */
static void drop_doubles(struct set *set)
{
    size_t kept = 0;

    for (size_t i = 0; i < set->count; i++) {
        struct account *account = set->at[i];

        if (kept > 0 && strcmp(account->name, set->at[kept - 1]->name) == 0) {
            log_line(LOG_WARN, "two files are called %s: the %s one is ignored",
                     account->name, account->kind->name);
            account_unref(account);
            continue;
        }
        set->at[kept++] = account;
    }
    set->count = kept;
}

static bool read_folder(struct accounts *accounts, struct set *set,
                        struct err *err)
{
    DIR *folder = opendir(accounts->folder);
    const struct dirent *entry;

    if (!folder)
        return err_errno(err, "open the folder %s", accounts->folder);
    while ((entry = readdir(folder)) && set->count < ACCOUNTS_MAX) {
        struct account *account = read_account(accounts, entry->d_name);

        if (account)
            set_add(set, keep_good(accounts, account));
    }
    (void)closedir(folder);
    if (set->count > 1)
        qsort(set->at, set->count, sizeof(struct account *), by_name);
    drop_doubles(set);
    return true;
}

bool accounts_load(struct accounts *accounts, struct err *err)
{
    struct set fresh = { 0 };
    struct set old;

    if (!read_folder(accounts, &fresh, err)) {
        set_clear(&fresh);
        return false;
    }
    (void)pthread_mutex_lock(&accounts->lock);
    old = accounts->set;
    accounts->set = fresh;
    (void)pthread_mutex_unlock(&accounts->lock);
    set_clear(&old);
    return true;
}

/* ---- asking ------------------------------------------------------------- */

size_t accounts_count(struct accounts *accounts)
{
    size_t count;

    (void)pthread_mutex_lock(&accounts->lock);
    count = accounts->set.count;
    (void)pthread_mutex_unlock(&accounts->lock);
    return count;
}

static struct account *find(const struct set *set, struct str name)
{
    for (size_t i = 0; i < set->count; i++) {
        if (str_eq(str_of(set->at[i]->name), name))
            return set->at[i];
    }
    return NULL;
}

struct account *accounts_get(struct accounts *accounts, struct str name)
{
    struct account *account;

    (void)pthread_mutex_lock(&accounts->lock);
    account = account_ref(find(&accounts->set, name));
    (void)pthread_mutex_unlock(&accounts->lock);
    return account;
}

struct account *accounts_only(struct accounts *accounts)
{
    struct account *account = NULL;

    (void)pthread_mutex_lock(&accounts->lock);
    if (accounts->set.count == 1)
        account = account_ref(accounts->set.at[0]);
    (void)pthread_mutex_unlock(&accounts->lock);
    return account;
}

void accounts_each(struct accounts *accounts,
                   void (*visit)(void *arg, const struct account *account),
                   void *arg)
{
    struct set copy = { 0 };

    (void)pthread_mutex_lock(&accounts->lock);
    for (size_t i = 0; i < accounts->set.count; i++)
        set_add(&copy, account_ref(accounts->set.at[i]));
    (void)pthread_mutex_unlock(&accounts->lock);
    for (size_t i = 0; i < copy.count; i++)
        visit(arg, copy.at[i]);
    set_clear(&copy);
}

static struct account *not_found(struct accounts *accounts, struct str name,
                                 struct err *err)
{
    size_t count = accounts_count(accounts);

    if (name.len > 0)
        err_set(err, ERR_NO_ACCOUNT,
                "there is no account \"" STR_FMT
                "\"; `claude-relay account list` shows those there are",
                STR_ARG(str_sub(name, 0, ACCOUNT_NAME_MAX)));
    else if (count == 0)
        err_set(err, ERR_NO_ACCOUNT,
                "no account is set up yet: add one on the relay's machine with "
                "`claude-relay account add NAME --api-key -`");
    else
        err_set(err, ERR_NO_ACCOUNT,
                "%zu accounts are set up: name one with ?account=NAME or the "
                "header X-Account-Name",
                count);
    return NULL;
}

static bool is_usable(const struct account *account, uint64_t now_wall_ms,
                      struct err *err)
{
    if (account->problem[0])
        return err_set(err, ERR_LOGIN_REQUIRED,
                       "account \"%s\" cannot be used: %s", account->name,
                       account->problem);
    if (account->expires_at_ms <= now_wall_ms)
        return err_set(err, ERR_LOGIN_REQUIRED,
                       "the token of account \"%s\" has expired: sign in "
                       "again and put the new token file into the data folder",
                       account->name);
    return true;
}

struct account *accounts_choose(struct accounts *accounts, struct str name,
                                uint64_t now_wall_ms, struct err *err)
{
    struct account *account =
        name.len > 0 ? accounts_get(accounts, name) : accounts_only(accounts);

    if (!account)
        return not_found(accounts, name, err);
    if (is_usable(account, now_wall_ms, err))
        return account;
    account_unref(account);
    return NULL;
}
