// SPDX-License-Identifier: MIT
/* All accounts, in memory.  What changes them is called on one thread at a time,
   all else on any thread; the lock is held only to take a reference. */
#pragma once

#include "account/bindings.h"
#include "account/list.h"
#include "account/reading.h"

struct accounts;
struct url;

/* Nothing is known yet. */
struct accounts *accounts_new(void);
void accounts_free(struct accounts *accounts);

/* It is known now which URLs lead back to this relay, which is asked on the thread that
   changes accounts, and must be answered at once.  An account with such a base_url cannot
   be used: of those that are known this is said now, of others when they come. */
void accounts_know_self(struct accounts *accounts,
                        bool (*is_self)(void *arg, const struct url *url),
                        void *arg);

/* Show what was read, by the rules of folder_apply() (account/folder.h). */
void accounts_show(struct accounts *accounts, const struct readings *readings);

/* Read all documents and show them.  Blocking: for the start, and for commands.
   False if the store cannot be read: everything stays as it was. */
bool accounts_load(struct accounts *accounts, struct store_driver *driver,
                   struct err *err) MUST_CHECK;

/* Put a snapshot (a reference, taken over) in place of what is known.  `held`: the
   store could not be written and is behind: until the account is put again, not
   held, accounts_show() leaves this snapshot alone. */
void accounts_put(struct accounts *accounts, struct account *account,
                  bool held);

/* Note since when files say what they say; that is done with every change above, and to be
   done once what was known before a restart is restored (account/vitals_load.h). */
void accounts_look(struct accounts *accounts);

/* It was removed: a held snapshot goes too. */
void accounts_forget(struct accounts *accounts, const struct account *account);

/* Visit the keys of all documents that are known, or of those about whose file
   there is a complaint.  On the thread that changes them. */
void accounts_keys(struct accounts *accounts, bool complaints,
                   void (*visit)(void *arg, const char *key), void *arg);

/* What is wrong with the folder as a whole; empty: nothing.  Logged when it
   changes. */
void accounts_complain(struct accounts *accounts, const char *complaint);
#define ACCOUNTS_COMPLAINT_MAX 300
/* False if there is none.  Any thread. */
bool accounts_complaint(struct accounts *accounts,
                        char out[ACCOUNTS_COMPLAINT_MAX]);

/* Which sessions they serve; as long as they are there: of one that was removed all is
   forgotten, here and below.  Any thread. */
struct bindings *accounts_bindings(struct accounts *accounts);
/* Which batches, files and the like they made: numbers (hash_number()) of their ids in
   place of sessions. */
struct bindings *accounts_owned(struct accounts *accounts);
/* Likewise, what holds for one key alone: what gateways say they made.  They are apart, and
   fewer, so that no gateway, whatever it says, displaces what others made. */
struct bindings *accounts_told(struct accounts *accounts);

/* Something was learned that must not be lost: how an account is, or what one has made.
   Whoever keeps that (account/vitals_keep.h) is told, with a lock held.  Any thread. */
void accounts_hurry(struct accounts *accounts);
/* NULL: nobody is told any more. */
void accounts_on_hurry(struct accounts *accounts, void (*hurry)(void *arg),
                       void *arg);

/* A reference to all that there are now. */
struct account_list *accounts_list(struct accounts *accounts);

/* The same, for those who need less: how many, a reference to one or NULL, each in the
   order of names. */
size_t accounts_count(struct accounts *accounts);
struct account *accounts_get(struct accounts *accounts, struct str name);
void accounts_each(struct accounts *accounts,
                   void (*visit)(void *arg, const struct account *account),
                   void *arg);
