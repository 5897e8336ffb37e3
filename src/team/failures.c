// SPDX-License-Identifier: MIT
/* Wrong keys and tokens by address. */
#include "team/failures.h"

#include <pthread.h>

#include "base/log_fields.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "net/cidr.h"

/* Together 4,096 addresses in 128 KB, which an idle relay never touches. */
#define SETS 512
#define WAYS 8
#define SEED_LEN 16

#define SAY_EACH_MS 1000
#define SAY_ALL_MS 100
#define SAY_ALL_AT_ONCE 10

struct kind {
    uint64_t refill_ms; /* of one */
    uint64_t holds_ms;  /* the time in which an empty one is full */
};

static const struct kind of_strangers = {
    .refill_ms = FAILURES_REFILL_MS,
    .holds_ms = 1ull * FAILURES_AT_ONCE * FAILURES_REFILL_MS,
};
static const struct kind of_known = {
    .refill_ms = FAILURES_KNOWN_REFILL_MS,
    .holds_ms = 1ull * FAILURES_KNOWN_AT_ONCE * FAILURES_KNOWN_REFILL_MS,
};

struct place {
    uint64_t print;    /* of the address; 0: free */
    uint64_t full_ms;  /* when the bucket is full again */
    uint64_t quiet_ms; /* nothing is said of it until then */
    uint64_t unsaid;   /* what came meanwhile */
};

/* An address that the right token came from. */
struct known {
    uint64_t print;
    uint64_t until_ms; /* 0: free */
    uint64_t full_ms;  /* of its own bucket, for tokens */
};

struct failures {
    pthread_mutex_t lock;
    unsigned char seed[SEED_LEN];
    uint64_t quiet_ms; /* as a bucket, for all lines */
    uint64_t unsaid;   /* of addresses that no line could be spent on */
    struct known known[FAILURES_KNOWN];
    struct place places[SETS][WAYS];
    uint64_t total;
};

struct failures *failures_new(void)
{
    struct failures *failures = MEM_NEW(struct failures);

    (void)pthread_mutex_init(&failures->lock, NULL);
    random_bytes(failures->seed, sizeof(failures->seed));
    return failures;
}

void failures_free(struct failures *failures)
{
    if (!failures)
        return;
    (void)pthread_mutex_destroy(&failures->lock);
    mem_free(failures);
}

/* ---- places ------------------------------------------------------------- */

static struct cidr block_of(const struct addr *addr)
{
    const unsigned char *ip;
    size_t len = addr_ip(addr, &ip);

    return len > 0 ? cidr_around(ip, len, len == 4 ? 32 : 64)
                   : (struct cidr){ .len = 0 };
}

/* Whoever wanted to meet another address in its set would have to know the seed. */
static uint64_t print_of(const struct failures *failures,
                         const struct addr *addr)
{
    unsigned char text[SEED_LEN + sizeof(struct cidr)];
    unsigned char hash[HASH_SHA256_LEN];
    struct cidr block = block_of(addr);
    uint64_t print;

    memcpy(text, failures->seed, SEED_LEN);
    memcpy(text + SEED_LEN, &block, sizeof(block));
    hash_sha256((struct str){ (const char *)text, sizeof(text) }, hash);
    memcpy(&print, hash, sizeof(print));
    return print ? print : 1;
}

/* The address's own place, or the one of its set that can best be spared. */
static struct place *place_of(struct failures *failures, uint64_t print)
{
    struct place *set = failures->places[print % SETS];
    struct place *spare = set;

    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].print == print)
            return &set[i];
        if (set[i].full_ms < spare->full_ms)
            spare = &set[i];
    }
    *spare = (struct place){ .print = print };
    return spare;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* In how many milliseconds there is room again; 0: there was, and it is taken. */
static uint64_t take(uint64_t *bucket, const struct kind *kind, uint64_t now_ms)
{
    uint64_t full_ms = later(*bucket, now_ms) + kind->refill_ms;

    if (full_ms - now_ms > kind->holds_ms)
        return full_ms - now_ms - kind->holds_ms;
    *bucket = full_ms;
    return 0;
}

static void give_back(uint64_t *bucket, const struct kind *kind)
{
    *bucket = *bucket > kind->refill_ms ? *bucket - kind->refill_ms : 0;
}

/* ---- the log ------------------------------------------------------------ */

/* Neither one address nor very many may fill the disk. */
static bool may_say(struct failures *failures, struct place *place,
                    uint64_t now_ms)
{
    uint64_t quiet_ms = later(failures->quiet_ms, now_ms) + SAY_ALL_MS;

    if (place->quiet_ms > now_ms) {
        place->unsaid++;
        return false;
    }
    if (quiet_ms - now_ms > (uint64_t)SAY_ALL_MS * SAY_ALL_AT_ONCE) {
        failures->unsaid++;
        return false;
    }
    failures->quiet_ms = quiet_ms;
    place->quiet_ms = now_ms + SAY_EACH_MS;
    return true;
}

struct line {
    bool due;
    uint64_t more;   /* from this address, that nothing was said of */
    uint64_t others; /* from others */
};

