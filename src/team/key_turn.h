// SPDX-License-Identifier: MIT
/* What the queue of changes asks of the records next; pure.

       IDLE     --asked, time-> LOOKING   did other processes write?
       LOOKING  --same--------> WRITING   if a change waits, else IDLE
                --moved-------> READING   what they changed
       READING  --read--------> WRITING   if a change waits, else IDLE
       WRITING  --written-----> LOOKING   for the next change, or IDLE
                --conflict----> LOOKING   others were faster: the same change again
       LOOKING, READING, WRITING
                --failed------> LOOKING   for the next change, or IDLE

   So no change is made to what has been changed elsewhere, and what others write is
   shown although nobody asks. */
#pragma once

#include <stdbool.h>

enum key_turn {
    KEY_TURN_IDLE,
    KEY_TURN_LOOKING,
    KEY_TURN_READING,
    KEY_TURN_WRITING,
    KEY_TURN_NEVER, /* for key_turn_next() */
};

enum key_event {
    KEY_EVENT_ASKED,    /* a change has come */
    KEY_EVENT_TIME,     /* to look, though none has */
    KEY_EVENT_SAME,     /* nobody else wrote */
    KEY_EVENT_MOVED,    /* somebody did */
    KEY_EVENT_READ,     /* what they changed is shown */
    KEY_EVENT_WRITTEN,  /* the first change is done */
    KEY_EVENT_CONFLICT, /* it stays the first one */
    KEY_EVENT_FAILED,   /* the first one, if there was any, was answered so */
};
#define KEY_EVENTS (KEY_EVENT_FAILED + 1)

/* `waits`: is there a change (still)?  KEY_TURN_NEVER: that cannot happen then. */
enum key_turn key_turn_next(enum key_turn turn, enum key_event event,
                            bool waits);
