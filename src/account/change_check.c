// SPDX-License-Identifier: MIT
/* Changes of accounts, before they are made. */
#include "account/change_check.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/reason.h"

/* Of the job: read and written by the store's thread until that is done. */
struct trial {
    const struct account_kind *kind;
    char name[ACCOUNT_NAME_MAX + 1];
    struct json_doc *patch;
    bool is_new;
    struct account *before; /* NULL: nobody knows */
    struct account *after;  /* likewise */
    bool refused; /* the key that it gives the account: err says why */
    struct err err;
};

struct change_check {
    struct trial *trial;
    struct store_job *job;
};

/* ---- on the store's thread ----------------------------------------------- */

static struct account *account_of(const struct trial *trial,
                                  const struct json_doc *doc)
{
    return account_from_doc(trial->kind, str_of(trial->name), doc);
}

/* Whatever else is wrong with the account: that may hide it. */
static void try_key(struct trial *trial, const struct json_doc *doc)
{
    char again[ACCOUNT_AGAIN_MAX];

    if (!json_doc_get(trial->patch, "api_key"))
        return;
    if (trial->kind->check_key)
        trial->refused = !trial->kind->check_key(doc, &trial->err);
    else
        trial->refused =
            !REASON_SET(&trial->err, ACCOUNT_WITHOUT_KEY, trial->name,
                        account_again(trial->kind, trial->name, true, again));
}

static void try_change(struct trial *trial, struct store_driver *driver)
{
    struct json_doc *doc = NULL;
    char key[ACCOUNT_KEY_MAX];
    struct err ignored;

    account_key(trial->kind, str_of(trial->name), key);
    if (!driver->read(driver, key, &doc, &ignored) ||
        !json_doc_is_object(doc)) {
        json_doc_free(doc);
        return;
    }
    trial->before = account_of(trial, doc);
    json_doc_merge(doc, trial->patch);
    try_key(trial, doc);
    trial->after = account_of(trial, doc);
    json_doc_free(doc);
}

static void run(struct store_driver *driver, void *arg)
{
    struct trial *trial = arg;

    if (trial->is_new)
        trial->after = account_of(trial, trial->patch);
    else
        try_change(trial, driver);
}

static void drop(void *arg)
{
    struct trial *trial = arg;

    account_unref(trial->before);
    account_unref(trial->after);
    json_doc_free(trial->patch);
    mem_free(trial);
}

/* ---- on the loop's ------------------------------------------------------- */

struct change_check *change_check_start(const struct change_check_ask *ask,
                                        void (*wake)(void *arg), void *arg)
{
    struct change_check *check = MEM_NEW(struct change_check);
    struct trial *trial = MEM_NEW(struct trial);

    trial->kind = ask->kind;
    (void)snprintf(trial->name, sizeof(trial->name), "%s", ask->name);
    trial->patch = json_doc_copy(ask->patch);
    trial->is_new = ask->is_new;
    check->trial = trial;
    check->job = store_call(ask->store, ask->loop,
                            &(struct store_work){
                                .run = run, .drop = drop, .arg = trial },
                            wake, arg);
    return check;
}

void change_check_free(struct change_check *check)
{
    if (!check)
        return;
    store_job_free(check->job);
    mem_free(check);
}

bool change_check_is_done(const struct change_check *check)
{
    return store_job_is_done(check->job);
}

bool change_check_result(const struct change_check *check, struct err *err)
{
    const struct trial *trial = check->trial;
    const char *before = trial->before ? trial->before->problem : "";

    if (trial->refused) {
        *err = trial->err;
        return err_as(err, ERR_BAD_REQUEST);
    }
    return !trial->after || !trial->after->problem[0] ||
           strcmp(trial->after->problem, before) == 0 ||
           err_set(err, ERR_BAD_REQUEST, "%s", trial->after->problem);
}

struct account *change_check_account(const struct change_check *check)
{
    return account_ref(check->trial->after);
}
