// SPDX-License-Identifier: MIT
/* What bookings cost, and whether the ledger keeps up:

       build/bench/claude-ledger-bench RATE SECONDS DATA_DIR

   adds RATE bookings a second, as requests of 300 keys do, and says each second how
   many wait; at the end what each took of the thread that added it (a worker's part),
   of the main loop and of the records' threads. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/zone.h"
#include "store/records.h"
#include "team/use_flush.h"
#include "usage/ledger.h"

#define KEYS 300u
#define TURN_MS 2

struct bench {
    struct loop *loop;
    struct ledger *ledger;
    uint64_t rate;
    uint64_t seconds;
    uint64_t added;
    uint64_t add_ns; /* CPU of the adding thread */
    struct loop_timer *timer;
    uint64_t waiting_first; /* after a second */
    uint64_t told;
    atomic_bool over;
};

static uint64_t cpu_ns(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- adding -------------------------------------------------------------- */

static void add_one(struct bench *bench)
{
    uint64_t n = bench->added++;
    char id[40], key[16], upstream[40], session[40];
    struct meter_usage usage = { .final = true, .told = 1 };
    struct record record = {
        .endpoint = STR("/v1/messages"),
        .key_id = 1 + n * 2654435761u % KEYS,
        .owner = STR("somebody@example.com"),
        .account = STR("main"),
        .model_asked = STR("claude-sonnet-5"),
        .model = STR("claude-sonnet-5"),
        .service_tier = STR("standard"),
        .began_ms = clock_wall_ms(),
        .first_byte_us = 300000,
        .duration_us = 1500000,
        .end = RECORD_COMPLETE,
        .status = 200,
        .bytes_in = 1000 + n % 5000,
        .bytes_out = 2000 + n % 7000,
        .sent = true,
        .attempt_count = 1,
        .usage = &usage,
        .cost_known = true,
        .cost_microusd = n % 100000,
        .price_version = STR("bench"),
    };

    usage.counts[METER_INPUT] = n % 9000;
    usage.counts[METER_OUTPUT] = n % 700;
    usage.counts[METER_CACHE_READ] = n % 90000;
    (void)snprintf(id, sizeof(id), "req_relay_%011" PRIx64 "abc%08x",
                   record.began_ms, (unsigned)n);
    (void)snprintf(key, sizeof(key), "key-%u", (unsigned)record.key_id);
    (void)snprintf(upstream, sizeof(upstream), "req_011CSHoEeqs5C35K%08x",
                   (unsigned)n);
    (void)snprintf(session, sizeof(session),
                   "5a1f0c3e-0000-4000-8000-%012" PRIx64, n / 60);
    record.id = str_of(id);
    record.key = str_of(key);
    record.upstream_id = str_of(upstream);
    record.session = str_of(session);
    ledger_add(bench->ledger, &record);
}

static void *add_all(void *arg)
{
    const struct timespec turn = { 0, TURN_MS * 1000000 };
    struct bench *bench = arg;
    uint64_t began_ms = clock_steady_ms();
    uint64_t due;

    do {
        due = (clock_steady_ms() - began_ms) * bench->rate / 1000;
        while (bench->added < due)
            add_one(bench);
        (void)nanosleep(&turn, NULL);
    } while (clock_steady_ms() - began_ms < bench->seconds * 1000);
    bench->add_ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
    atomic_store(&bench->over, true);
    return NULL;
}

/* ---- looking ------------------------------------------------------------- */

static void look(void *arg)
{
    struct bench *bench = arg;
    struct ledger_state state;

    ledger_state(bench->ledger, &state);
    (void)printf("after %" PRIu64 " s: %" PRIu64 " booked, %" PRIu64
                 " wait, the oldest for %" PRIu64 " ms\n",
                 ++bench->told, state.booked, state.waiting, state.waiting_ms);
    if (atomic_load(&bench->over))
        loop_stop(bench->loop);
    else
        loop_timer_set(bench->timer, 1000);
}

static void tell(const struct bench *bench, const char *who, uint64_t ns)
{
    (void)printf("%-16s %.2f us of CPU a booking\n", who,
                 (double)ns / 1000.0 / (double)bench->added);
}

/* Everything else of this process is the records' threads. */
static void run(struct bench *bench)
{
    uint64_t all_ns = cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t loop_ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
    pthread_t adding;

    bench->timer = loop_timer_new(bench->loop, look, bench);
    loop_timer_set(bench->timer, 1000);
    if (pthread_create(&adding, NULL, add_all, bench) != 0)
        exit(1);
    loop_run(bench->loop);
    (void)pthread_join(adding, NULL);
    all_ns = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - all_ns;
    loop_ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID) - loop_ns;
    tell(bench, "adding", bench->add_ns);
    tell(bench, "main loop", loop_ns);
    tell(bench, "records' threads", all_ns - loop_ns - bench->add_ns);
    loop_timer_free(bench->timer);
}

int main(int argc, char **argv)
{
    struct bench bench = { .rate = argc > 3 ? strtoull(argv[1], NULL, 10) : 0,
                           .seconds =
                               argc > 3 ? strtoull(argv[2], NULL, 10) : 0 };
    struct err err;
    struct records *records = bench.rate ? records_open(argv[3], &err) : NULL;
    struct keyring *ring = keyring_new();
    struct unsaved *unsaved = unsaved_new();
    struct use_flush *flush;

    if (!records) {
        (void)fprintf(stderr, "%s\n",
                      bench.rate ? err.text
                                 : "usage: claude-ledger-bench RATE SECONDS "
                                   "DATA_DIR");
        return 2;
    }
    bench.loop = loop_new();
    flush = use_flush_new(&(struct use_flush_options){ .loop = bench.loop,
                                                       .records = records,
                                                       .ring = ring,
                                                       .unsaved = unsaved });
    bench.ledger = ledger_new(&(struct ledger_options){ .loop = bench.loop,
                                                        .ring = ring,
                                                        .flush = flush,
                                                        .records = records,
                                                        .zone = zone_utc() });
    run(&bench);
    ledger_stop(bench.ledger);
    records_stop(records);
    loop_free(bench.loop);
    ledger_free(bench.ledger);
    use_flush_free(flush);
    records_free(records);
    keyring_free(ring);
    unsaved_free(unsaved);
    return 0;
}
