// SPDX-License-Identifier: MIT
/* What many relay keys cost: making them, loading them, looking one up.
       build/bench/claude-keys-bench [KEYS [DATA_DIR]]
   The database is left there, and script/bench uses it. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/zones.h"
#include "store/records.h"
#include "team/counters.h"
#include "team/key_build.h"
#include "team/key_load.h"
#include "team/key_store.h"
#include "team/key_text.h"

#define LOOK_UPS 2000000u
#define DOC                                                                    \
    "{\"owner\":\"somebody@example.com\",\"tags\":[\"team-a\",\"berlin\"],"    \
    "\"limits\":{\"rpm\":60,\"tpm_in\":100000,\"concurrency\":4,"              \
    "\"cost_day\":\"5\"},\"models\":[\"claude-*\"]}"

struct bench {
    size_t count;
    char (*texts)[KEY_TEXT_LEN + 1];
    struct zones *zones;
    struct keyring *ring;
};

/* CPU time: whatever else runs here does not count. */
static uint64_t cpu_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool make_one(struct sql *sql, struct bench *bench, size_t at,
                     struct err *err)
{
    char name[32];
    struct key_text text;
    struct secret *secret = key_text_new(1000, &text);
    struct key_parts parts = { .zones = bench->zones,
                               .zone = zone_utc(),
                               .counters = counters_new(NULL, SUBJECT_ALL),
                               .use = key_use_new(0, 0) };
    struct key_row row = { .enabled = true,
                           .created_ms = 1000,
                           .changed_ms = 1000,
                           .revoked_ms = KEY_NEVER,
                           .doc = STR(DOC),
                           .text_count = 1,
                           .texts = &text };
    struct key *key;
    uint64_t id;
    bool fine;

    (void)snprintf(name, sizeof(name), "key-%zu", at);
    row.name = str_of(name);
    memcpy(bench->texts[at], secret_reveal(secret).at, KEY_TEXT_LEN + 1);
    key = key_build(&row, &parts, err);
    fine = key && key_store_create(sql, key, &id, err);
    key_unref(key);
    counters_unref(parts.counters);
    key_use_unref(parts.use);
    secret_unref(secret);
    return fine;
}

static bool make_all(struct sql *sql, void *arg, struct err *err)
{
    struct bench *bench = arg;

    for (size_t i = 0; i < bench->count; i++) {
        if (!make_one(sql, bench, i, err))
            return false;
    }
    return true;
}

static bool load_all(struct sql *sql, void *arg, struct err *err)
{
    struct bench *bench = arg;

    return key_load(sql,
                    &(struct key_load){ .ring = bench->ring,
                                        .zones = bench->zones,
                                        .zone = zone_utc() },
                    err);
}

static void run(struct records *records, struct bench *bench, const char *what,
                bool (*work)(struct sql *sql, void *arg, struct err *err),
                bool reads)
{
    uint64_t begin_ns = cpu_ns();
    struct err err;

    if (!records_do(records,
                    &(struct records_work){
                        .run = work, .arg = bench, .reads = reads },
                    &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    (void)printf("%-8s %zu keys in %.0f ms of CPU\n", what, bench->count,
                 (double)(cpu_ns() - begin_ns) / 1e6);
}

static void look_up(struct bench *bench, bool there)
{
    uint64_t random = 4711;
    uint64_t found = 0;
    uint64_t begin_ns = cpu_ns();

    for (size_t i = 0; i < LOOK_UPS; i++) {
        enum key_verdict verdict;
        char text[KEY_TEXT_LEN];

        random = random * 6364136223846793005u + 1442695040888963407u;
        memcpy(text, bench->texts[(random >> 33) % bench->count], sizeof(text));
        if (!there)
            text[40] = text[40] == 'a' ? 'b' : 'a';
        key_unref(keyring_find(bench->ring, (struct str){ text, sizeof(text) },
                               2000, &verdict));
        found += verdict == KEY_FINE;
    }
    (void)printf("%-8s %.0f ns each, the hash and the reference with it "
                 "(%llu found)\n",
                 there ? "hit" : "miss",
                 (double)(cpu_ns() - begin_ns) / LOOK_UPS,
                 (unsigned long long)found);
}

static void hash_only(const struct bench *bench)
{
    unsigned char hash[HASH_SHA256_LEN];
    uint64_t begin_ns = cpu_ns();

    for (size_t i = 0; i < LOOK_UPS; i++)
        hash_sha256((struct str){ bench->texts[i % 64], KEY_TEXT_LEN }, hash);
    (void)printf("%-8s %.0f ns of that\n", "hash",
                 (double)(cpu_ns() - begin_ns) / LOOK_UPS);
}

static void search(struct bench *bench)
{
    struct keyring_page page;
    uint64_t begin_ns = cpu_ns();

    keyring_page(bench->ring,
                 &(struct keyring_query){ .search = STR("no such"), .max = 50 },
                 2000, &page);
    (void)printf("%-8s all of them in %.1f ms\n", "search",
                 (double)(cpu_ns() - begin_ns) / 1e6);
    keyring_page_done(&page);
}

static void print_memory(const char *what)
{
    char line[128];
    FILE *status = fopen("/proc/self/status", "re");

    while (status && fgets(line, sizeof(line), status)) {
        if (strncmp(line, "VmRSS:", 6) == 0)
            (void)printf("%-8s %s", what, line + 6);
    }
    if (status)
        (void)fclose(status);
}

int main(int argc, char **argv)
{
    char temporary[] = "/tmp/claude-keys-bench-XXXXXX";
    const char *folder = temporary;
    struct bench bench = { .count = 100000 };
    struct records *records;
    struct err err;

    log_setup(LOG_WARN, LOG_TEXT);
    if (argc > 1)
        bench.count = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        folder = argv[2];
    if (bench.count == 0 || (argc <= 2 && !mkdtemp(temporary)))
        return 2;
    bench.texts = mem_alloc(bench.count * sizeof(bench.texts[0]));
    bench.zones = zones_new(NULL);
    bench.ring = keyring_new();
    records = records_open(folder, &err);
    if (!records) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    run(records, &bench, "make", make_all, false);
    print_memory("before");
    run(records, &bench, "load", load_all, true);
    print_memory("after");
    look_up(&bench, true);
    look_up(&bench, false);
    hash_only(&bench);
    search(&bench);
    records_free(records);
    keyring_free(bench.ring);
    zones_free(bench.zones);
    mem_free(bench.texts);
    (void)printf("(the database is left in %s)\n", folder);
    return 0;
}
