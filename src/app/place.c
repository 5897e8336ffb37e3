// SPDX-License-Identifier: MIT
/* What a command, or the running relay, needs to work on accounts. */
#include "app/place.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "account/vitals_load.h"
#include "base/log.h"
#include "base/zones.h"
#include "crypto/seal.h"
#include "store/embedded.h"
#include "store/filelock.h"
#include "store/in_use.h"
#include "usage/price_file.h"

static bool make_seal(struct place *place, struct err *err)
{
    struct str secret = place->config->relay_secret;

    if (secret.len > 0)
        place->seal = seal_new(secret, err);
    return secret.len == 0 || place->seal;
}

static bool make_tls(struct place *place, struct err *err)
{
    const struct config *config = place->config;
    const char *ca_file = config->ca_file.len > 0 ? config->ca_file.at : NULL;

    /* Accounts may have gateways of their own that speak TLS. */
    place->tls =
        config->api.tls || config->token_url.tls || config->notify.url.tls
            ? tls_client_new(ca_file, err)
            : tls_client_later(ca_file, err);
    return place->tls != NULL;
}

/* Before anything is read: a command that finds no relay writes into the folder
   itself. */
static bool take_folder(struct place *place, enum place_use use,
                        struct err *err)
{
    const char *folder = place->config->data_dir.at;

    if (use != PLACE_SERVES)
        return true;
    if (embedded_check_folder(folder, err))
        place->in_use =
            in_use_wait(folder, IN_USE_SHARED, IN_USE_PATIENCE_MS, err);
    if (place->in_use >= 0)
        return true;
    if (err->code == ERR_BUSY)
        (void)err_wrap(err, "start the relay again when that has ended");
    return err_wrap(err, "DATA_DIR=\"%s\"", folder);
}

static bool open_accounts(struct place *place, enum place_use use,
                          struct err *err)
{
    const char *folder = place->config->data_dir.at;

    place->store = store_open(folder, place->seal, err);
    if (!place->store)
        return err_wrap(err, "DATA_DIR=\"%s\"", folder);
    place->records = records_open(folder, err);
    if (!place->records)
        return err_wrap(err, "DATA_DIR=\"%s\"", folder);
    place->audit = audit_log_new(place->records);
    if (use == PLACE_SERVES)
        audit_log_tell(place->audit);
    place->accounts = accounts_new();
    return accounts_load(place->accounts, store_driver(place->store), err) ||
           err_wrap(err, "DATA_DIR=\"%s\"", folder);
}

static bool open_keys(struct place *place, enum place_use use, struct err *err)
{
    place->zones = zones_new(NULL);
    place->keys =
        keys_open(&(struct keys_options){ .loop = place->loop,
                                          .records = place->records,
                                          .zones = place->zones,
                                          .zone = zone_utc(),
                                          .data_dir =
                                              place->config->data_dir.at,
                                          .watches = use == PLACE_SERVES },
                  err);
    return place->keys ||
           err_wrap(err, "DATA_DIR=\"%s\"", place->config->data_dir.at);
}

/* What bookings cost is measured beside a relay without them (script/bench). */
static bool is_unbooked(void)
{
    return getenv("BENCH_WITHOUT_BOOKINGS") != NULL;
}

static bool open_ledger(struct place *place, enum place_use use,
                        struct err *err)
{
    const struct config *config = place->config;

    place->zone = zones_find(place->zones, config->time_zone, err);
    if (!place->zone)
        return err_wrap(err, "TIME_ZONE");
    if (use == PLACE_LOOKS || is_unbooked())
        return true;
    place->ledger = ledger_new(
        &(struct ledger_options){ .loop = place->loop,
                                  .retention_ms = config->usage_retention_ms,
                                  .ring = keys_ring(place->keys),
                                  .flush = keys_flush(place->keys),
                                  .records = place->records,
                                  .zone = place->zone,
                                  .prices = place->prices,
                                  .untended = use == PLACE_WORKS });
    return true;
}

#define RELAY_NAME_MAX 300

/* Pauses, windows, and which sessions are served by whom. */
static bool open_vitals(struct place *place, enum place_use use,
                        struct err *err)
{
    char relay[RELAY_NAME_MAX];

    /* What one learned is its own, and found again when it is started again. */
    (void)snprintf(relay, sizeof(relay), "%s:%u", place->config->host.at,
                   (unsigned)place->config->port);
    if (!vitals_load(place->records, place->accounts, relay, use != PLACE_LOOKS,
                     err))
        return err_wrap(err, "DATA_DIR=\"%s\"", place->config->data_dir.at);
    if (use != PLACE_LOOKS)
        place->vitals = vitals_keep_new(
            &(struct vitals_keep_options){ .loop = place->loop,
                                           .records = place->records,
                                           .accounts = place->accounts,
                                           .relay = relay,
                                           .watches = use == PLACE_SERVES });
    return true;
}

/* Wrong prices keep nobody from starting: they are complained of. */
static void open_prices(struct place *place)
{
    price_file_load(place->prices, place->config->data_dir.at);
}

static void open_notices(struct place *place)
{
    place->notices = notify_board_new(place->config);
    notify_board_load(place->notices, store_driver(place->store));
}

/* ---- waiting ------------------------------------------------------------ */

#define SAY_AGAIN_MS 5000
#define WAITING_MAX 4096

