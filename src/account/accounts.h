// SPDX-License-Identifier: MIT
/* All accounts of a data folder.  Reading files happens outside the lock; the lock
   is held for memory work only.  accounts_load() on one thread at a time, all
   else on any thread. */
#pragma once

#include "account/account.h"

struct accounts;

/* `folder` is copied.  Nothing is read yet. */
struct accounts *accounts_new(const char *folder);
void accounts_free(struct accounts *accounts);

/* Read the folder again.  A file that cannot be read or parsed while a good
   snapshot of it is known leaves that snapshot in use and is logged once; an
   account whose file is gone disappears.  False if the folder itself cannot be read. */
bool accounts_load(struct accounts *accounts, struct err *err) MUST_CHECK;

size_t accounts_count(struct accounts *accounts);

/* A reference, or NULL. */
struct account *accounts_get(struct accounts *accounts, struct str name);

/* As choose_account() (account/choose.h), but the caller holds a reference. */
struct account *accounts_choose(struct accounts *accounts, struct str name,
                                uint64_t now_wall_ms, struct err *err);

/* Visit all, sorted by name, on snapshots. */
void accounts_each(struct accounts *accounts,
                   void (*visit)(void *arg, const struct account *account),
                   void *arg);
