// SPDX-License-Identifier: MIT
/* Chunks of packed bookings behind one mutex, which is held to copy one. */
#include "usage/ledger_queue.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/mem.h"

/* With what the allocator adds, 64 KB. */
#define CHUNK_SIZE (64u * 1024 - 64)

/* Of those that wait, one kind. */
struct share {
    struct list chunks; /* the oldest first */
    size_t chunk_max;
    size_t chunk_count; /* with those that were taken */
    size_t count;       /* bookings in `chunks` */
    uint64_t moved_ms;  /* steady: it was empty, or some were written */
};

enum { REQUESTS, RESULTS, SHARES };

struct chunk {
    struct list node;
    struct share *share;
    uint64_t since_ms; /* steady: its oldest came then */
    size_t count;
    size_t len;
    uint64_t memory[CHUNK_SIZE / 8];
};

_Static_assert(CHUNK_SIZE >= BOOKING_SIZE_MAX, "the greatest has room");
_Static_assert(CHUNK_SIZE / sizeof(struct booking) <= LEDGER_BATCH_MAX / 2,
               "a batch takes one chunk at least, of either kind");

struct ledger_queue {
    pthread_mutex_t lock;
    struct share shares[SHARES]; /* the first goes first */
    struct list taken;           /* batches, the oldest first */
    struct chunk *spare;
    uint64_t stuck_ms;
    struct ledger_queue_state state; /* waiting_ms is not kept */
};

static void share_init(struct share *share, size_t chunk_max)
{
    share->chunk_max = chunk_max > 0 ? chunk_max : 1;
    list_init(&share->chunks);
}

struct ledger_queue *ledger_queue_new(size_t memory_max, uint64_t stuck_ms)
{
    struct ledger_queue *queue = MEM_NEW(struct ledger_queue);
    size_t chunk_max = memory_max / sizeof(struct chunk);
    size_t of_results = chunk_max / 4;

    share_init(&queue->shares[REQUESTS], chunk_max - of_results);
    share_init(&queue->shares[RESULTS], of_results);
    queue->stuck_ms = stuck_ms;
    (void)pthread_mutex_init(&queue->lock, NULL);
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
    for (size_t i = 0; i < SHARES; i++)
        free_all(&queue->shares[i].chunks);
    mem_free(queue->spare);
    (void)pthread_mutex_destroy(&queue->lock);
    mem_free(queue);
}

/* ---- adding (under the lock) --------------------------------------------- */

static struct chunk *chunk_new(struct ledger_queue *queue, struct share *share)
{
    struct chunk *chunk = queue->spare;

    if (share->chunk_count == share->chunk_max)
        return NULL;
    queue->spare = NULL;
    if (!chunk)
        chunk = mem_alloc(sizeof(*chunk));
    chunk->share = share;
    chunk->since_ms = clock_steady_ms();
    chunk->count = 0;
    chunk->len = 0;
    list_init(&chunk->node);
    list_push(&share->chunks, &chunk->node);
    if (share->chunk_count++ == 0)
        share->moved_ms = chunk->since_ms;
    return chunk;
}

/* The last one, or a new one behind it; NULL if there may be none. */
static struct chunk *with_room(struct ledger_queue *queue, struct share *share,
                               size_t size)
{
    struct chunk *last = chunk_of(share->chunks.prev);

    if (!list_is_empty(&share->chunks) && last->len + size <= CHUNK_SIZE)
        return last;
    return chunk_new(queue, share);
}

static size_t count_of(const struct ledger_queue *queue)
{
    return queue->shares[REQUESTS].count + queue->shares[RESULTS].count;
}

