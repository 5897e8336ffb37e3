// SPDX-License-Identifier: MIT
/* Bookings by the million, for questions and for measurements:

       many-bookings COUNT DATA_DIR [DAYS]

   writes COUNT bookings into the database of that folder, as the ledger does: over
   DAYS (400) up to now, of 300 keys (the n-th used as often as 1/n) in 20 groups, 6
   accounts and 4 models, in sessions of about 60 requests.  The same for each run but
   for the time.  Tells what one took of the processor and of the disk. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/records.h"
#include "usage/ledger_store.h"

#define KEYS 300
#define GROUPS 20
#define ACCOUNTS 6
#define SESSION_LEN 60
#define DAYS 400
#define DAY_MS 86400000ull

struct maker {
    uint64_t state;      /* of the random numbers */
    double shares[KEYS]; /* of all keys up to this one */
    uint64_t sessions[KEYS];
    uint64_t count;
    uint64_t made;
    uint64_t from_ms;
    uint64_t span_ms;
    struct meter_usage usage;
    char texts[8][64]; /* of the present record */
};

static uint64_t draw(struct maker *maker)
{
    maker->state ^= maker->state << 13;
    maker->state ^= maker->state >> 7;
    maker->state ^= maker->state << 17;
    return maker->state;
}

static bool one_in(struct maker *maker, uint64_t many)
{
    return draw(maker) % many == 0;
}

static void share_out(struct maker *maker)
{
    double sum = 0;

    for (size_t i = 0; i < KEYS; i++) {
        sum += 1.0 / (double)(i + 1);
        maker->shares[i] = sum;
    }
}

static size_t draw_key(struct maker *maker)
{
    double at = (double)(draw(maker) >> 11) / (double)(1ull << 53) *
                maker->shares[KEYS - 1];
    size_t key = 0;

    while (key < KEYS - 1 && maker->shares[key] < at)
        key++;
    return key;
}

/* ---- one record ---------------------------------------------------------- */

static const char *const models[] = { "claude-sonnet-4-5-20250929",
                                      "claude-opus-4-5-20251101",
                                      "claude-haiku-4-5-20251001",
                                      "claude-3-5-haiku-20241022" };
static const char *const aliases[] = { "claude-sonnet-4-5", "claude-opus-4-5",
                                       "claude-haiku-4-5",
                                       "claude-3-5-haiku-latest" };

static void add_who(struct maker *maker, struct record *record)
{
    size_t key = draw_key(maker);
    size_t group = key % GROUPS;

    if (maker->sessions[key] == 0 || one_in(maker, SESSION_LEN))
        maker->sessions[key] = draw(maker);
    (void)snprintf(maker->texts[0], 64, "key-%zu", key);
    (void)snprintf(maker->texts[1], 64, "person%zu@example.com", key / 2);
    (void)snprintf(maker->texts[2], 64, "group-%zu", group);
    (void)snprintf(maker->texts[3], 64, "account-%" PRIu64,
                   maker->sessions[key] % ACCOUNTS);
    (void)snprintf(maker->texts[4], 64, "%08x-4a5b-4c6d-8e7f-%012" PRIx64,
                   (unsigned)key, maker->sessions[key] & 0xffffffffffff);
    record->key_id = key + 1;
    record->key = str_of(maker->texts[0]);
    record->owner = str_of(maker->texts[1]);
    record->group_id = group + 1;
    record->group = str_of(maker->texts[2]);
    record->account = str_of(maker->texts[3]);
    record->session = str_of(maker->texts[4]);
}

/* A session has one, and asks the small one now and then. */
static size_t draw_model(struct maker *maker, const struct record *record)
{
    uint64_t session = maker->sessions[record->key_id - 1];

    return one_in(maker, 8) ? 2 : session / ACCOUNTS % COUNT_OF(models);
}

static void add_what(struct maker *maker, struct record *record)
{
    size_t model = draw_model(maker, record);

    record->model = str_of(models[model]);
    record->model_asked =
        str_of(one_in(maker, 2) ? aliases[model] : models[model]);
    record->endpoint = STR("/v1/messages");
    record->service_tier = STR("standard");
    record->price_version = STR("3f1c9a0b");
    record->first_byte_us = 200000 + draw(maker) % 3000000;
    record->duration_us = record->first_byte_us + draw(maker) % 60000000;
    record->bytes_in = 20000 + draw(maker) % 400000;
    record->bytes_out = 2000 + draw(maker) % 60000;
    (void)snprintf(maker->texts[5], 64, "req_011C%020" PRIu64, draw(maker));
    record->upstream_id = str_of(maker->texts[5]);
}

