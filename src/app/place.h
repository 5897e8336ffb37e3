// SPDX-License-Identifier: MIT
/* What both the running relay and a command need to work on accounts: the store,
   the accounts, the way out, and a keeper on a loop of its own.  Two processes on
   one folder are fine: the store's locks order them. */
#pragma once

#include "account/keeper.h"
#include "account/vitals_keep.h"
#include "app/stop_signals.h"
#include "config/config.h"
#include "notify/target.h"
#include "store/audit.h"
#include "store/records.h"
#include "team/keys.h"
#include "usage/ledger.h"
#include "usage/price_board.h"

/* What the folder is opened for. */
enum place_use {
    PLACE_SERVES, /* by a relay: shared with other relays, and what they change is shown */
    PLACE_WORKS, /* by a command that has the folder alone (store/in_use.h) */
    PLACE_LOOKS, /* to see how things are, beside whoever uses it */
};

struct place {
    const struct config *config;
    int in_use; /* of one that serves: the lock, held to the end; else -1 */
    struct loop *loop;
    struct seal *seal;
    struct store *store;
    struct records *records;
    struct audit_log *audit;
    struct zones *zones;
    const struct zone *zone; /* whose days usage is summed up by */
    struct keys *keys;
    struct ledger *ledger; /* NULL: nothing is booked */
    struct accounts *accounts;
    struct vitals_keep *vitals; /* of one that serves, or works on the folder */
    struct price_board *prices;
    struct notify_board *notices;
    struct tls *tls;
    struct proxy *proxy;
    struct outgoing *outgoing; /* our own connections, of all threads */
    struct keeper *keeper;
    /* Ending: a token call that was sent is carried through and saved. */
    struct stop_signals *signals;
    struct loop_timer *waiting;
    int caught; /* the first signal, or 0 */
    bool stopping;
    bool dies; /* a command: by that signal, once nothing is under way */
    bool idle;
    size_t lost; /* what could not be saved: accounts' new tokens, changes of
                    the records, bookings */
};

/* Open the data folder, made if it is missing, and read accounts and keys.  One that
   serves waits first for a command that works on the folder (IN_USE_PATIENCE_MS). */
bool place_open(struct place *place, const struct config *config,
                enum place_use use, struct err *err) MUST_CHECK;
/* Carry through what was begun, and end the threads of store and records; then loops
   that they posted to may be freed.  Nobody may ask the keeper any more.  While it takes long,
   the log says every few seconds, and at each signal, what is waited for; afterwards
   place->lost is final. */
void place_finish(struct place *place);
/* Finishes, if that was not done.  Returns the exit status: `status`, or 1 if
   anything was lost. */
int place_close(struct place *place, int status);

/* From now on, until place_finish() is done, signals that end a process come to
   `caught`; whoever does not call this has them come to place_wait() alone. */
void place_watch(struct place *place, void (*caught)(void *arg, int number),
                 void *arg);
/* Say in the log that a further signal changes nothing, and what is waited for. */
void place_say_again(struct place *place, int number);

/* Run the loop until it is so, which is said by loop_stop().  However long it takes;
   a signal meanwhile ends the process, once a token call that was sent is saved. */
void place_wait(struct place *place, bool (*is_so)(void *arg), void *arg);
