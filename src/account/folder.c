// SPDX-License-Identifier: MIT
/* The account files of a data folder. */
#include "account/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "account/kinds.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/jsonfile.h"

#define ACCOUNTS_MAX 10000
#define PATH_SIZE 4096

void folder_done(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        account_unref(folder->at[i].account);
    mem_free(folder->at);
    *folder = (struct folder){ 0 };
}

static const struct folder_entry *find(const struct folder *folder,
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

/* ---- one file ----------------------------------------------------------- */

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

static struct account *parse_file(const struct account_kind *kind,
                                  struct str name, const char *path)
{
    struct account *account;
    struct buf text;
    struct err err;

    buf_init_secret(&text, JSONFILE_MAX);
    if (jsonfile_read(path, &text, &err))
        account = account_parse(kind, name, buf_str(&text));
    else
        account = account_broken(kind, name, err.text);
    buf_done(&text);
    return account;
}

static bool is_open_to_others(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && (info.st_mode & 077) != 0;
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

static void read_entry(const struct account_kind *kind, struct str name,
                       const char *path, const struct folder *before,
                       struct folder_entry *entry)
{
    const struct folder_entry *known;

    *entry = (struct folder_entry){ .account = parse_file(kind, name, path) };
    known = find(before, entry->account);
    keep_good(entry, known);
    entry->doubled = known && known->doubled;
    entry->open_to_others = is_open_to_others(path);
    if (entry->open_to_others && !(known && known->open_to_others))
        log_line(LOG_WARN, "%s can be read by others: chmod 600 %s", path,
                 path);
}

/* ---- all files ---------------------------------------------------------- */

static void add_file(const char *path, const char *file,
                     const struct folder *before, struct folder *now)
{
    const struct account_kind *kind;
    char whole[PATH_SIZE];
    struct str name;

    kind = kind_of(str_of(file), &name);
    if (!kind ||
        snprintf(whole, sizeof(whole), "%s/%s", path, file) >= PATH_SIZE)
        return;
    now->at =
        mem_realloc(now->at, (now->count + 1) * sizeof(struct folder_entry));
    read_entry(kind, name, whole, before, &now->at[now->count]);
    now->count++;
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

bool folder_read(const char *path, const struct folder *before,
                 struct folder *now, struct err *err)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;

    *now = (struct folder){ 0 };
    if (!dir)
        return err_errno(err, "open the folder %s", path);
    for (entry = readdir(dir); entry && now->count < ACCOUNTS_MAX;
         entry = readdir(dir))
        add_file(path, entry->d_name, before, now);
    (void)closedir(dir);
    if (now->count == ACCOUNTS_MAX)
        log_line(LOG_WARN, "%s has more than %d accounts: the rest is ignored",
                 path, ACCOUNTS_MAX);
    if (now->count > 1)
        qsort(now->at, now->count, sizeof(struct folder_entry), by_name);
    drop_doubles(now);
    return true;
}
