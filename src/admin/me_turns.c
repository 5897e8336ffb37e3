// SPDX-License-Identifier: MIT
/* The keys that have a turn, and the line of those that wait for one.  A call on its way
   to another loop keeps its ticket. */
#include "admin/me_turns.h"

#include <assert.h>
#include <pthread.h>

#include "base/list.h"
#include "base/mem.h"

struct me_turns {
    pthread_mutex_t lock;
    struct list having;
    size_t having_count;
    struct list waiting; /* the first one is called first */
    size_t waiting_count;
};

struct me_ticket {
    struct list node;
    struct me_turns *turns;
    uint64_t key_id;
    enum me_turn turn; /* this and `posted`: under the lock */
    bool posted;       /* a call is on its way */
    struct loop *loop;
    void (*wake)(void *arg); /* NULL: nobody is woken any more */
    void *arg;
};

/* ---- what comes of it ---------------------------------------------------- */

static enum me_turn asked(const struct me_room *room)
{
    if (room->key_is_in)
        return ME_TURN_REFUSED;
    if (room->turn_is_free)
        return ME_TURN_HAS;
    return room->line_is_full ? ME_TURN_REFUSED : ME_TURN_WAITS;
}

enum me_turn me_turn_after(enum me_turn turn, enum me_event event,
                           const struct me_room *room)
{
    switch (event) {
    case ME_ASKS:
        return turn == ME_TURN_NONE ? asked(room) : turn;
    case ME_IS_CALLED:
        return turn == ME_TURN_WAITS ? ME_TURN_HAS : turn;
    case ME_IS_LATE:
        return turn == ME_TURN_WAITS ? ME_TURN_REFUSED : turn;
    case ME_ENDS:
        break;
    }
    return ME_TURN_NONE;
}

/* ---- the line, under the lock -------------------------------------------- */

static bool holds_key(struct list *head, uint64_t key_id)
{
    for (struct list *at = head->next; at != head; at = at->next) {
        if (LIST_ITEM(at, struct me_ticket, node)->key_id == key_id)
            return true;
    }
    return false;
}

static struct me_room room_for(struct me_turns *turns, uint64_t key_id)
{
    return (struct me_room){
        .key_is_in = holds_key(&turns->having, key_id) ||
                     holds_key(&turns->waiting, key_id),
        .turn_is_free =
            turns->having_count < ME_TURNS && turns->waiting_count == 0,
        .line_is_full = turns->waiting_count >= ME_LINE,
    };
}

static void put(struct me_ticket *ticket, enum me_turn turn)
{
    struct me_turns *turns = ticket->turns;

    turns->having_count -= ticket->turn == ME_TURN_HAS;
    turns->waiting_count -= ticket->turn == ME_TURN_WAITS;
    list_remove(&ticket->node);
    ticket->turn = turn;
    turns->having_count += turn == ME_TURN_HAS;
    turns->waiting_count += turn == ME_TURN_WAITS;
    if (turn == ME_TURN_HAS)
        list_push(&turns->having, &ticket->node);
    else if (turn == ME_TURN_WAITS)
        list_push(&turns->waiting, &ticket->node);
    assert(turns->having_count <= ME_TURNS && turns->waiting_count <= ME_LINE);
}

static void happen(struct me_ticket *ticket, enum me_event event)
{
    struct me_room room = room_for(ticket->turns, ticket->key_id);
    enum me_turn turn = me_turn_after(ticket->turn, event, &room);

    if (turn != ticket->turn)
        put(ticket, turn);
}

/* On the ticket's own loop. */
static void arrive(void *arg)
{
    struct me_ticket *ticket = arg;
    struct me_turns *turns = ticket->turns;
    void (*wake)(void *to) = ticket->wake;
    void *to = ticket->arg;
    bool is_over;

    (void)pthread_mutex_lock(&turns->lock);
    ticket->posted = false;
    is_over = ticket->turn == ME_TURN_NONE;
    (void)pthread_mutex_unlock(&turns->lock);
    /* From here on another thread may free one that wakes nobody. */
    if (is_over)
        mem_free(ticket);
    else if (wake)
        wake(to);
}

static void call_next(struct me_turns *turns)
{
    struct me_ticket *first;

    while (turns->having_count < ME_TURNS && turns->waiting_count > 0) {
        first = LIST_ITEM(turns->waiting.next, struct me_ticket, node);
        happen(first, ME_IS_CALLED);
        first->posted = true;
        loop_post(first->loop, arrive, first);
    }
}

/* ---- turns --------------------------------------------------------------- */

struct me_turns *me_turns_new(void)
{
    struct me_turns *turns = MEM_NEW(struct me_turns);

    (void)pthread_mutex_init(&turns->lock, NULL);
    list_init(&turns->having);
    list_init(&turns->waiting);
    return turns;
}

void me_turns_free(struct me_turns *turns)
{
    if (!turns)
        return;
    assert(turns->having_count == 0 && turns->waiting_count == 0);
    (void)pthread_mutex_destroy(&turns->lock);
    mem_free(turns);
}

struct me_ticket *me_turns_ask(struct me_turns *turns, uint64_t key_id,
                               struct loop *loop, void (*wake)(void *arg),
                               void *arg)
{
    struct me_ticket *ticket = MEM_NEW(struct me_ticket);

    *ticket = (struct me_ticket){ .turns = turns,
                                  .key_id = key_id,
                                  .turn = ME_TURN_NONE,
                                  .loop = loop,
                                  .wake = wake,
                                  .arg = arg };
    list_init(&ticket->node);
    (void)pthread_mutex_lock(&turns->lock);
    happen(ticket, ME_ASKS);
    (void)pthread_mutex_unlock(&turns->lock);
    return ticket;
}

enum me_turn me_ticket_look(struct me_ticket *ticket, bool is_late)
{
    enum me_turn turn;

    (void)pthread_mutex_lock(&ticket->turns->lock);
    if (is_late)
        happen(ticket, ME_IS_LATE);
    turn = ticket->turn;
    (void)pthread_mutex_unlock(&ticket->turns->lock);
    if (turn != ME_TURN_WAITS)
        ticket->wake = NULL;
    return turn;
}

void me_ticket_end(struct me_ticket *ticket)
{
    struct me_turns *turns;
    bool posted;

    if (!ticket)
        return;
    turns = ticket->turns;
    (void)pthread_mutex_lock(&turns->lock);
    happen(ticket, ME_ENDS);
    posted = ticket->posted;
    call_next(turns);
    (void)pthread_mutex_unlock(&turns->lock);
    if (!posted)
        mem_free(ticket);
}
