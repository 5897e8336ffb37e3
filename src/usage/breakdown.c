// SPDX-License-Identifier: MIT
/* Tables with open addressing: rows lie in the order in which they came, slots hold
   their numbers. */
#include "usage/breakdown.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define SLOTS 2048 /* a power of two above BREAKDOWN_MAX */
#define FREE 0     /* slots hold the row's number and one */

struct table {
    uint16_t slots[SLOTS];
    struct breakdown_row *rows;
    size_t count;
    size_t room;
    struct breakdown_sums none;
    struct breakdown_sums others;
};

struct breakdown {
    pthread_mutex_t lock;
    struct table tables[BREAKDOWN_BYS];
};

struct breakdown *breakdown_new(void)
{
    struct breakdown *breakdown = MEM_NEW(struct breakdown);

    (void)pthread_mutex_init(&breakdown->lock, NULL);
    return breakdown;
}

void breakdown_free(struct breakdown *breakdown)
{
    if (!breakdown)
        return;
    for (size_t i = 0; i < BREAKDOWN_BYS; i++)
        mem_free(breakdown->tables[i].rows);
    (void)pthread_mutex_destroy(&breakdown->lock);
    mem_free(breakdown);
}

/* ---- rows ---------------------------------------------------------------- */

/* Keys go by their ids, which stay when names change; all else by its name. */
struct whose {
    uint64_t id;
    struct str name;
};

/* Whoever names keys, accounts and prices is trusted: nobody makes collisions. */
static size_t slot_of(const struct whose *whose)
{
    uint64_t hash = 0xcbf29ce484222325u ^ whose->id;

    for (size_t i = 0; whose->id == 0 && i < whose->name.len; i++)
        hash = (hash ^ (unsigned char)whose->name.at[i]) * 0x100000001b3u;
    hash *= 0x9e3779b97f4a7c15u;
    return (size_t)(hash >> 53) & (SLOTS - 1);
}

static bool is_row_of(const struct breakdown_row *row,
                      const struct whose *whose)
{
    return whose->id > 0 ? row->id == whose->id
                         : str_eq(str_of(row->name), whose->name);
}

/* Its slot, or the free one in which it would be. */
static uint16_t *find(struct table *table, const struct whose *whose)
{
    size_t at = slot_of(whose);

    while (table->slots[at] != FREE &&
           !is_row_of(&table->rows[table->slots[at] - 1], whose))
        at = (at + 1) & (SLOTS - 1);
    return &table->slots[at];
}

static struct breakdown_row *append(struct table *table)
{
    if (table->count == table->room) {
        table->room = table->room ? 2 * table->room : 16;
        table->rows =
            mem_realloc(table->rows, table->room * sizeof(table->rows[0]));
    }
    table->rows[table->count] = (struct breakdown_row){ .id = 0 };
    return &table->rows[table->count++];
}

static struct breakdown_sums *sums_of(struct table *table,
                                      const struct whose *whose)
{
    struct breakdown_row *row;
    uint16_t *slot;

    if (whose->id == 0 && whose->name.len == 0)
        return &table->none;
    slot = find(table, whose);
    if (*slot != FREE)
        return &table->rows[*slot - 1].sums;
    if (table->count == BREAKDOWN_MAX || whose->name.len > BREAKDOWN_NAME_MAX)
        return &table->others;
    row = append(table);
    row->id = whose->id;
    text_copy(row->name, sizeof(row->name), whose->name);
    *slot = (uint16_t)table->count;
    return &row->sums;
}

/* ---- adding -------------------------------------------------------------- */

/* One request, or one result. */
struct part {
    bool is_request;
    bool failed;
    bool delivered;
    uint64_t first_byte_us;
    uint64_t counts[BOOKING_COUNTS];
    uint64_t cost_microusd;
};

static void add_part(struct breakdown_sums *sums, const struct part *part)
{
    sums->requests += part->is_request;
    sums->failed += part->failed;
    sums->answers += part->delivered;
    sums->first_byte_us += part->delivered ? part->first_byte_us : 0;
    for (size_t i = 0; i < BOOKING_COUNTS; i++)
        sums->counts[i] += part->counts[i];
    sums->cost_microusd += part->cost_microusd;
}

/* A model without a price is one of the others, however it is called. */
static struct breakdown_sums *of_model(struct table *table, struct str asked,
                                       struct str priced)
{
    if (asked.len > 0 && priced.len == 0)
        return &table->others;
    return sums_of(table, &(struct whose){ 0, priced });
}

static void add_attempts(struct table *table, const struct record *record)
{
    for (size_t i = 0; i < record->attempt_count; i++) {
        const struct record_attempt *attempt = &record->attempts[i];
        struct whose whose = { 0, attempt->account };

        sums_of(table, &whose)->attempts[attempt->result]++;
    }
}

