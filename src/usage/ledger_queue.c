// SPDX-License-Identifier: MIT
/* Chunks of packed bookings behind one mutex, which is held to copy one. */
#include "usage/ledger_queue.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/mem.h"

/* With what the allocator adds, 64 KB. */
#define CHUNK_SIZE (64u * 1024 - 64)

struct chunk {
    struct list node;
    uint64_t since_ms; /* steady: its oldest came then */
    size_t count;
    size_t len;
    uint64_t memory[CHUNK_SIZE / 8];
};

_Static_assert(CHUNK_SIZE >= BOOKING_SIZE_MAX, "the greatest has room");
_Static_assert(CHUNK_SIZE / sizeof(struct booking) <= LEDGER_BATCH_MAX,
               "a batch takes one chunk at least");

struct ledger_queue {
    pthread_mutex_t lock;
    struct list chunks; /* the oldest first */
    struct list taken;  /* batches, likewise */
    struct chunk *spare;
    size_t chunk_max;
    size_t chunk_count;              /* with those that were taken */
    size_t count;                    /* bookings in `chunks` */
    struct ledger_queue_state state; /* waiting_ms is not kept */
};

struct ledger_queue *ledger_queue_new(size_t memory_max)
{
    struct ledger_queue *queue = MEM_NEW(struct ledger_queue);
    size_t chunk_max = memory_max / sizeof(struct chunk);

    queue->chunk_max = chunk_max > 0 ? chunk_max : 1;
    (void)pthread_mutex_init(&queue->lock, NULL);
    list_init(&queue->chunks);
    list_init(&queue->taken);
    return queue;
}

static struct chunk *chunk_of(struct list *node)
{
    return LIST_ITEM(node, struct chunk, node);
}

static void free_all(struct list *chunks)
{
    while (!list_is_empty(chunks)) {
        struct chunk *chunk = chunk_of(chunks->next);

        list_remove(&chunk->node);
        mem_free(chunk);
    }
}

void ledger_queue_free(struct ledger_queue *queue)
{
    if (!queue)
        return;
    free_all(&queue->chunks);
    mem_free(queue->spare);
    (void)pthread_mutex_destroy(&queue->lock);
    mem_free(queue);
}

/* ---- adding (under the lock) --------------------------------------------- */

static struct chunk *chunk_new(struct ledger_queue *queue)
{
    struct chunk *chunk = queue->spare;

    if (queue->chunk_count == queue->chunk_max)
        return NULL;
    queue->spare = NULL;
    if (!chunk)
        chunk = mem_alloc(sizeof(*chunk));
    chunk->since_ms = clock_steady_ms();
    chunk->count = 0;
    chunk->len = 0;
    list_init(&chunk->node);
    list_push(&queue->chunks, &chunk->node);
    queue->chunk_count++;
    return chunk;
}

/* The last one, or a new one behind it; NULL if there may be none. */
static struct chunk *with_room(struct ledger_queue *queue, size_t size)
{
    struct chunk *last = chunk_of(queue->chunks.prev);

    if (!list_is_empty(&queue->chunks) && last->len + size <= CHUNK_SIZE)
        return last;
    return chunk_new(queue);
}

static enum ledger_added add(struct ledger_queue *queue,
                             const struct booking *booking)
{
    struct chunk *chunk = with_room(queue, booking->size);

    queue->state.added++;
    if (!chunk) {
        queue->state.lost++;
        return LEDGER_LOST;
    }
    memcpy((char *)chunk->memory + chunk->len, booking, booking->size);
    chunk->len += booking->size;
    chunk->count++;
    queue->state.waiting++;
    queue->count++;
    return queue->count == 1 ? LEDGER_ADDED_FIRST : LEDGER_ADDED;
}

enum ledger_added ledger_queue_add(struct ledger_queue *queue,
                                   const struct record *record)
{
    uint64_t memory[BOOKING_SIZE_MAX / 8];
    struct booking *booking = (struct booking *)memory;
    enum ledger_added added;

    booking_pack(booking, record);
    (void)pthread_mutex_lock(&queue->lock);
    added = add(queue, booking);
    (void)pthread_mutex_unlock(&queue->lock);
    return added;
}

/* ---- taking -------------------------------------------------------------- */

static void take_chunk(struct ledger_batch *batch, struct chunk *chunk)
{
    const char *at = (const char *)chunk->memory;

    if (batch->count == 0)
        batch->since_ms = chunk->since_ms;
    for (size_t i = 0; i < chunk->count; i++) {
        const struct booking *booking = (const void *)at;

        batch->at[batch->count++] = booking;
        at += booking->size;
    }
    list_remove(&chunk->node);
    list_push(&batch->chunks, &chunk->node);
}

size_t ledger_queue_take(struct ledger_queue *queue, struct ledger_batch *batch)
{
    size_t left;

    list_init(&batch->node);
    list_init(&batch->chunks);
    batch->count = 0;
    (void)pthread_mutex_lock(&queue->lock);
    while (!list_is_empty(&queue->chunks)) {
        struct chunk *chunk = chunk_of(queue->chunks.next);

        if (batch->count + chunk->count > LEDGER_BATCH_MAX)
            break;
        take_chunk(batch, chunk);
    }
    list_push(&queue->taken, &batch->node);
    queue->count -= batch->count;
    left = queue->count;
    (void)pthread_mutex_unlock(&queue->lock);
    return left;
}

/* ---- what became of it --------------------------------------------------- */

static void release(struct ledger_queue *queue, struct chunk *chunk)
{
    queue->chunk_count--;
    if (queue->spare)
        mem_free(chunk);
    else
        queue->spare = chunk;
}

void ledger_queue_done(struct ledger_queue *queue, struct ledger_batch *batch)
{
    (void)pthread_mutex_lock(&queue->lock);
    while (!list_is_empty(&batch->chunks)) {
        struct chunk *chunk = chunk_of(batch->chunks.next);

        list_remove(&chunk->node);
        release(queue, chunk);
    }
    list_remove(&batch->node);
    queue->state.waiting -= batch->count;
    (void)pthread_mutex_unlock(&queue->lock);
}

void ledger_queue_put_back(struct ledger_queue *queue,
                           struct ledger_batch *batch)
{
    (void)pthread_mutex_lock(&queue->lock);
    while (!list_is_empty(&batch->chunks)) {
        struct chunk *chunk = chunk_of(batch->chunks.prev);

        list_remove(&chunk->node);
        list_push(queue->chunks.next, &chunk->node);
    }
    list_remove(&batch->node);
    queue->count += batch->count;
    (void)pthread_mutex_unlock(&queue->lock);
}

/* ---- state --------------------------------------------------------------- */

static uint64_t oldest_ms(const struct ledger_queue *queue, uint64_t now_ms)
{
    if (!list_is_empty(&queue->taken))
        return now_ms - LIST_ITEM(queue->taken.next, struct ledger_batch, node)
                            ->since_ms;
    if (!list_is_empty(&queue->chunks))
        return now_ms - chunk_of(queue->chunks.next)->since_ms;
    return 0;
}

void ledger_queue_state(struct ledger_queue *queue,
                        struct ledger_queue_state *state)
{
    uint64_t now_ms = clock_steady_ms();

    (void)pthread_mutex_lock(&queue->lock);
    *state = queue->state;
    if (state->waiting > 0)
        state->waiting_ms = oldest_ms(queue, now_ms);
    (void)pthread_mutex_unlock(&queue->lock);
}
