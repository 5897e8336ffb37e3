// SPDX-License-Identifier: MIT
/* Changes, gathered on the loop and written on the records' thread. */
#include "account/vitals_keep.h"

#include <stdatomic.h>
#include <stdio.h>

#include "account/bindings_store.h"
#include "account/credential.h"
#include "account/said.h"
#include "account/vitals_json.h"
#include "account/vitals_load.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/mem.h"

#define EVERY_MS 1000
/* What comes in a burst is saved together. */
#define SOON_MS 5
#define DOC_MAX 65536

struct vitals_keep {
    struct vitals_keep_options options;
    char *relay;
    struct said_watch *watch;  /* NULL: it does not */
    struct account_list *seen; /* the accounts of the last look; a reference */
    bool again;                /* that some have left was not saved */
    bool more;                 /* not all that has changed was taken */
    atomic_bool hurried;       /* since the last look */
    struct loop_timer *timer;
    struct records_job *job; /* while it is SAVING */
};

/* ---- what changed -------------------------------------------------------- */

struct state {
    char name[ACCOUNT_NAME_MAX + 1];
    struct buf doc;
};

/* One that was in the last look. */
struct gone {
    char name[ACCOUNT_NAME_MAX + 1];
    uint64_t heard_ms; /* what the operator has said of it; 0: nothing */
};

/* The job's own. */
struct changes {
    struct accounts *accounts; /* whose they are; NULL: of a relay that ends */
    bool kept;                 /* for the records */
    uint64_t now_ms;
    struct account_list *there; /* a reference; NULL: none has left them */
    struct state *states;
    size_t state_count;
    struct gone *gone;
    size_t gone_count;
    char *relay;
    struct bindings_part bindings[BINDINGS_STORE_TABLES];
};

/* What was not saved has changed still. */
static void put_back(const struct changes *changes)
{
    for (size_t i = 0; i < changes->state_count; i++) {
        struct account *account =
            accounts_get(changes->accounts, str_of(changes->states[i].name));

        if (account)
            vitals_note_change(account->vitals);
        account_unref(account);
    }
    for (size_t i = 0; i < BINDINGS_STORE_TABLES; i++)
        bindings_put_back(bindings_store_of(changes->accounts, i),
                          &changes->bindings[i]);
}

/* On any thread. */
static void drop_changes(void *arg)
{
    struct changes *changes = arg;

    if (changes->accounts && !changes->kept)
        put_back(changes);
    for (size_t i = 0; i < changes->state_count; i++)
        buf_done(&changes->states[i].doc);
    account_list_unref(changes->there);
    mem_free(changes->states);
    mem_free(changes->gone);
    mem_free(changes->relay);
    mem_free(changes);
}

static void add_state(struct changes *changes, const struct account *account)
{
    struct state *state = &changes->states[changes->state_count++];
    char credential[CREDENTIAL_MAX];
    struct vitals_copy copy;
    struct json_doc *doc;

    vitals_copy(account->vitals, &copy);
    credential_name(account, credential);
    doc = vitals_to_json(&copy);
    json_doc_set_str(doc, VITALS_LOAD_CREDENTIAL, str_of(credential));
    (void)snprintf(state->name, sizeof(state->name), "%s", account->name);
    buf_init(&state->doc, DOC_MAX);
    (void)!json_doc_write(doc, false, &state->doc);
    json_doc_free(doc);
}

/* How many. */
static size_t take_bindings(struct vitals_keep *keep, struct changes *changes)
{
    size_t count = 0;

    keep->more = false;
    for (size_t i = 0; i < BINDINGS_STORE_TABLES; i++) {
        bindings_store_take(keep->options.accounts, i, &changes->bindings[i]);
        count += changes->bindings[i].count;
        keep->more |= changes->bindings[i].more;
    }
    return count;
}

static void add_gone(struct changes *changes, const struct account *account)
{
    struct gone *gone = &changes->gone[changes->gone_count++];

    gone->heard_ms = vitals_heard_ms(account->vitals);
    (void)snprintf(gone->name, sizeof(gone->name), "%s", account->name);
}

/* Those that were there, and are not, or not the same. */
static void note_gone(struct changes *changes,
                      const struct account_list *before,
                      const struct account_list *list)
{
    if (before == list)
        return;
    changes->gone = mem_zalloc((before->count + 1) * sizeof(struct gone));
    for (size_t i = 0; i < before->count; i++) {
        const struct account *now =
            account_list_find(list, str_of(before->at[i]->name));

        if (!now || now->vitals != before->at[i]->vitals)
            add_gone(changes, before->at[i]);
    }
}

