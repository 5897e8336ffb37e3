// SPDX-License-Identifier: MIT
/* Before the start: rows become what is known. */
#include "account/vitals_load.h"

#include "account/bindings_store.h"
#include "account/credential.h"
#include "account/said.h"
#include "account/vitals.h"
#include "account/vitals_json.h"
#include "base/clock.h"
#include "base/mem.h"

struct loading {
    struct accounts *accounts;
    const char *relay;
    uint64_t now_ms;
    bool tidies;
    struct bindings_its its;
};

/* Of that account, what it served and made. */
static void note_its(struct loading *loading, const struct account *account)
{
    struct bindings_its *its = &loading->its;
    size_t i = 0;

    while (i < its->count && its->at[i] != account->number)
        i++;
    if (i == its->count)
        its->at[its->count++] = account->number;
}

/* Nobody knows of which credential one is that cannot be read. */
static void note_broken(void *arg, const struct account *account)
{
    if (!account->token)
        note_its(arg, account);
}

static bool is_of_its_credential(const struct account *account,
                                 const struct json_doc *doc)
{
    struct str then = STR_EMPTY;

    (void)json_doc_get_str(doc, VITALS_LOAD_CREDENTIAL, &then);
    return credential_is(account, then);
}

/* Of another credential, as when one takes the place of another while it serves
   (account/folder.c); but another key of the same name is another account. */
static void restore(struct loading *loading, const struct account *account,
                    const struct json_doc *doc)
{
    bool same = is_of_its_credential(account, doc);
    struct vitals_copy copy;

    if (!same && !account->kind->personal)
        return;
    note_its(loading, account);
    vitals_from_json(doc, &copy);
    health_mend(&copy.health, loading->now_ms);
    vitals_restore(account->vitals, &copy);
    if (!same)
        vitals_renewed(account->vitals);
}

static bool take_state(void *arg, const struct sql_row *row)
{
    struct loading *loading = arg;
    struct account *account =
        accounts_get(loading->accounts, sql_row_text(row, 0));
    struct json_doc *doc;
    struct err ignored;

    if (!account)
        return true;
    doc = json_doc_parse(sql_row_text(row, 1), &ignored);
    restore(loading, account, doc);
    json_doc_free(doc);
    account_unref(account);
    return true;
}

static bool load(struct sql *sql, void *arg, struct err *err)
{
    struct loading *loading = arg;
    const struct sql_ask states = {
        "SELECT name, doc FROM account_state"
        " ORDER BY CASE WHEN relay = $1"
        " THEN 1 ELSE 0 END",
        SQL_VALUES(sql_text(str_of(loading->relay))), take_state, loading
    };
    bool fine = sql_query(sql, &states, err);

    accounts_each(loading->accounts, note_broken, loading);
    if (fine && loading->tidies)
        fine = bindings_store_tidy(sql, &loading->its, err);
    return fine &&
           bindings_store_load(sql, loading->accounts, loading->now_ms, err) &&
           said_tell(sql, loading->accounts, err);
}

bool vitals_load(struct records *records, struct accounts *accounts,
                 const char *relay, bool tidies, struct err *err)
{
    size_t count = accounts_count(accounts);
    struct loading loading = {
        .accounts = accounts,
        .relay = relay,
        .now_ms = clock_wall_ms(),
        .tidies = tidies,
        .its = { .at = mem_zalloc((count + 1) * sizeof(uint64_t)) },
    };
    bool fine =
        records_do(records,
                   &(struct records_work){ .run = load, .arg = &loading }, err);

    accounts_look(accounts);
    mem_free(loading.its.at);
    return fine;
}
