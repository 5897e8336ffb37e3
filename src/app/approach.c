// SPDX-License-Identifier: MIT
/* How a command comes to whoever works on the data folder. */
#include "app/approach.h"

/* Not held so far. */
#define NO_HOLDER APPROACH_NOBODY

void approach_begin(struct approach *approach)
{
    *approach =
        (struct approach){ .state = APPROACH_ASKING, .holder = NO_HOLDER };
}

uint64_t approach_patience_ms(const struct approach *approach)
{
    return approach->holder == APPROACH_BY_COMMAND ? APPROACH_COMMAND_MS
                                                   : APPROACH_RELAY_MS;
}

static enum approach_state held(struct approach *approach,
                                enum approach_event holder, uint64_t now_ms)
{
    if (approach->holder == NO_HOLDER)
        approach->since_ms = now_ms;
    approach->holder = holder;
    return now_ms - approach->since_ms < approach_patience_ms(approach)
               ? APPROACH_WAITING
               : APPROACH_REFUSED;
}

static bool go(struct approach *approach, enum approach_state state)
{
    approach->state = state;
    return true;
}

static bool asked(struct approach *approach, enum approach_event event)
{
    if (event == APPROACH_ANSWERED)
        return go(approach, APPROACH_RELAY);
    if (event == APPROACH_NOBODY)
        return go(approach, APPROACH_TAKING);
    return event == APPROACH_FAILED && go(approach, APPROACH_REFUSED);
}

static bool tried(struct approach *approach, enum approach_event event,
                  uint64_t now_ms)
{
    if (event == APPROACH_TOOK)
        return go(approach, APPROACH_ALONE);
    if (event == APPROACH_BY_RELAY || event == APPROACH_BY_COMMAND)
        return go(approach, held(approach, event, now_ms));
    return event == APPROACH_FAILED && go(approach, APPROACH_REFUSED);
}

bool approach_next(struct approach *approach, enum approach_event event,
                   uint64_t now_ms)
{
    switch (approach->state) {
    case APPROACH_ASKING:
        return asked(approach, event);
    case APPROACH_TAKING:
        return tried(approach, event, now_ms);
    case APPROACH_WAITING:
        return event == APPROACH_LATER && go(approach, APPROACH_ASKING);
    case APPROACH_RELAY:
    case APPROACH_ALONE:
    case APPROACH_REFUSED:
        break;
    }
    return false;
}