static enum ledger_added add(struct ledger_queue *queue,
                             const struct booking *booking)
{
    bool is_result = booking->flags & BOOKING_OF_BATCH;
    struct share *share = &queue->shares[is_result ? RESULTS : REQUESTS];
    struct chunk *chunk = with_room(queue, share, booking->size);

    queue->state.added++;
    if (!chunk) {
        queue->state.lost++;
        return LEDGER_LOST;
    }
    memcpy((char *)chunk->memory + chunk->len, booking, booking->size);
    chunk->len += booking->size;
    chunk->count++;
    queue->state.waiting++;
    share->count++;
    return count_of(queue) == 1 ? LEDGER_ADDED_FIRST : LEDGER_ADDED;
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

bool ledger_queue_is_crowded(struct ledger_queue *queue)
{
    const struct share *share = &queue->shares[RESULTS];
    bool is;

    (void)pthread_mutex_lock(&queue->lock);
    is = share->count >= LEDGER_CROWD &&
         clock_steady_ms() - share->moved_ms < queue->stuck_ms;
    (void)pthread_mutex_unlock(&queue->lock);
    return is;
}

/* ---- taking -------------------------------------------------------------- */

static void take_chunk(struct ledger_batch *batch, struct chunk *chunk)
{
    const char *at = (const char *)chunk->memory;

    for (size_t i = 0; i < chunk->count; i++) {
        const struct booking *booking = (const void *)at;

        batch->at[batch->count++] = booking;
        at += booking->size;
    }
    chunk->share->count -= chunk->count;
    list_remove(&chunk->node);
    list_push(&batch->chunks, &chunk->node);
}

static void take_of(struct ledger_batch *batch, struct share *share, size_t max)
{
    while (!list_is_empty(&share->chunks)) {
        struct chunk *chunk = chunk_of(share->chunks.next);

        if (batch->count + chunk->count > max)
            return;
        take_chunk(batch, chunk);
    }
}

static void take_results(struct ledger_batch *batch, struct share *share)
{
    size_t max = batch->count + LEDGER_BATCH_MAX / 2;

    take_of(batch, share, max < LEDGER_BATCH_MAX ? max : LEDGER_BATCH_MAX);
}

size_t ledger_queue_take(struct ledger_queue *queue, struct ledger_batch *batch)
{
    size_t left;

    list_init(&batch->node);
    list_init(&batch->chunks);
    batch->count = 0;
    (void)pthread_mutex_lock(&queue->lock);
    take_of(batch, &queue->shares[REQUESTS], LEDGER_BATCH_MAX);
    take_results(batch, &queue->shares[RESULTS]);
    list_push(&queue->taken, &batch->node);
    left = count_of(queue);
    (void)pthread_mutex_unlock(&queue->lock);
    return left;
}

/* ---- what became of it --------------------------------------------------- */

static void release(struct ledger_queue *queue, struct chunk *chunk)
{
    chunk->share->chunk_count--;
    chunk->share->moved_ms = clock_steady_ms();
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
        list_push(chunk->share->chunks.next, &chunk->node);
        chunk->share->count += chunk->count;
    }
    list_remove(&batch->node);
    (void)pthread_mutex_unlock(&queue->lock);
}

/* ---- state --------------------------------------------------------------- */

static void note_oldest(struct list *node, uint64_t *since_ms)
{
    const struct chunk *chunk = LIST_ITEM(node, struct chunk, node);

    if (chunk->since_ms < *since_ms)
        *since_ms = chunk->since_ms;
}

static void note_taken(const struct ledger_batch *batch, uint64_t *since_ms)
{
    for (struct list *node = batch->chunks.next; node != &batch->chunks;
         node = node->next)
        note_oldest(node, since_ms);
}

static uint64_t oldest_ms(const struct ledger_queue *queue, uint64_t now_ms)
{
    uint64_t since_ms = now_ms;

    for (struct list *node = queue->taken.next; node != &queue->taken;
         node = node->next)
        note_taken(LIST_ITEM(node, struct ledger_batch, node), &since_ms);
    for (size_t i = 0; i < SHARES; i++) {
        if (!list_is_empty(&queue->shares[i].chunks))
            note_oldest(queue->shares[i].chunks.next, &since_ms);
    }
    return now_ms - since_ms;
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
