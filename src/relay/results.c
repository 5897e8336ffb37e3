// SPDX-License-Identifier: MIT
/* The results of a batch. */
#include "relay/results.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "relay/metering.h"
#include "usage/batch_results.h"

/* Between two looks whether it is crowded: some tens of results. */
#define PIECE 4096
/* More than a read brings. */
#define HELD_MAX (1u << 20)
/* A thousand are written in some 10 to 20 ms. */
#define AGAIN_MS 5

struct results {
    struct results_options options;
    struct record fetch;
    struct batch_results lines;
    struct unpack *unpack; /* NULL: they come plain */
    bool unknown;          /* in a coding that nobody here knows */
    struct buf held;       /* as it came */
    struct loop_timer *again;
    uint64_t count;
    char unread[80];
};

/* ---- a record of each ---------------------------------------------------- */

/* Without a price, it counts as the dearest in limits; what it cost is not known. */
static void price(struct record *record, const struct prices *prices)
{
    record->cost_known = prices_cost(prices, record->model, record->usage,
                                     &record->cost_microusd);
    record->price_version = str_of(prices_version(prices));
}

/* What belongs to the fetch alone is left out. */
static void describe(struct record *record, const struct batch_result *result)
{
    uint64_t now_ms = clock_wall_ms();

    if (now_ms > record->began_ms)
        record->duration_us = (now_ms - record->began_ms) * 1000;
    record->client_id = str_of(result->custom_id);
    record->upstream_id = str_of(result->message_id);
    record->model_asked = STR_EMPTY;
    record->model = str_of(result->usage.model);
    record->service_tier = str_of(result->usage.service_tier);
    record->usage = &result->usage;
    record->partial = false;
    record->unread = STR_EMPTY;
    record->error = STR_EMPTY;
    record->end = RECORD_COMPLETE;
    record->status = 200;
    record->sent = true;
    record->bytes_in = 0;
    record->bytes_out = 0;
    record->first_byte_us = 0;
    record->attempt_count = 1;
    record->attempts[0] =
        (struct record_attempt){ .account = record->account, .status = 200 };
}

static void take_result(void *arg, const struct batch_result *result)
{
    struct results *results = arg;
    const struct results_options *options = &results->options;
    struct record record = results->fetch;

    describe(&record, result);
    price(&record, options->prices);
    record.batch_result = 1;
    batch_results_id(options->place, options->batch, result->custom_id,
                     record.result_id);
    results->count++;
    options->book(options->arg, &record);
}

/* ---- reading ------------------------------------------------------------- */

struct results *results_start(const struct results_options *options,
                              const struct parser_head *head)
{
    struct results *results;

    if (head->status != 200 && head->status != 206)
        return NULL;
    results = MEM_NEW(struct results);
    results->options = *options;
    results->fetch = *options->fetch;
    batch_results_init(&results->lines, take_result, results);
    batch_results_price(&results->lines, prices_borders(options->prices),
                        options->fetch->began_ms);
    results->unpack =
        metering_unpack(&head->headers, options->room, &results->unknown);
    buf_init(&results->held, HELD_MAX);
    return results;
}

static void take_plain(void *arg, struct str bytes)
{
    batch_results_feed(arg, bytes);
}

static void read_on(struct results *results, struct str bytes)
{
    if (results->unpack)
        (void)unpack_feed(results->unpack, bytes, take_plain, &results->lines);
    else if (!results->unknown)
        batch_results_feed(&results->lines, bytes);
}

static bool is_crowded(const struct results *results)
{
    return results->options.crowded(results->options.arg);
}

/* What is left of them. */
static struct str read_some(struct results *results, struct str bytes)
{
    while (bytes.len > 0 && !is_crowded(results)) {
        read_on(results, str_sub(bytes, 0, PIECE));
        bytes = str_from(bytes, PIECE);
    }
    return bytes;
}

void results_feed(struct results *results, struct str bytes)
{
    if (buf_str(&results->held).len == 0)
        bytes = read_some(results, bytes);
    buf_add(&results->held, bytes);
}

bool results_wait(struct results *results, struct loop *loop,
                  void (*wake)(void *arg), void *arg)
{
    struct str held;

    if (!results)
        return false;
    held = buf_str(&results->held);
    buf_consume(&results->held, held.len - read_some(results, held).len);
    if (buf_str(&results->held).len == 0 && !is_crowded(results))
        return false;
    if (!results->again)
        results->again = loop_timer_new(loop, wake, arg);
    loop_timer_set(results->again, AGAIN_MS);
    return true;
}

/* A line that was cut off is odd, too. */
static void explain(struct results *results)
{
    const char *why = results->unpack ? unpack_why(results->unpack) : NULL;

    if (results->unknown)
        why = "its content-encoding is not one of gzip, deflate, br and zstd";
    if (why)
        text_copy(results->unread, sizeof(results->unread), str_of(why));
    else if (results->lines.odd > 0)
        (void)snprintf(results->unread, sizeof(results->unread),
                       "%llu of its lines do not tell what was used",
                       (unsigned long long)results->lines.odd);
}

void results_end(struct results *results)
{
    if (!results)
        return;
    loop_timer_free(results->again);
    results->again = NULL;
    read_on(results, buf_str(&results->held));
    buf_clear(&results->held);
    if (results->unpack)
        unpack_end(results->unpack);
    batch_results_end(&results->lines);
    explain(results);
}

struct str results_unread(const struct results *results)
{
    return results ? str_of(results->unread) : STR_EMPTY;
}

uint64_t results_count(const struct results *results)
{
    return results ? results->count : 0;
}

void results_free(struct results *results)
{
    if (!results)
        return;
    loop_timer_free(results->again);
    buf_done(&results->held);
    batch_results_done(&results->lines);
    unpack_free(results->unpack);
    mem_free(results);
}
