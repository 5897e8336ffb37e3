// SPDX-License-Identifier: MIT
/* Numbers for the texts of bookings, which stand once each in the tables word, holder
   and session (store/schema/002_bookings.sql).  Those found lately are in memory; other
   processes add some, too, and sessions that nothing is booked of any more are removed
   (usage/ledger_sessions.h).  Used by one thread at a time.

       asked -> (found or added, in a transaction) fresh -> kept, once it is committed
                                                     '----> forgotten, if it was undone */
#pragma once

#include "store/sql.h"

struct ledger_names;

enum ledger_word {
    LEDGER_ACCOUNT = 1,
    LEDGER_MODEL = 2,
    LEDGER_ENDPOINT = 3,
    LEDGER_TIER = 4,
    LEDGER_PRICES = 5,
};

/* Which remembers `max` of them. */
struct ledger_names *ledger_names_new(size_t max);
/* NULL is fine. */
void ledger_names_free(struct ledger_names *names);

/* A transaction begins: what the last one found and was not kept is forgotten. */
void ledger_names_begin(struct ledger_names *names);
/* In it, before any is asked for: if some were removed since, none is known. */
bool ledger_names_check(struct ledger_names *names, struct sql *sql,
                        struct err *err) MUST_CHECK;
/* It was committed. */
void ledger_names_keep(struct ledger_names *names);
/* How many are known without asking the database. */
size_t ledger_names_known(const struct ledger_names *names);

struct ledger_text {
    enum ledger_word kind;
    struct str text;
};
struct ledger_holder {
    uint64_t key_id;
    uint64_t group_id;
    struct str key;
    struct str owner;
    struct str group;
};
struct ledger_session {
    uint64_t key_id;
    struct str name;
};

/* In a transaction; texts are as a booking has them, and `id` is never 0. */
bool ledger_names_word(struct ledger_names *names, struct sql *sql,
                       const struct ledger_text *word, int64_t *id,
                       struct err *err) MUST_CHECK;
bool ledger_names_holder(struct ledger_names *names, struct sql *sql,
                         const struct ledger_holder *holder, int64_t *id,
                         struct err *err) MUST_CHECK;
bool ledger_names_session(struct ledger_names *names, struct sql *sql,
                          const struct ledger_session *session, int64_t *id,
                          struct err *err) MUST_CHECK;
