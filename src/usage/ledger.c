// SPDX-License-Identifier: MIT
/* A queue between those who add and a writer on the records' thread. */
#include "usage/ledger.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "usage/ledger_calendar.h"
#include "usage/ledger_queue.h"
#include "usage/ledger_store.h"
#include "usage/ledger_tend.h"
#include "usage/price_board.h"

#define MEMORY_MAX ((size_t)64 << 20)
#define STUCK_MS 2000

struct ledger {
    struct ledger_options options;
    struct ledger_queue *queue;
    struct ledger_store
        *store; /* while one is written: the records' thread's */
    struct ledger_tend *tend;
    bool stopped;
    struct tally tally;
    struct breakdown *breakdown;
    ledger_booked_fn *booked; /* or NULL */
    void *booked_arg;
    atomic_bool losing;         /* the log has it */
    atomic_bool losing_results; /* likewise */
};

/* What rides along with one transaction. */
struct ride {
    struct ledger *ledger;
    bool more;
    struct ledger_batch batch;
};

/* ---- writing ------------------------------------------------------------- */

static void *take(void *arg)
{
    struct ledger *ledger = arg;
    struct ride *ride = mem_alloc(sizeof(*ride));

    ride->ledger = ledger;
    ride->more = ledger_queue_take(ledger->queue, &ride->batch) > 0;
    if (ride->batch.count > 0)
        return ride;
    ledger_queue_done(ledger->queue, &ride->batch);
    mem_free(ride);
    return NULL;
}

static bool save(struct sql *sql, void *taken, struct err *err)
{
    struct ride *ride = taken;
    const struct ledger *ledger = ride->ledger;

    if (ledger->options.untended &&
        !ledger_calendar_apply(sql, ledger->options.zone, err))
        return false;
    return ledger_store_write(ledger->store, sql, ride->batch.at,
                              ride->batch.count, err);
}

/* Once it works again. */
static void tell_lost(struct ledger *ledger)
{
    struct ledger_queue_state now;

    bool lost = atomic_exchange(&ledger->losing, false);

    lost |= atomic_exchange(&ledger->losing_results, false);
    if (!lost)
        return;
    ledger_queue_state(ledger->queue, &now);
    log_line(LOG_ERROR,
             "bookings are written again; since the start %llu were lost",
             (unsigned long long)now.lost);
}

/* By the prices of now, for the name alone. */
static void break_down_result(struct ledger *ledger,
                              const struct booking *booking)
{
    struct prices *prices = ledger->options.prices
                                ? price_board_take(ledger->options.prices)
                                : NULL;
    struct str texts[BOOKING_TEXTS];
    const struct price *price = NULL;

    booking_texts(booking, texts);
    if (prices)
        price = prices_find(prices, texts[BOOKING_MODEL], booking->ended_ms);
    breakdown_add_result(ledger->breakdown, booking,
                         price ? price->model : STR_EMPTY);
    prices_unref(prices);
}

static void count_written(struct ledger *ledger)
{
    const struct ledger_written *written = ledger_store_written(ledger->store);

    atomic_fetch_add(&ledger->tally.booked, written->rows);
    for (size_t i = 0; i < written->result_count; i++) {
        tally_add_result(&ledger->tally, written->results[i]);
        break_down_result(ledger, written->results[i]);
    }
}

static void saved_it(struct ledger *ledger, struct ledger_batch *batch)
{
    /* After the stop the next one may be being written. */
    if (!ledger->stopped) {
        count_written(ledger);
        ledger_charges_tell(ledger_store_charges(ledger->store),
                            ledger->options.ring);
        ledger_store_keep(ledger->store);
    }
    if (ledger->booked)
        ledger->booked(ledger->booked_arg, batch->at, batch->count);
    ledger_queue_done(ledger->queue, batch);
    tell_lost(ledger);
}

static bool settle(void *taken, bool saved)
{
    struct ride *ride = taken;
    bool more = ride->more && saved;

    if (saved)
        saved_it(ride->ledger, &ride->batch);
    else
        ledger_queue_put_back(ride->ledger->queue, &ride->batch);
    mem_free(ride);
    return more;
}

/* ---- beginning and end --------------------------------------------------- */