static void say_waiting(struct place *place)
{
    struct buf text;
    struct str rest;
    struct str line;

    buf_init(&text, WAITING_MAX);
    keeper_describe(place->keeper, &text);
    rest = buf_str(&text);
    while (str_next(&rest, '\n', &line)) {
        if (line.len > 0)
            log_line(LOG_WARN, "waiting for " STR_FMT, STR_ARG(line));
    }
    buf_done(&text);
}

void place_say_again(struct place *place, int number)
{
    log_line(LOG_WARN, "%s again: what was begun is carried through",
             stop_signals_name(number));
    if (place->keeper)
        say_waiting(place);
}

static void say_again(void *arg)
{
    struct place *place = arg;

    say_waiting(place);
    loop_timer_set(place->waiting, SAY_AGAIN_MS);
}

/* ---- opening ------------------------------------------------------------- */

bool place_open(struct place *place, const struct config *config,
                enum place_use use, struct err *err)
{
    *place =
        (struct place){ .config = config, .in_use = -1, .loop = loop_new() };
    place->waiting = loop_timer_new(place->loop, say_again, place);
    place->prices = price_board_new();
    place->outgoing = outgoing_new();
    (void)signal(SIGPIPE, SIG_IGN);
    /* A file that may not grow is an error of that write, not the end. */
    (void)signal(SIGXFSZ, SIG_IGN);
    log_flush_at_end();
    if (!make_seal(place, err) ||
        !proxy_from_config(config, &place->proxy, err) ||
        !make_tls(place, err) || !take_folder(place, use, err) ||
        !open_accounts(place, use, err) || !open_keys(place, use, err) ||
        !open_ledger(place, use, err) || !open_vitals(place, use, err))
        return false;
    open_prices(place);
    open_notices(place);
    place->keeper = keeper_new(
        &(struct keeper_options){ .loop = place->loop,
                                  .store = place->store,
                                  .accounts = place->accounts,
                                  .tls = place->tls,
                                  .proxy = place->proxy,
                                  .config = config,
                                  .outgoing = place->outgoing,
                                  .audit = place->audit,
                                  .patience_ms = KEEPER_PATIENCE_MS,
                                  .save_at_stop_ms = KEEPER_SAVE_AT_STOP_MS });
    return true;
}

/* ---- ending ------------------------------------------------------------- */

static void now_idle(void *arg)
{
    struct place *place = arg;

    if (place->dies)
        stop_signals_die(place->caught);
    place->idle = true;
    loop_stop(place->loop);
}

static void stop_keeper(struct place *place)
{
    place->stopping = true;
    keeper_stop(place->keeper, now_idle, place);
    if (!place->idle)
        say_again(place);
}

/* Of a command; a relay watches by itself. */
static void caught(void *arg, int number)
{
    struct place *place = arg;

    if (place->stopping) {
        place_say_again(place, number);
        return;
    }
    place->caught = number;
    place->dies = true;
    stop_keeper(place);
}

void place_watch(struct place *place, void (*fn)(void *arg, int number),
                 void *arg)
{
    if (!place->signals)
        place->signals = stop_signals_new(place->loop, fn, arg);
}

/* While nothing is under way a signal may do what it always does. */
static void unwatch(struct place *place)
{
    stop_signals_free(place->signals);
    place->signals = NULL;
}

static void stop_loop(void *arg)
{
    loop_stop(arg);
}

/* Whatever workers, store and records have posted here is carried out while the loops
   that it answers to are there. */
static void deliver_rest(struct place *place)
{
    loop_post(place->loop, stop_loop, place->loop);
    loop_run(place->loop);
}

static void stop_writing(struct place *place)
{
    ledger_stop(place->ledger);
    vitals_keep_stop(place->vitals);
    keys_stop(place->keys);
    audit_log_stop(place->audit);
    records_stop(place->records);
    store_stop(place->store);
}

static size_t count_unsaved(const struct place *place)
{
    struct ledger_state left = { 0 };

    if (place->ledger)
        ledger_state(place->ledger, &left);
    return records_lost(place->records) + left.waiting;
}

void place_finish(struct place *place)
{
    if (!place->keeper)
        return;
    place_watch(place, caught, place);
    stop_keeper(place);
    while (!place->idle)
        loop_run(place->loop);
    place->lost = keeper_lost(place->keeper);
    loop_timer_stop(place->waiting);
    keeper_free(place->keeper);
    place->keeper = NULL;
    stop_writing(place);
    deliver_rest(place);
    unwatch(place); /* and not before: a second signal would end it all */
    place->lost += count_unsaved(place);
}

int place_close(struct place *place, int status)
{
    place_finish(place);
    stop_writing(place);
    loop_timer_free(place->waiting);
    loop_free(place->loop);
    vitals_keep_free(place->vitals);
    keys_free(place->keys);
    ledger_free(place->ledger);
    zones_free(place->zones);
    accounts_free(place->accounts);
    price_board_free(place->prices);
    records_free(place->records);
    audit_log_free(place->audit);
    store_free(place->store);
    notify_board_free(place->notices);
    tls_free(place->tls);
    proxy_unref(place->proxy);
    outgoing_free(place->outgoing);
    seal_free(place->seal);
    filelock_release(place->in_use);
    return place->lost == 0 ? status : 1;
}

/* ---- waiting for the loop ------------------------------------------------ */

void place_wait(struct place *place, bool (*is_so)(void *arg), void *arg)
{
    place_watch(place, caught, place);
    loop_timer_set(place->waiting, SAY_AGAIN_MS);
    while (!is_so(arg))
        loop_run(place->loop);
    loop_timer_stop(place->waiting);
    if (keeper_is_idle(place->keeper))
        unwatch(place);
}