static struct line line_of(struct failures *failures, struct place *place,
                           uint64_t now_ms)
{
    struct line line = { .due = may_say(failures, place, now_ms) };

    if (!line.due)
        return line;
    line.more = place->unsaid;
    line.others = failures->unsaid;
    place->unsaid = 0;
    failures->unsaid = 0;
    return line;
}

static void say(const struct line *line, const struct addr *addr,
                const struct failure *what)
{
    struct log_fields fields;
    char peer[ADDR_TEXT_MAX];

    if (!line->due)
        return;
    addr_format(addr, peer);
    fields.count = 0;
    log_fields_add_known(&fields, LOG_STR("peer", str_of(peer)));
    log_fields_add_known(&fields, LOG_STR("key", str_of(what->key)));
    log_fields_add_known(&fields, LOG_STR("hint", what->hint));
    log_fields_add_known(&fields, LOG_NUM("more", line->more));
    log_fields_add_known(&fields, LOG_NUM("others", line->others));
    log_fields_write(&fields, LOG_WARN, what->what);
}

/* ---- who is known ------------------------------------------------------- */

/* The address's own, or the one that was there longest ago. */
static struct known *known_of(struct failures *failures, uint64_t print)
{
    struct known *oldest = failures->known;

    for (size_t i = 0; i < FAILURES_KNOWN; i++) {
        struct known *known = &failures->known[i];

        if (known->until_ms > 0 && known->print == print)
            return known;
        if (known->until_ms < oldest->until_ms)
            oldest = known;
    }
    return oldest;
}

/* NULL: it is not, or not any more. */
static struct known *find_known(struct failures *failures, uint64_t print,
                                uint64_t now_ms)
{
    struct known *known = known_of(failures, print);

    return known->print == print && known->until_ms > now_ms ? known : NULL;
}

static void is_right(struct failures *failures, uint64_t print, uint64_t now_ms)
{
    struct known *known = known_of(failures, print);

    if (known->print != print)
        *known = (struct known){ .print = print };
    known->until_ms = now_ms + FAILURES_KNOWN_MS;
}

/* ---- what comes --------------------------------------------------------- */

static uint64_t take_all(struct place *place, unsigned count, uint64_t now_ms)
{
    uint64_t wait_ms = 0;

    while (count-- > 0 && wait_ms == 0)
        wait_ms = take(&place->full_ms, &of_strangers, now_ms);
    return wait_ms;
}

uint64_t failures_add(struct failures *failures, const struct addr *addr,
                      const struct failure *what, unsigned count,
                      uint64_t now_ms)
{
    uint64_t print = print_of(failures, addr);
    struct place *place;
    struct line line;
    uint64_t wait_ms;

    (void)pthread_mutex_lock(&failures->lock);
    failures->total++;
    place = place_of(failures, print);
    wait_ms = take_all(place, count, now_ms);
    line = line_of(failures, place, now_ms);
    (void)pthread_mutex_unlock(&failures->lock);
    say(&line, addr, what);
    return wait_ms;
}

uint64_t failures_total(struct failures *failures)
{
    uint64_t total;

    if (!failures)
        return 0;
    (void)pthread_mutex_lock(&failures->lock);
    total = failures->total;
    (void)pthread_mutex_unlock(&failures->lock);
    return total;
}

void failures_say(struct failures *failures, const struct addr *addr,
                  const struct failure *what, uint64_t now_ms)
{
    (void)failures_add(failures, addr, what, 0, now_ms);
}

/* Those who are known have their own: what strangers did behind the same address, with
   keys or before, takes nothing from it. */
static uint64_t take_one(struct failures *failures, uint64_t print,
                         uint64_t now_ms)
{
    struct known *known = find_known(failures, print, now_ms);

    return known ? take(&known->full_ms, &of_known, now_ms)
                 : take(&place_of(failures, print)->full_ms, &of_strangers,
                        now_ms);
}

static void give_one_back(struct failures *failures, uint64_t print,
                          uint64_t now_ms)
{
    struct known *known = find_known(failures, print, now_ms);

    if (known)
        give_back(&known->full_ms, &of_known);
    else
        give_back(&place_of(failures, print)->full_ms, &of_strangers);
}

uint64_t failures_take(struct failures *failures, const struct addr *addr,
                       uint64_t now_ms)
{
    uint64_t print = print_of(failures, addr);
    uint64_t wait_ms;

    (void)pthread_mutex_lock(&failures->lock);
    wait_ms = take_one(failures, print, now_ms);
    (void)pthread_mutex_unlock(&failures->lock);
    return wait_ms;
}

void failures_give_back(struct failures *failures, const struct addr *addr,
                        uint64_t now_ms)
{
    uint64_t print = print_of(failures, addr);

    (void)pthread_mutex_lock(&failures->lock);
    give_one_back(failures, print, now_ms);
    (void)pthread_mutex_unlock(&failures->lock);
}

void failures_right(struct failures *failures, const struct addr *addr,
                    uint64_t now_ms)
{
    uint64_t print = print_of(failures, addr);

    (void)pthread_mutex_lock(&failures->lock);
    give_one_back(failures, print, now_ms);
    is_right(failures, print, now_ms);
    (void)pthread_mutex_unlock(&failures->lock);
}
