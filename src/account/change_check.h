// SPDX-License-Identifier: MIT
/* What an account would be, looked at before its file is made or changed: on the store's
   thread, for a file that it names may have to be read. */
#pragma once

#include "account/account.h"
#include "store/store.h"

struct change_check;

struct change_check_ask {
    struct store *store;
    struct loop *loop;
    const struct account_kind *kind;
    const char *name;
    const struct json_doc *patch; /* or, of a new one, all of it */
    bool is_new;
};

/* All is copied.  `wake` comes once, when it is done. */
struct change_check *change_check_start(const struct change_check_ask *ask,
                                        void (*wake)(void *arg), void *arg);
void change_check_free(struct change_check *check);

bool change_check_is_done(const struct change_check *check);
/* Once it is.  False: what is asked for would make an account that cannot be used, or
   cannot for another reason than now, or give it a key that is none for its place; err
   says why.  A file that is away or damaged is
   left to whoever changes it. */
bool change_check_result(const struct change_check *check,
                         struct err *err) MUST_CHECK;
/* Of a new one that can be used: the account; a reference. */
struct account *change_check_account(const struct change_check *check);
