// SPDX-License-Identifier: MIT
/* The accounts of a store, as read last. */
#include "account/folder.h"

#include <stdlib.h>
#include <string.h>

#include "account/kinds.h"
#include "base/log.h"
#include "base/mem.h"

#define ACCOUNTS_MAX 10000

void folder_done(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        account_unref(folder->at[i].account);
    mem_free(folder->at);
    *folder = (struct folder){ 0 };
}

static struct folder_entry *find(const struct folder *folder,
                                 const struct account *account)
{
    for (size_t i = 0; i < folder->count; i++) {
        const struct account *known = folder->at[i].account;

        if (known->kind == account->kind &&
            strcmp(known->name, account->name) == 0)
            return &folder->at[i];
    }
    return NULL;
}

/* ---- one account -------------------------------------------------------- */

static struct account *read_account(struct store_driver *driver,
                                    const char *key)
{
    struct account *account;
    struct json_doc *doc;
    struct str name;
    const struct account_kind *kind = account_of_key(str_of(key), &name);
    struct err err;

    if (!driver->read(driver, key, &doc, &err))
        return account_broken(kind, name, err.text);
    if (!doc)
        return NULL;
    account = account_from_doc(kind, name, doc);
    json_doc_free(doc);
    return account;
}

/* A good snapshot is not given up for a file that is broken at the moment. */
static void keep_good(struct folder_entry *entry,
                      const struct folder_entry *before)
{
    const char *kept = "";

    if (!entry->account->problem[0])
        return;
    memcpy(entry->complaint, entry->account->problem, sizeof(entry->complaint));
    if (before && !before->account->problem[0]) {
        account_unref(entry->account);
        entry->account = account_ref(before->account);
        kept = "; its last good version stays in use";
    }
    if (!before || strcmp(before->complaint, entry->complaint) != 0)
        log_line(LOG_WARN, "the file of account %s cannot be used: %s%s",
                 entry->account->name, entry->complaint, kept);
}

/* What is known is newer than what was read. */
static void keep_held(struct folder_entry *entry,
                      const struct folder_entry *known)
{
    if (!known || !known->held)
        return;
    account_unref(entry->account);
    entry->account = account_ref(known->account);
    entry->held = true;
}

static struct folder_entry *add_entry(struct folder *folder)
{
    struct folder_entry *entry;

    folder->at = mem_realloc(folder->at,
                             (folder->count + 1) * sizeof(struct folder_entry));
    entry = &folder->at[folder->count++];
    *entry = (struct folder_entry){ 0 };
    return entry;
}

/* ---- all of them -------------------------------------------------------- */

struct reading {
    struct store_driver *driver;
    const struct folder *before;
    struct folder *now;
};

static void add_key(void *arg, const char *key)
{
    struct reading *reading = arg;
    const struct folder_entry *known;
    struct account *account;
    struct folder_entry *entry;
    struct str name;

    if (!account_of_key(str_of(key), &name) ||
        reading->now->count == ACCOUNTS_MAX)
        return;
    account = read_account(reading->driver, key);
    if (!account)
        return;
    known = find(reading->before, account);
    entry = add_entry(reading->now);
    entry->account = account;
    entry->doubled = known && known->doubled;
    keep_good(entry, known);
    keep_held(entry, known);
}

/* New accounts whose document could not be written yet. */
static void add_unwritten(struct reading *reading)
{
    for (size_t i = 0; i < reading->before->count; i++) {
        const struct folder_entry *known = &reading->before->at[i];
        struct folder_entry *entry;

        if (!known->held || find(reading->now, known->account))
            continue;
        entry = add_entry(reading->now);
        entry->account = account_ref(known->account);
        entry->held = true;
    }
}

static size_t rank(const struct account_kind *kind)
{
    size_t at = 0;

    while (account_kinds[at] != kind)
        at++;
    return at;
}

static int by_name(const void *a, const void *b)
{
    const struct folder_entry *left = a;
    const struct folder_entry *right = b;
    int order = strcmp(left->account->name, right->account->name);

    if (order != 0)
        return order;
    return rank(left->account->kind) < rank(right->account->kind) ? -1 : 1;
}

/* The same name twice, as two kinds: the first in the table of kinds counts. */
static void drop_doubles(struct folder *folder)
{
    size_t kept = 0;

    for (size_t i = 0; i < folder->count; i++) {
        struct folder_entry *entry = &folder->at[i];
        struct folder_entry *last = kept > 0 ? &folder->at[kept - 1] : NULL;

        if (!last || strcmp(entry->account->name, last->account->name) != 0) {
            folder->at[kept++] = *entry;
            continue;
        }
        if (!last->doubled)
            log_line(LOG_WARN, "two files are called %s: the %s one is ignored",
                     entry->account->name, entry->account->kind->name);
        last->doubled = true;
        account_unref(entry->account);
    }
    folder->count = kept;
}

static void sort(struct folder *folder)
{
    if (folder->count > 1)
        qsort(folder->at, folder->count, sizeof(struct folder_entry), by_name);
    drop_doubles(folder);
}

bool folder_read(struct store_driver *driver, const struct folder *before,
                 struct folder *now, struct err *err)
{
    struct reading reading = { driver, before, now };

    *now = (struct folder){ 0 };
    if (!driver->list(driver, add_key, &reading, err)) {
        folder_done(now);
        return false;
    }
    if (now->count == ACCOUNTS_MAX)
        log_line(LOG_WARN,
                 "there are more than %d accounts: the rest is "
                 "ignored",
                 ACCOUNTS_MAX);
    add_unwritten(&reading);
    sort(now);
    return true;
}

void folder_put(struct folder *folder, struct account *account, bool held)
{
    struct folder_entry *entry = find(folder, account);

    if (!entry)
        entry = add_entry(folder);
    account_unref(entry->account);
    entry->account = account;
    entry->held = held;
    sort(folder);
}

void folder_remove(struct folder *folder, const struct account *account)
{
    struct folder_entry *entry = find(folder, account);

    if (!entry)
        return;
    account_unref(entry->account);
    *entry = folder->at[--folder->count];
    sort(folder);
}