static bool has_left(const struct account_list *before,
                     const struct account_list *now)
{
    bool left = false;

    for (size_t i = 0; before != now && i < before->count && !left; i++)
        left = !account_list_find(now, str_of(before->at[i]->name));
    return left;
}

/* Of an account that was removed nothing is kept. */
static void note_those_there(struct vitals_keep *keep, struct changes *changes,
                             struct account_list *list)
{
    if (keep->again || has_left(keep->seen, list))
        changes->there = account_list_ref(list);
    keep->again = false;
    note_gone(changes, keep->seen, list);
    account_list_unref(keep->seen);
    keep->seen = account_list_ref(list);
}

/* What is kept of a former one of its name is not its. */
static bool is_another(const struct account_list *before,
                       const struct account *account)
{
    const struct account *was =
        account_list_find(before, str_of(account->name));

    return was && was->vitals != account->vitals;
}

/* Bindings are those of a credential, which is kept with what is known of the account
   (account/vitals_load.c). */
static bool is_bound(const struct changes *changes,
                     const struct account *account)
{
    for (size_t i = 0; i < BINDINGS_STORE_TABLES; i++) {
        const struct bindings_part *part = &changes->bindings[i];

        for (size_t j = 0; j < part->count; j++) {
            if (part->at[j].account == account->number)
                return true;
        }
    }
    return false;
}

/* NULL: nothing did. */
static struct changes *gather(struct vitals_keep *keep)
{
    struct accounts *accounts = keep->options.accounts;
    struct account_list *list = accounts_list(accounts);
    struct changes *changes = MEM_NEW(struct changes);
    size_t bound = take_bindings(keep, changes);

    changes->now_ms = clock_wall_ms();
    changes->relay = mem_strdup(keep->relay);
    changes->states = mem_zalloc((list->count + 1) * sizeof(struct state));
    for (size_t i = 0; i < list->count; i++) {
        if (vitals_take_change(list->at[i]->vitals) ||
            is_another(keep->seen, list->at[i]) ||
            is_bound(changes, list->at[i]))
            add_state(changes, list->at[i]);
    }
    note_those_there(keep, changes, list);
    account_list_unref(list);
    if (bound + changes->state_count > 0 || changes->there ||
        changes->gone_count > 0)
        return changes;
    drop_changes(changes);
    return NULL;
}

/* ---- saving -------------------------------------------------------------- */

static bool save_state(struct sql *sql, const char *relay,
                       const struct state *state, struct err *err)
{
    return sql_run(sql,
                   "INSERT INTO account_state(name, relay, doc)"
                   " VALUES($1, $2, $3)"
                   " ON CONFLICT (name, relay) DO UPDATE"
                   " SET doc = excluded.doc",
                   SQL_VALUES(sql_text(str_of(state->name)),
                              sql_text(str_of(relay)),
                              sql_text(buf_str(&state->doc))),
                   err);
}

static bool forget_gone(struct sql *sql, const struct changes *changes,
                        struct err *err)
{
    bool fine = true;

    for (size_t i = 0; i < changes->gone_count && fine; i++) {
        struct str name = str_of(changes->gone[i].name);

        fine = said_forget(sql, name, changes->gone[i].heard_ms, err) &&
               bindings_store_forget(sql, bindings_account(name), err);
    }
    return fine;
}

struct leaving {
    const struct account_list *there;
    struct buf names; /* each ended by NUL */
    bool full;        /* there are more */
};

static bool note_leaving(void *arg, const struct sql_row *row)
{
    struct leaving *leaving = arg;
    struct str name = sql_row_text(row, 0);

    if (account_list_find(leaving->there, name))
        return true;
    leaving->full = leaving->names.len + name.len >= leaving->names.max;
    if (leaving->full)
        return false;
    buf_add(&leaving->names, name);
    buf_add(&leaving->names, (struct str){ "", 1 });
    return true;
}

/* As many as there is room for. */
static bool remove_some(struct sql *sql, struct leaving *leaving,
                        struct err *err)
{
    const struct sql_ask ask = { .text =
                                     "SELECT DISTINCT name FROM account_state",
                                 .row = note_leaving,
                                 .arg = leaving };
    struct str rest;
    struct str name;
    bool fine;

    buf_clear(&leaving->names);
    leaving->full = false;
    fine = sql_query(sql, &ask, err);
    rest = buf_str(&leaving->names);
    while (fine && str_next(&rest, '\0', &name) && name.len > 0)
        fine = sql_run(sql, "DELETE FROM account_state WHERE name = $1",
                       SQL_VALUES(sql_text(name)), err);
    return fine;
}