void breakdown_add(struct breakdown *breakdown, const struct record *record)
{
    struct table *tables = breakdown->tables;
    struct whose key = { record->key_id, record->key };
    struct whose account = { 0, record->account };
    struct str model =
        record->model.len > 0 ? record->model : record->model_asked;
    struct part part = { .is_request = true,
                         .failed = record_has_failed(record),
                         .delivered = record_is_delivered(record),
                         .first_byte_us = record->first_byte_us };

    if (record->batch_result)
        return;
    if (record->usage)
        booking_counts(part.counts, record->usage->counts);
    if (record->cost_known)
        part.cost_microusd = record->cost_microusd;
    (void)pthread_mutex_lock(&breakdown->lock);
    add_part(sums_of(&tables[BREAKDOWN_KEY], &key), &part);
    add_part(of_model(&tables[BREAKDOWN_MODEL], model, record->priced), &part);
    add_part(sums_of(&tables[BREAKDOWN_ACCOUNT], &account), &part);
    add_attempts(&tables[BREAKDOWN_ACCOUNT], record);
    (void)pthread_mutex_unlock(&breakdown->lock);
}

void breakdown_add_result(struct breakdown *breakdown,
                          const struct booking *booking, struct str priced)
{
    struct table *tables = breakdown->tables;
    struct str texts[BOOKING_TEXTS];
    struct part part = { .is_request = false };
    struct whose key;
    struct whose account;

    booking_texts(booking, texts);
    key = (struct whose){ booking->key_id, texts[BOOKING_KEY] };
    account = (struct whose){ 0, texts[BOOKING_ACCOUNT] };
    memcpy(part.counts, booking->counts, sizeof(part.counts));
    if (booking->flags & BOOKING_COST_KNOWN)
        part.cost_microusd = booking->cost_microusd;
    (void)pthread_mutex_lock(&breakdown->lock);
    add_part(sums_of(&tables[BREAKDOWN_KEY], &key), &part);
    add_part(of_model(&tables[BREAKDOWN_MODEL], texts[BOOKING_MODEL], priced),
             &part);
    add_part(sums_of(&tables[BREAKDOWN_ACCOUNT], &account), &part);
    (void)pthread_mutex_unlock(&breakdown->lock);
}

/* ---- looking ------------------------------------------------------------- */

static void add_sums(struct breakdown_sums *to,
                     const struct breakdown_sums *sums)
{
    to->requests += sums->requests;
    to->failed += sums->failed;
    for (size_t i = 0; i < BOOKING_COUNTS; i++)
        to->counts[i] += sums->counts[i];
    to->cost_microusd += sums->cost_microusd;
    for (size_t i = 0; i < RECORD_RESULTS; i++)
        to->attempts[i] += sums->attempts[i];
    to->answers += sums->answers;
    to->first_byte_us += sums->first_byte_us;
}

static struct whose whose_of(const struct breakdown_row *row)
{
    return (struct whose){ row->id, str_of(row->name) };
}

/* All rows but that one, in slots anew. */
static void take_out(struct table *table, size_t gone)
{
    add_sums(&table->others, &table->rows[gone].sums);
    memmove(&table->rows[gone], &table->rows[gone + 1],
            (table->count - gone - 1) * sizeof(table->rows[0]));
    table->count--;
    memset(table->slots, 0, sizeof(table->slots));
    for (size_t i = 0; i < table->count; i++) {
        struct whose whose = whose_of(&table->rows[i]);

        *find(table, &whose) = (uint16_t)(i + 1);
    }
}

static void take_all(struct table *table, struct breakdown_copy *copy)
{
    size_t bytes = table->count * sizeof(table->rows[0]);

    copy->rows = bytes > 0 ? mem_alloc(bytes) : NULL;
    if (bytes > 0)
        memcpy(copy->rows, table->rows, bytes);
    copy->count = table->count;
    copy->none = table->none;
    copy->others = table->others;
}

/* It may have come to more since the copy was made: the copy has that, too. */
static void forget(struct breakdown *breakdown, struct table *table,
                   const struct whose *whose)
{
    uint16_t *slot;

    (void)pthread_mutex_lock(&breakdown->lock);
    slot = find(table, whose);
    if (*slot != FREE)
        take_out(table, *slot - 1u);
    (void)pthread_mutex_unlock(&breakdown->lock);
}

/* The next copy has it among the others, for good. */
static void drop(struct breakdown_copy *copy, size_t gone)
{
    add_sums(&copy->others, &copy->rows[gone].sums);
    memmove(&copy->rows[gone], &copy->rows[gone + 1],
            (copy->count - gone - 1) * sizeof(copy->rows[0]));
    copy->count--;
}

void breakdown_copy(struct breakdown *breakdown, enum breakdown_by by,
                    bool (*is_there)(void *arg, struct breakdown_row *row),
                    void *arg, struct breakdown_copy *copy)
{
    struct table *table = &breakdown->tables[by];

    (void)pthread_mutex_lock(&breakdown->lock);
    take_all(table, copy);
    (void)pthread_mutex_unlock(&breakdown->lock);
    for (size_t i = 0; is_there && i < copy->count;) {
        struct breakdown_row *row = &copy->rows[i];
        struct breakdown_row was = *row;
        struct whose whose = whose_of(&was);

        if (is_there(arg, row)) {
            i++;
            continue;
        }
        forget(breakdown, table, &whose);
        drop(copy, i);
    }
}

void breakdown_copy_done(struct breakdown_copy *copy)
{
    mem_free(copy->rows);
    copy->rows = NULL;
}