static void add_usage(struct maker *maker, struct record *record)
{
    uint64_t *counts = maker->usage.counts;

    counts[METER_INPUT] = draw(maker) % 3000;
    counts[METER_OUTPUT] = 1 + draw(maker) % 2000;
    counts[METER_CACHE_READ] = draw(maker) % 150000;
    counts[METER_CACHE_WRITE] = counts[METER_CACHE_WRITE_5M] =
        draw(maker) % 8000;
    record->usage = &maker->usage;
    record->cost_known = true;
    record->cost_microusd =
        3 * counts[METER_INPUT] + 15 * counts[METER_OUTPUT] +
        3 * counts[METER_CACHE_READ] / 10 + 15 * counts[METER_CACHE_WRITE] / 4;
}

static void add_end(struct maker *maker, struct record *record)
{
    static const unsigned statuses[] = { 429, 529, 400, 500 };

    record->end = RECORD_COMPLETE;
    record->status = 200;
    if (one_in(maker, 50))
        record->end = RECORD_CLIENT_LEFT;
    record->partial = record->end != RECORD_COMPLETE;
    record->attempt_count = 1 + one_in(maker, 40);
    record->attempts[0] =
        (struct record_attempt){ record->account, RECORD_STALE, 0, 1, 20 };
    if (!one_in(maker, 33)) {
        add_usage(maker, record);
        return;
    }
    record->status = statuses[draw(maker) % 4];
    record->model = STR_EMPTY;
}

static void make(struct maker *maker, struct booking *booking)
{
    uint64_t ended_ms =
        maker->from_ms + maker->span_ms * maker->made / maker->count;
    struct record record = { .sent = true };

    add_who(maker, &record);
    add_what(maker, &record);
    add_end(maker, &record);
    record.began_ms = ended_ms - record.duration_us / 1000;
    (void)snprintf(maker->texts[6], 64, "req_relay_%011" PRIx64 "a1b%08" PRIx64,
                   record.began_ms, maker->made & 0xffffffff);
    record.id = str_of(maker->texts[6]);
    booking_pack(booking, &record);
    maker->made++;
}

/* ---- batches ------------------------------------------------------------- */

struct batch {
    struct ledger_store *store;
    size_t count;
    const struct booking *at[LEDGER_BATCH_MAX];
    char *memory;
};

static bool run(struct sql *sql, void *arg, struct err *err)
{
    struct batch *batch = arg;

    return ledger_store_write(batch->store, sql, batch->at, batch->count, err);
}

static void make_next(struct maker *maker, struct batch *batch)
{
    for (batch->count = 0;
         batch->count < LEDGER_BATCH_MAX && maker->made < maker->count;
         batch->count++) {
        struct booking *booking =
            (void *)(batch->memory + batch->count * BOOKING_SIZE_MAX);

        make(maker, booking);
        batch->at[batch->count] = booking;
    }
}

static double seconds(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool write_all(struct maker *maker, struct records *records,
                      double *writing, struct err *err)
{
    struct batch batch = { .store = ledger_store_new(zone_utc()),
                           .memory =
                               mem_alloc(LEDGER_BATCH_MAX * BOOKING_SIZE_MAX) };
    const struct records_work work = { .run = run, .arg = &batch };
    bool fine = true;

    while (fine && maker->made < maker->count) {
        double before;

        make_next(maker, &batch);
        before = seconds(CLOCK_THREAD_CPUTIME_ID);
        fine = records_do(records, &work, err);
        *writing += seconds(CLOCK_THREAD_CPUTIME_ID) - before;
        ledger_store_keep(batch.store);
    }
    ledger_store_free(batch.store);
    mem_free(batch.memory);
    return fine;
}

static void tell(const struct maker *maker, const char *folder, double writing,
                 double took)
{
    char path[4096];
    struct stat file = { 0 };

    (void)snprintf(path, sizeof(path), "%s/db/relay.db", folder);
    (void)stat(path, &file);
    (void)printf("%" PRIu64 " bookings in %.1f s: %.2f us of the processor "
                 "and %.1f bytes each\n",
                 maker->count, took, writing * 1e6 / (double)maker->count,
                 (double)file.st_size / (double)maker->count);
}

int main(int argc, char **argv)
{
    struct maker maker = { .state = 88172645463325252u };
    double began = seconds(CLOCK_MONOTONIC);
    double writing = 0;
    struct records *records;
    struct err err;
    bool fine;

    if (argc < 3) {
        (void)fprintf(stderr, "usage: many-bookings COUNT DATA_DIR [DAYS]\n");
        return 2;
    }
    share_out(&maker);
    maker.count = strtoull(argv[1], NULL, 10);
    maker.span_ms = DAY_MS * (argc > 3 ? strtoull(argv[3], NULL, 10) : DAYS);
    maker.from_ms = clock_wall_ms() - maker.span_ms;
    (void)mkdir(argv[2], 0700);
    records = records_open(argv[2], &err);
    fine = records && write_all(&maker, records, &writing, &err);
    records_free(records);
    if (fine)
        tell(&maker, argv[2], writing, seconds(CLOCK_MONOTONIC) - began);
    else
        (void)fprintf(stderr, "many-bookings: %s\n", err.text);
    return fine ? 0 : 1;
}
