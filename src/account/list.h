// SPDX-License-Identifier: MIT
/* All accounts of one moment, sorted by name: immutable, shared by reference count, so
   that whoever looks through them holds no lock.  Any thread. */
#pragma once

#include <stdatomic.h>

#include "account/account.h"

struct account_list {
    atomic_uint refs; /* for account/list.c */
    size_t count;
    struct account *at[]; /* each a reference */
};

/* `at` are references, taken over, one for each name, in its order.  The caller holds
   the first reference to the list. */
struct account_list *account_list_new(struct account *const *at, size_t count);
struct account_list *account_list_ref(struct account_list *list);
/* NULL is fine. */
void account_list_unref(struct account_list *list);

/* Borrowed from the list, or NULL. */
struct account *account_list_find(const struct account_list *list,
                                  struct str name);
