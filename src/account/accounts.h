// SPDX-License-Identifier: MIT
/* All accounts.  Reading the store happens outside the lock; the lock is held for
   memory work only.  accounts_load() and accounts_put() on one thread at a time,
   all else on any thread. */
#pragma once

#include "account/account.h"
#include "store/driver.h"

struct accounts;

/* The driver is borrowed.  Nothing is read yet. */
struct accounts *accounts_new(struct store_driver *driver);
void accounts_free(struct accounts *accounts);

/* Read the store again.  A document that cannot be read or parsed while a good
   snapshot of it is known leaves that snapshot in use and is logged once; an
   account whose document is gone disappears.  False if the store itself cannot be
   read: everything stays as it was. */
bool accounts_load(struct accounts *accounts, struct err *err) MUST_CHECK;

/* Put a snapshot (a reference, taken over) in place of what is known.  `held`: the
   store could not be written and is behind: until the account is put again, not
   held, accounts_load() leaves this snapshot alone. */
void accounts_put(struct accounts *accounts, struct account *account,
                  bool held);

/* It was removed: a held snapshot goes too. */
void accounts_forget(struct accounts *accounts, const struct account *account);

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
