// SPDX-License-Identifier: MIT
/* Notices on their way. */
#include "notify/sender.h"

#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

static const uint64_t standard_waits_ms[SENDER_TRIES - 1] = { 1000, 5000, 30000,
                                                              120000, 600000 };

struct letter {
    struct list node;
    char id[EVENT_ID_MAX];
    enum event_rank rank;
    struct buf fields;
    struct buf body;
    unsigned tries;
};

struct sender {
    struct sender_options options;
    struct list queue; /* the first one is in hand */
    struct post *post; /* SENDING */
    struct loop_timer *timer;
    bool rests;            /* WAITING or RESTING: the timer is set */
    pthread_mutex_t mutex; /* of `state`, which others look at */
    struct sender_state state;
};

/* ---- letters ------------------------------------------------------------- */

static struct letter *letter_new(const struct sender_notice *notice)
{
    struct letter *letter = MEM_NEW(struct letter);

    (void)snprintf(letter->id, sizeof(letter->id), "%s", notice->id);
    letter->rank = notice->rank;
    buf_init(&letter->fields, FORMAT_FIELDS_MAX);
    buf_init(&letter->body, FORMAT_BODY_MAX);
    buf_add(&letter->fields, notice->fields);
    buf_add(&letter->body, notice->body);
    return letter;
}

static void letter_free(struct letter *letter)
{
    list_remove(&letter->node);
    buf_done(&letter->fields);
    buf_done(&letter->body);
    mem_free(letter);
}

static struct letter *letter_of(struct list *node)
{
    return LIST_ITEM(node, struct letter, node);
}

/* ---- what others see ----------------------------------------------------- */

static void note_waiting(struct sender *sender, size_t waiting)
{
    pthread_mutex_lock(&sender->mutex);
    sender->state.waiting = waiting;
    pthread_mutex_unlock(&sender->mutex);
}

static void note_count(struct sender *sender, uint64_t *count)
{
    pthread_mutex_lock(&sender->mutex);
    ++*count;
    pthread_mutex_unlock(&sender->mutex);
}

static void note_result(struct sender *sender, const struct post_result *result)
{
    struct sender_state *state = &sender->state;

    pthread_mutex_lock(&sender->mutex);
    state->at_ms = clock_wall_ms();
    state->taken = result->taken;
    state->status = result->status;
    (void)snprintf(state->error, sizeof(state->error), "%s",
                   result->taken ? "" : result->err.text);
    if (result->taken)
        state->sent++;
    pthread_mutex_unlock(&sender->mutex);
}

void sender_state(struct sender *sender, struct sender_state *state)
{
    pthread_mutex_lock(&sender->mutex);
    *state = sender->state;
    pthread_mutex_unlock(&sender->mutex);
}

/* ---- sending ------------------------------------------------------------- */

static void answered(void *arg);

static void send_next(struct sender *sender)
{
    struct letter *letter;

    if (sender->rests || sender->post || list_is_empty(&sender->queue))
        return;
    letter = letter_of(sender->queue.next);
    letter->tries++;
    sender->post = post_start(sender->options.way, buf_str(&letter->fields),
                              buf_str(&letter->body), answered, sender);
}

static void rest(struct sender *sender, uint64_t ms)
{
    sender->rests = true;
    loop_timer_set(sender->timer, ms);
}

static void rested(void *arg)
{
    struct sender *sender = arg;

    sender->rests = false;
    send_next(sender);
}

static void drop_first(struct sender *sender)
{
    letter_free(letter_of(sender->queue.next));
    note_waiting(sender, sender->state.waiting - 1);
    rest(sender,
         sender->options.hasty ? 0 : format_apart_ms(sender->options.format));
}

static void give_up(struct sender *sender, const struct letter *letter,
                    const struct post_result *result)
{
    log_line(LOG_WARN,
             "notice %s was not sent, and is given up after %u attempts: %s",
             letter->id, letter->tries, result->err.text);
    note_count(sender, &sender->state.given_up);
    drop_first(sender);
}

static void try_again(struct sender *sender, const struct letter *letter,
                      const struct post_result *result)
{
    const uint64_t *waits =
        sender->options.waits_ms ? sender->options.waits_ms : standard_waits_ms;
    uint64_t wait_ms = waits[letter->tries - 1];

    if (result->after_ms > wait_ms)
        wait_ms = result->after_ms;
    log_line(LOG_INFO, "notice %s was not sent: %s; again in %llu s",
             letter->id, result->err.text,
             (unsigned long long)(wait_ms / 1000));
    rest(sender, wait_ms);
}

static void answered(void *arg)
{
    struct sender *sender = arg;
    const struct letter *letter = letter_of(sender->queue.next);
    struct post_result result;

    post_result(sender->post, &result);
    post_free(sender->post);
    sender->post = NULL;
    note_result(sender, &result);
    if (result.taken) {
        log_line(LOG_DEBUG, "notice %s was sent", letter->id);
        drop_first(sender);
    } else if (result.hopeless || letter->tries == SENDER_TRIES) {
        give_up(sender, letter, &result);
    } else {
        try_again(sender, letter, &result);
    }
}

/* The oldest of the lowest rank that nobody has in hand. */
static struct letter *find_least(const struct sender *sender)
{
    struct list *at = sender->queue.next;
    struct letter *least;

    if (sender->post)
        at = at->next;
    least = letter_of(at);
    for (; at != &sender->queue; at = at->next) {
        if (letter_of(at)->rank < least->rank)
            least = letter_of(at);
    }
    return least;
}

static void make_room(struct sender *sender)
{
    struct letter *least = find_least(sender);

    if (least->rank == EVENT_STAYS && sender->state.waiting <= SENDER_STAYS_MAX)
        return;
    log_line(LOG_WARN,
             "notice %s is dropped: %zu wait already, and others count more",
             least->id, sender->state.waiting - 1);
    letter_free(least);
    note_waiting(sender, sender->state.waiting - 1);
    note_count(sender, &sender->state.dropped);
}

void sender_add(struct sender *sender, const struct sender_notice *notice)
{
    list_push(&sender->queue, &letter_new(notice)->node);
    note_waiting(sender, sender->state.waiting + 1);
    if (sender->state.waiting > SENDER_QUEUE_MAX)
        make_room(sender);
    send_next(sender);
}

/* ---- beginning and end --------------------------------------------------- */

struct sender *sender_new(const struct sender_options *options)
{
    struct sender *sender = MEM_NEW(struct sender);

    sender->options = *options;
    list_init(&sender->queue);
    (void)pthread_mutex_init(&sender->mutex, NULL);
    sender->timer = loop_timer_new(options->loop, rested, sender);
    return sender;
}

void sender_free(struct sender *sender)
{
    if (!sender)
        return;
    if (sender->state.waiting > 0)
        log_line(LOG_WARN, "%zu notices were not sent before the end",
                 sender->state.waiting);
    post_free(sender->post);
    while (!list_is_empty(&sender->queue))
        letter_free(letter_of(sender->queue.next));
    loop_timer_free(sender->timer);
    (void)pthread_mutex_destroy(&sender->mutex);
    mem_free(sender);
}
