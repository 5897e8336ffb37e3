// SPDX-License-Identifier: MIT
/* Tables of prices, as users write them.  What must hold: a table is read as a whole or
   refused with a reason; what an answer costs is no more than the worst that its request
   may come to, more output costs no less, and a booking priced again costs the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "usage/booked_parts.h"
#include "usage/price.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_prices.c:%d: does not hold: %s\n", line, claim);
    abort();
}

/* ---- numbers that depend on the input alone ------------------------------ */

static uint64_t any(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 1) >> (*seed >> 58) % 63;
}

static void choose(uint64_t *seed, char *to, size_t size,
                   const char *const values[3])
{
    text_copy(to, size, str_of(values[any(seed) % 3]));
}

/* ---- an answer, and the request for it ----------------------------------- */

struct asked {
    struct scan_facts facts;
    uint64_t body_bytes;
    struct meter_usage usage;
};

static void make(struct asked *asked, uint64_t *seed)
{
    static const char *const tiers[3] = { "standard", "batch", "priority" };
    static const char *const speeds[3] = { "standard", "fast", "" };
    static const char *const geos[3] = { "global", "us", "" };
    uint64_t *counts = asked->usage.counts;
    uint64_t left;

    *asked = (struct asked){
        .facts = { .max_tokens_is = SCAN_TOLD,
                   .max_tokens = any(seed) % 1000000,
                   .caches_1h = true,
                   .asks_speed = true,
                   .asks_geo = true },
        .body_bytes = any(seed) % 10000000,
        .usage = { .came_ms = any(seed) % 4000000000000 },
    };
    left = asked->body_bytes + 2000;
    counts[METER_INPUT] = any(seed) % (left + 1);
    left -= counts[METER_INPUT];
    counts[METER_CACHE_WRITE_1H] = any(seed) % (left + 1);
    left -= counts[METER_CACHE_WRITE_1H];
    counts[METER_CACHE_WRITE_5M] = any(seed) % (left + 1);
    counts[METER_OUTPUT] = any(seed) % (asked->facts.max_tokens + 1);
    choose(seed, asked->usage.service_tier, sizeof(asked->usage.service_tier),
           tiers);
    choose(seed, asked->usage.speed, sizeof(asked->usage.speed), speeds);
    choose(seed, asked->usage.geo, sizeof(asked->usage.geo), geos);
}

static void check_bound(const struct price *price, const struct asked *asked)
{
    struct price_most most;
    struct meter_usage usage = asked->usage;
    uint64_t cost = price_cost_microusd(price, &usage);

    MUST(price_worst(price, &asked->facts, asked->body_bytes, &most));
    MUST(cost <= most.cost_microusd);
    MUST(price_input_microusd(price, &usage) <= cost);
    MUST(most.cost_out_microusd <= most.cost_microusd);
    usage.counts[METER_OUTPUT]++;
    MUST(price_cost_microusd(price, &usage) >= cost);
}

static void check_again(const struct prices *prices, struct str model,
                        const struct asked *asked)
{
    struct meter_usage usage = asked->usage;
    uint64_t cost;
    uint64_t again;
    bool known = prices_cost(prices, model, &asked->usage, &cost);
    struct buf json;

    usage.speed[0] = usage.geo[0] = '\0';
    buf_init(&json, 4096);
    booked_parts_write(&asked->usage, &json);
    if (json.len > 0)
        MUST(booked_parts_read(buf_str(&json), &usage));
    MUST(prices_cost(prices, model, &usage, &again) == known);
    /* Another speed than these two is not kept: no table can name it. */
    MUST(again == cost || asked->usage.speed[0] == 's' ||
         asked->usage.geo[0] == 'g');
    buf_done(&json);
    booked_parts_done(&usage);
}

/* ---- a table ------------------------------------------------------------- */

static void check_borders(const struct meter_borders *borders)
{
    MUST(borders->count <= METER_BORDERS_MAX);
    for (size_t i = 1; i < borders->count; i++)
        MUST(borders->at[i - 1] < borders->at[i]);
}

static void check_table(const struct prices *prices, uint64_t seed)
{
    static const char *const models[] = { "a", "claude-opus-5",
                                          "claude-haiku-5-5-20261007", "" };

    check_borders(prices_borders(prices));
    MUST(prices_version(prices)[0]);
    MUST(strlen(prices_version(prices)) < PRICES_VERSION_MAX);
    for (size_t i = 0; i < 32; i++) {
        struct str model = str_of(models[i % COUNT_OF(models)]);
        struct asked asked;

        make(&asked, &seed);
        check_bound(prices_find_safe(prices, model, asked.usage.came_ms),
                    &asked);
        check_again(prices, model, &asked);
    }
}

static uint64_t hash(const uint8_t *data, size_t size)
{
    uint64_t sum = 14695981039346656037u;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ data[i]) * 1099511628211u;
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    struct meter_usage usage = { .told = 0 };
    struct err err = { 0 };
    struct prices *prices = prices_read((struct str){ text, size }, &err);

    MUST(prices || err.text[0]);
    if (prices)
        check_table(prices, hash(data, size));
    (void)!booked_parts_read((struct str){ text, size }, &usage);
    booked_parts_done(&usage);
    prices_unref(prices);
    mem_free(text);
    return 0;
}
