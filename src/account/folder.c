// SPDX-License-Identifier: MIT
/* The accounts that are known. */
#include "account/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/credential.h"
#include "account/kinds.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

void folder_done(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        account_unref(folder->at[i].account);
    mem_free(folder->at);
    *folder = (struct folder){ 0 };
}

/* ---- the order ---------------------------------------------------------- */

static size_t rank(const struct account_kind *kind)
{
    size_t at = 0;

    while (account_kinds[at] != kind)
        at++;
    return at;
}

static int compare(const struct account *account,
                   const struct account_kind *kind, const char *name)
{
    int order = strcmp(account->name, name);

    return order != 0 ? order : (int)rank(account->kind) - (int)rank(kind);
}

/* Where it is, or belongs. */
static size_t place_of(const struct folder *folder,
                       const struct account_kind *kind, const char *name)
{
    size_t from = 0;
    size_t to = folder->count;

    while (from < to) {
        size_t middle = (from + to) / 2;

        if (compare(folder->at[middle].account, kind, name) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static struct folder_entry *find(const struct folder *folder,
                                 const struct account_kind *kind,
                                 const char *name)
{
    size_t at = place_of(folder, kind, name);

    return at < folder->count &&
                   compare(folder->at[at].account, kind, name) == 0
               ? &folder->at[at]
               : NULL;
}

bool folder_counts(const struct folder *folder, size_t i)
{
    return i == 0 || strcmp(folder->at[i].account->name,
                            folder->at[i - 1].account->name) != 0;
}

/* The same name twice, as two kinds. */
static void tell_doubles(struct folder *folder, size_t from)
{
    for (size_t i = from; i < folder->count && i <= from + 1; i++) {
        struct folder_entry *entry = &folder->at[i];
        bool doubled = !folder_counts(folder, i);

        if (doubled && !entry->doubled)
            log_line(LOG_WARN, "two files are called %s: the %s one is ignored",
                     entry->account->name, entry->account->kind->name);
        entry->doubled = doubled;
    }
}

/* A broken one has none: nothing is known of another one then. */
static bool has_same_token(const struct account *a, const struct account *b)
{
    return !a->token || !b->token ||
           secret_eq(secret_reveal(a->token), secret_reveal(b->token));
}

/* What was learned of it goes on, but what was held against its old token; or, if it has
   another credential, against that. */
static void take_over(struct account *account, const struct account *before)
{
    if (!account->vitals)
        account->vitals = vitals_ref(before->vitals);
    account->renewed_ms = before->renewed_ms;
    if (has_same_token(account, before))
        return;
    account->renewed_ms = clock_steady_ms();
    if (credential_is_same(account, before))
        vitals_refreshed(account->vitals);
    else
        vitals_renewed(account->vitals);
}

/* A reference, taken over. */
static struct folder_entry *insert(struct folder *folder,
                                   struct account *account)
{
    size_t at = place_of(folder, account->kind, account->name);

    if (!account->vitals)
        account->vitals = vitals_new();
    folder->at = mem_realloc(folder->at,
                             (folder->count + 1) * sizeof(struct folder_entry));
    memmove(&folder->at[at + 1], &folder->at[at],
            (folder->count - at) * sizeof(struct folder_entry));
    folder->count++;
    folder->at[at] = (struct folder_entry){ .account = account };
    tell_doubles(folder, at);
    return &folder->at[at];
}

static void drop(struct folder *folder, struct folder_entry *entry)
{
    size_t at = (size_t)(entry - folder->at);

    account_unref(entry->account);
    folder->count--;
    memmove(entry, entry + 1,
            (folder->count - at) * sizeof(struct folder_entry));
    tell_doubles(folder, at);
}

static void replace(struct folder_entry *entry, struct account *account)
{
    take_over(account, entry->account);
    account_unref(entry->account);
    entry->account = account;
}

/* ---- what was read ------------------------------------------------------ */

/* Once, until it is another one. */
static bool is_news(struct folder_entry *entry, const char *complaint)
{
    bool news = strcmp(entry->complaint, complaint) != 0;

    (void)snprintf(entry->complaint, sizeof(entry->complaint), "%.479s",
                   complaint);
    return news;
}

/* The snapshot stays in use, and says what is wrong with its file; but what the operator
   says in that, if it was read, holds. */
static void keep(struct folder_entry *entry, const struct account *read,
                 const char *complaint)
{
    bool news = is_news(entry, complaint);

    if (read)
        replace(entry, account_as_told(entry->account, read, complaint));
    else if (news)
        replace(entry, account_with_file_problem(entry->account, complaint));
    if (news)
        log_line(LOG_WARN, "account %s: %s", entry->account->name, complaint);
}

static void keep_broken(struct folder_entry *entry, const struct account *read)
{
    char complaint[sizeof(entry->complaint)];

    (void)snprintf(complaint, sizeof(complaint),
                   "its last good version stays in use, for its file cannot be "
                   "used: %.400s",
                   read->problem);
    keep(entry, read, complaint);
}

static void keep_away(struct folder *folder, struct folder_entry *entry)
{
    char complaint[sizeof(entry->complaint)];
    char word[ACCOUNT_WORD_MAX];

    if (entry->account->problem[0]) {
        drop(folder, entry);
        return;
    }
    (void)snprintf(complaint, sizeof(complaint),
                   "its file is gone: put it back, or remove the account with "
                   "`claude-relay account remove %s`",
                   account_word(entry->account->name, word));
    keep(entry, NULL, complaint);
}

/* It was never good: what is wrong with it is all there is. */
static void show_broken(struct folder_entry *entry, struct account *account)
{
    if (is_news(entry, account->problem))
        log_line(LOG_WARN, "the file of account %s cannot be used: %s",
                 account->name, account->problem);
    replace(entry, account_ref(account));
}

/* That its file can be read says nothing of its lock. */
static struct account *as_read(const struct account *known,
                               struct account *read)
{
    return known->refresh_problem[0] && strcmp(known->grant, read->grant) == 0
               ? account_with_refresh_problem(read, known->refresh_problem)
               : account_ref(read);
}

/* It can be used, and yet something may be wrong with it. */
static void tell_found(struct folder_entry *entry,
                       const struct account *account)
{
    if (!is_news(entry, account->file_problem))
        return;
    if (account->file_problem[0])
        log_line(LOG_WARN, "account %s: %s", account->name,
                 account->file_problem);
    else
        log_line(LOG_INFO, "account %s: its file is fine again", account->name);
}

static void found(struct folder *folder, struct folder_entry *entry,
                  struct account *account)
{
    if (!entry)
        entry = insert(folder, account_ref(account));
    if (account->problem[0] && entry->account->problem[0]) {
        show_broken(entry, account);
    } else if (account->problem[0]) {
        keep_broken(entry, account);
    } else {
        tell_found(entry, account);
        if (entry->held)
            account = account_as_told(entry->account, account, "");
        else
            account = as_read(entry->account, account);
        replace(entry, account);
    }
}

void folder_apply(struct folder *folder, const struct reading *reading)
{
    struct folder_entry *entry = find(folder, reading->kind, reading->name);

    if (!entry && reading->state != READING_FOUND)
        return;
    switch (reading->state) {
    case READING_FOUND:
        found(folder, entry, reading->account);
        break;
    case READING_REMOVED:
        log_line(LOG_INFO, "account %s was removed", entry->account->name);
        drop(folder, entry);
        break;
    case READING_AWAY:
        keep_away(folder, entry);
        break;
    case READING_OLDER:
        keep(entry, reading->account,
             "its file was replaced by an older one, whose tokens are "
             "spent: the newer ones, in memory, stay in use and are "
             "written back");
        break;
    }
}

/* ---- what is known without reading -------------------------------------- */

void folder_put(struct folder *folder, struct account *account, bool held)
{
    struct folder_entry *entry = find(folder, account->kind, account->name);

    if (!entry)
        entry = insert(folder, account);
    else
        replace(entry, account);
    /* What is still wrong with its file is looked into again. */
    (void)is_news(entry, account->file_problem);
    entry->held = held;
}

void folder_spoil(struct folder *folder, struct account *account)
{
    struct folder_entry *entry = find(folder, account->kind, account->name);

    if (entry)
        show_broken(entry, account);
    account_unref(account);
}

void folder_remove(struct folder *folder, const struct account *account)
{
    struct folder_entry *entry = find(folder, account->kind, account->name);

    if (entry)
        drop(folder, entry);
}