static void tend(struct ledger *ledger)
{
    const struct ledger_options *options = &ledger->options;

    ledger->tend = ledger_tend_new(
        &(struct ledger_tend_options){ .loop = options->loop,
                                       .records = options->records,
                                       .zone = options->zone,
                                       .retention_ms = options->retention_ms });
}

struct ledger *ledger_new(const struct ledger_options *options)
{
    struct ledger *ledger = MEM_NEW(struct ledger);

    ledger->options = *options;
    ledger->breakdown = breakdown_new();
    if (ledger->options.memory_max == 0)
        ledger->options.memory_max = MEMORY_MAX;
    if (ledger->options.stuck_ms == 0)
        ledger->options.stuck_ms = STUCK_MS;
    ledger->queue =
        ledger_queue_new(ledger->options.memory_max, ledger->options.stuck_ms);
    ledger->store = ledger_store_new(options->zone);
    if (!options->untended)
        tend(ledger);
    use_flush_join(options->flush, &(struct use_flush_rider){ .take = take,
                                                              .save = save,
                                                              .settle = settle,
                                                              .arg = ledger });
    return ledger;
}

void ledger_stop(struct ledger *ledger)
{
    if (!ledger || ledger->stopped)
        return;
    ledger->stopped = true;
    ledger_tend_free(ledger->tend);
    ledger->tend = NULL;
    use_flush_stop(ledger->options.flush);
}

static void tell_unsaved(struct ledger *ledger)
{
    struct ledger_queue_state now;

    ledger_queue_state(ledger->queue, &now);
    if (now.waiting > 0)
        log_line(LOG_ERROR, "%llu bookings could not be saved and are lost",
                 (unsigned long long)now.waiting);
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    tell_unsaved(ledger);
    ledger_store_free(ledger->store);
    ledger_queue_free(ledger->queue);
    breakdown_free(ledger->breakdown);
    mem_free(ledger);
}

/* ---- adding -------------------------------------------------------------- */

static void tell_no_room(struct ledger *ledger, bool is_result)
{
    const size_t max_mb = ledger->options.memory_max >> 20;

    if (is_result && !atomic_exchange(&ledger->losing_results, true))
        log_line(LOG_ERROR,
                 "results of batches are not booked: those that wait for the "
                 "database take %zu MB already; what is fetched again once it "
                 "works is booked then",
                 max_mb / 4);
    if (!is_result && !atomic_exchange(&ledger->losing, true))
        log_line(LOG_ERROR,
                 "bookings are lost: those that wait for the database take %zu "
                 "MB already",
                 max_mb - max_mb / 4);
}

void ledger_add(struct ledger *ledger, const struct record *record)
{
    if (!ledger)
        return;
    tally_add(&ledger->tally, record);
    breakdown_add(ledger->breakdown, record);
    if (!record->sent)
        return;
    switch (ledger_queue_add(ledger->queue, record)) {
    case LEDGER_ADDED_FIRST:
        use_flush_soon(ledger->options.flush);
        break;
    case LEDGER_LOST:
        tell_no_room(ledger, record->batch_result == 1);
        break;
    case LEDGER_ADDED:
        break;
    }
}

const struct tally *ledger_tally(const struct ledger *ledger)
{
    return ledger ? &ledger->tally : NULL;
}

struct breakdown *ledger_breakdown(struct ledger *ledger)
{
    return ledger ? ledger->breakdown : NULL;
}

void ledger_listen(struct ledger *ledger, ledger_booked_fn *booked, void *arg)
{
    ledger->booked = booked;
    ledger->booked_arg = arg;
}

bool ledger_is_crowded(struct ledger *ledger)
{
    return ledger && ledger_queue_is_crowded(ledger->queue);
}

void ledger_state(struct ledger *ledger, struct ledger_state *state)
{
    struct ledger_queue_state now;

    ledger_queue_state(ledger->queue, &now);
    *state = (struct ledger_state){
        .waiting = now.waiting,
        .waiting_ms = now.waiting_ms,
        .booked = now.added - now.lost - now.waiting,
        .lost = now.lost,
        .losing = atomic_load(&ledger->losing) ||
                  atomic_load(&ledger->losing_results),
        .unsynced_ms = records_unsynced_ms(ledger->options.records),
    };
}