static bool remove_states(struct sql *sql, const struct account_list *there,
                          struct err *err)
{
    struct leaving leaving = { .there = there };
    bool fine;

    buf_init(&leaving.names, DOC_MAX);
    do {
        fine = remove_some(sql, &leaving, err);
    } while (fine && leaving.full && leaving.names.len > 0);
    buf_done(&leaving.names);
    return fine;
}

static bool save(struct sql *sql, void *arg, struct err *err)
{
    const struct changes *changes = arg;
    bool fine = true;

    for (size_t i = 0; i < changes->state_count && fine; i++)
        fine = save_state(sql, changes->relay, &changes->states[i], err);
    fine = fine && forget_gone(sql, changes, err);
    if (changes->there && fine)
        fine = remove_states(sql, changes->there, err);
    for (size_t i = 0; i < BINDINGS_STORE_TABLES && fine; i++)
        fine = bindings_store_save(sql, i, &changes->bindings[i],
                                   changes->now_ms, err);
    return fine;
}

static void look_later(struct vitals_keep *keep)
{
    bool soon = keep->more || atomic_load(&keep->hurried);

    loop_timer_set(keep->timer, soon && keep->options.every_ms > SOON_MS
                                    ? SOON_MS
                                    : keep->options.every_ms);
}

static void saved(void *arg)
{
    struct vitals_keep *keep = arg;
    const struct err *err = records_job_error(keep->job);

    /* What the database as a whole lacks it says itself. */
    if (err && err->code != ERR_BUSY && err->code != ERR_IO)
        log_line(LOG_WARN, "keeping how accounts are: %s", err->text);
    keep->again |= err != NULL;
    keep->more &= !err;
    records_job_free(keep->job);
    keep->job = NULL;
    look_later(keep);
}

/* An end does not wait long for it. */
static struct records_work work_of(struct changes *changes)
{
    return (struct records_work){ .run = save,
                                  .drop = drop_changes,
                                  .arg = changes,
                                  .kept = &changes->kept,
                                  .later = true,
                                  .minor = true,
                                  .patience_ms = RECORDS_PATIENCE_MS };
}

static void look(void *arg)
{
    struct vitals_keep *keep = arg;
    struct changes *changes;
    struct records_work work;

    atomic_store(&keep->hurried, false);
    changes = gather(keep);
    if (!changes) {
        look_later(keep);
        return;
    }
    changes->accounts = keep->options.accounts;
    work = work_of(changes);
    keep->job = records_start(keep->options.records, keep->options.loop, &work,
                              saved, keep);
}

/* ---- sooner ---------------------------------------------------------------- */

static void look_soon(void *arg)
{
    struct vitals_keep *keep = arg;

    if (keep->timer && !keep->job)
        look_later(keep);
}

/* On any thread. */
static void hurry(void *arg)
{
    struct vitals_keep *keep = arg;

    if (!atomic_exchange(&keep->hurried, true))
        loop_post(keep->options.loop, look_soon, keep);
}

/* ---- beginning and end --------------------------------------------------- */

struct vitals_keep *vitals_keep_new(const struct vitals_keep_options *options)
{
    struct vitals_keep *keep = MEM_NEW(struct vitals_keep);

    keep->options = *options;
    keep->relay = mem_strdup(options->relay);
    keep->seen = accounts_list(options->accounts);
    if (keep->options.every_ms == 0)
        keep->options.every_ms = EVERY_MS;
    if (options->watches)
        keep->watch = said_watch_new(
            &(struct said_watch_options){ .records = options->records,
                                          .loop = options->loop,
                                          .accounts = options->accounts,
                                          .every_ms = keep->options.every_ms });
    keep->timer = loop_timer_new(options->loop, look, keep);
    loop_timer_set(keep->timer, keep->options.every_ms);
    accounts_on_hurry(options->accounts, hurry, keep);
    return keep;
}

void vitals_keep_stop(struct vitals_keep *keep)
{
    struct changes *changes;
    struct records_work work;

    if (!keep || !keep->timer)
        return;
    accounts_on_hurry(keep->options.accounts, NULL, NULL);
    said_watch_stop(keep->watch);
    loop_timer_free(keep->timer);
    keep->timer = NULL;
    records_job_free(keep->job);
    keep->job = NULL;
    while ((changes = gather(keep))) {
        work = work_of(changes);
        (void)records_start(keep->options.records, NULL, &work, NULL, NULL);
    }
}

void vitals_keep_free(struct vitals_keep *keep)
{
    vitals_keep_stop(keep);
    if (!keep)
        return;
    said_watch_free(keep->watch);
    account_list_unref(keep->seen);
    mem_free(keep->relay);
    mem_free(keep);
}
