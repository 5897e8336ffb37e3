// SPDX-License-Identifier: MIT
/* Whose turn it is to ask for its usage, of the holders of all keys and on all workers:
   ME_TURNS at once, so that they do not keep what reads from whoever manages.

       NONE -(asks)-> HAS -(ends)-> NONE        a turn is free, and nobody waits
         |             ^
         |(asks)       |(is called: the first of the line)
         '---------> WAITS -(ends: its client left)-> NONE
         |             |(is late)
         |             v
         '-(asks)-> REFUSED -(ends)-> NONE      the key is in, or the line is full

   A key is in once, with a turn or in the line, and whoever had a turn goes to the end
   of the line: so all keys have their turns, one after the other, however many
   connections one of them asks from. */
#pragma once

#include "base/loop.h"

#define ME_TURNS 2
/* How many keys may wait, and for how long. */
#define ME_LINE 64
#define ME_WAIT_MS 10000

enum me_turn { ME_TURN_NONE, ME_TURN_WAITS, ME_TURN_HAS, ME_TURN_REFUSED };
enum me_event { ME_ASKS, ME_IS_CALLED, ME_IS_LATE, ME_ENDS };

/* As somebody finds it who asks. */
struct me_room {
    bool key_is_in;
    bool turn_is_free;
    bool line_is_full;
};

/* Pure: what comes of it.  The room matters to whoever asks. */
enum me_turn me_turn_after(enum me_turn turn, enum me_event event,
                           const struct me_room *room);

struct me_turns;
struct me_ticket;

struct me_turns *me_turns_new(void);
/* Every ticket has ended, and every loop of one was freed.  NULL is fine. */
void me_turns_free(struct me_turns *turns);

/* A question of that key.  While it waits it is the loop's, and `wake` comes once it is
   its turn: never from inside, and not after it was seen to wait no longer. */
struct me_ticket *me_turns_ask(struct me_turns *turns, uint64_t key_id,
                               struct loop *loop, void (*wake)(void *arg),
                               void *arg);
/* `is_late`: it has waited for long enough, and is refused if it still waits. */
enum me_turn me_ticket_look(struct me_ticket *ticket, bool is_late);
/* It was answered or refused, or its client left; on any thread unless it waits.  Calls
   the first of the line.  NULL is fine. */
void me_ticket_end(struct me_ticket *ticket);
