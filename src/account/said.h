// SPDX-License-Identifier: MIT
/* What the operator says of how accounts are, while they serve: a pause, its end, and that
   what answers taught holds no more.  It is in the database before it is answered, holds
   here at once, and at the other relays of the folder within a second: each of them looks
   that often (store/schema/007_accounts.sql). */
#pragma once

#include "account/accounts.h"
#include "account/health.h"
#include "store/records.h"

enum said_what { SAID_PAUSE, SAID_RESUME, SAID_CLEAR };

struct said_ask {
    const struct account *account;
    enum said_what what;
    uint64_t until_ms; /* of a pause; wall clock, as all times here */
    struct str note;   /* likewise; or empty */
    uint64_t now_ms;
};

struct said;

/* All is copied.  `wake` comes once, on the loop's thread, when it is done.  Freed
   earlier it is carried through all the same.  On the loop's thread. */
struct said *said_start(struct records *records, struct loop *loop,
                        const struct said_ask *ask, void (*wake)(void *arg),
                        void *arg);
/* NULL is fine. */
void said_free(struct said *said);
bool said_is_done(const struct said *said);
/* Once it is: it is written, and holds here.  False: nothing was changed, and err says
   why. */
bool said_result(struct said *said, struct err *err) MUST_CHECK;

/* All that was said, to the accounts that are there.  For a job of the records. */
bool said_tell(struct sql *sql, struct accounts *accounts,
               struct err *err) MUST_CHECK;

/* Forget what was said of an account that is gone, as far as it has heard that
   (vitals_heard_ms()): another one may have its name by now.  For a job of the
   records. */
bool said_forget(struct sql *sql, struct str name, uint64_t heard_ms,
                 struct err *err) MUST_CHECK;

/* ---- what is said at other relays ---------------------------------------- */

struct said_watch;

struct said_watch_options {
    struct records *records;
    struct loop *loop; /* all is on its thread */
    struct accounts *accounts;
    uint64_t every_ms;
};

/* All of the options stay as long as the watch does. */
struct said_watch *said_watch_new(const struct said_watch_options *options);
/* Looks no more; before records_stop().  NULL is fine, and so is once more. */
void said_watch_stop(struct said_watch *watch);
/* After the records were stopped.  NULL is fine. */
void said_watch_free(struct said_watch *watch);
