// SPDX-License-Identifier: MIT
/* What the queue of changes asks of the records next. */
#include "team/key_turn.h"

/* While it waits for an answer, nothing else is asked. */
static enum key_turn stay_or(enum key_turn turn, enum key_event event,
                             enum key_turn otherwise)
{
    return event == KEY_EVENT_ASKED || event == KEY_EVENT_TIME ? turn
                                                               : otherwise;
}

static enum key_turn after_look(enum key_event event, bool waits)
{
    if (event == KEY_EVENT_MOVED)
        return KEY_TURN_READING;
    if (event == KEY_EVENT_SAME)
        return waits ? KEY_TURN_WRITING : KEY_TURN_IDLE;
    return KEY_TURN_NEVER;
}

static enum key_turn after_write(enum key_event event, bool waits)
{
    if (event == KEY_EVENT_CONFLICT && waits)
        return KEY_TURN_LOOKING;
    if (event == KEY_EVENT_WRITTEN)
        return waits ? KEY_TURN_LOOKING : KEY_TURN_IDLE;
    return KEY_TURN_NEVER;
}

enum key_turn key_turn_next(enum key_turn turn, enum key_event event,
                            bool waits)
{
    if (event == KEY_EVENT_FAILED && turn != KEY_TURN_IDLE)
        return waits ? KEY_TURN_LOOKING : KEY_TURN_IDLE;
    switch (turn) {
    case KEY_TURN_IDLE:
        return stay_or(KEY_TURN_LOOKING, event, KEY_TURN_NEVER);
    case KEY_TURN_LOOKING:
        return stay_or(turn, event, after_look(event, waits));
    case KEY_TURN_READING:
        if (event != KEY_EVENT_READ)
            return stay_or(turn, event, KEY_TURN_NEVER);
        return waits ? KEY_TURN_WRITING : KEY_TURN_IDLE;
    case KEY_TURN_WRITING:
        return stay_or(turn, event, after_write(event, waits));
    case KEY_TURN_NEVER:
        break;
    }
    return KEY_TURN_NEVER;
}
