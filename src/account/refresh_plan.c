// SPDX-License-Identifier: MIT
/* What a refresh does next. */
#include "account/refresh_plan.h"

#include <assert.h>

#define BIT(event) (1u << REFRESH_##event)
#define TOLD (BIT(TOLD_ADOPT) | BIT(TOLD_DROP) | BIT(TOLD_STOP))

static const unsigned can_happen[REFRESH_STATES] = {
    [REFRESH_LOCKING] = BIT(LOCKED) | BIT(BUSY) | BIT(NO_LOCK) | TOLD,
    [REFRESH_PAUSING] = BIT(TIME) | TOLD,
    [REFRESH_READING] =
        BIT(READ) | BIT(GONE) | BIT(AWAY) | BIT(UNREADABLE) | TOLD,
    [REFRESH_RESERVING] = BIT(RESERVED) | BIT(NO_ROOM) | TOLD,
    [REFRESH_ASKING] = BIT(GRANTED) | BIT(REFUSED) | BIT(TRANSIENT) | TOLD,
    [REFRESH_SAVING] =
        BIT(SAVED) | BIT(NOT_SAVED) | BIT(GONE) | BIT(AWAY) | TOLD,
    [REFRESH_HELD] = BIT(TIME) | TOLD,
};

bool refresh_can_happen(enum refresh_state state, enum refresh_event event)
{
    return (can_happen[state] & (1u << event)) != 0;
}

/* ---- moves -------------------------------------------------------------- */

static struct refresh_move stay(void)
{
    return (struct refresh_move){ 0 };
}

static struct refresh_move enter(struct refresh_plan *plan,
                                 enum refresh_state state)
{
    plan->state = state;
    return (struct refresh_move){ .enter = true };
}

static struct refresh_move end(struct refresh_plan *plan, enum refresh_end how)
{
    plan->state = REFRESH_OVER;
    plan->precious = false;
    return (struct refresh_move){ .end = how };
}

/* Tokens that exist nowhere else are not given up for a failure. */
static struct refresh_move give_up(struct refresh_plan *plan)
{
    return plan->precious ? enter(plan, REFRESH_HELD)
                          : end(plan, REFRESH_ENDS_FAILED);
}

/* Nothing new is asked for while the process stops. */
static struct refresh_move go_on(struct refresh_plan *plan,
                                 enum refresh_state state)
{
    bool enough = plan->stopping && !plan->precious &&
                  !(plan->verifying && state <= REFRESH_READING);

    return enough ? end(plan, REFRESH_ENDS_STOPPED) : enter(plan, state);
}

static struct refresh_move save(struct refresh_plan *plan,
                                enum refresh_goal goal)
{
    plan->goal = goal;
    plan->precious = plan->precious || goal != REFRESH_MARK;
    return enter(plan, REFRESH_SAVING);
}

/* ---- what the steps bring ----------------------------------------------- */

static struct refresh_move locking(struct refresh_plan *plan,
                                   enum refresh_event event,
                                   const struct refresh_facts *facts)
{
    if (event == REFRESH_LOCKED)
        return go_on(plan, REFRESH_READING);
    if (event == REFRESH_BUSY && facts->patient)
        return go_on(plan, REFRESH_PAUSING);
    /* Tokens of a sign-in are saved even without the lock. */
    return plan->precious ? enter(plan, REFRESH_READING)
                          : end(plan, REFRESH_ENDS_FAILED);
}

static struct refresh_move document(struct refresh_plan *plan,
                                    const struct refresh_facts *facts)
{
    if (facts->spent)
        return save(plan, REFRESH_RESTORE);
    switch (facts->choice) {
    case REFRESH_ASK:
        return go_on(plan, REFRESH_RESERVING);
    case REFRESH_USE:
        return end(plan, REFRESH_ENDS_USED);
    case REFRESH_REFUSE:
        break;
    }
    return end(plan, REFRESH_ENDS_FAILED);
}

static struct refresh_move reading(struct refresh_plan *plan,
                                   enum refresh_event event,
                                   const struct refresh_facts *facts)
{
    /* They must not be used without the rest of the document: its proxy. */
    if (event == REFRESH_UNREADABLE)
        return give_up(plan);
    if (plan->goal != REFRESH_ADOPT && event == REFRESH_GONE)
        return end(plan, REFRESH_ENDS_REMOVED);
    if (plan->precious)
        return event == REFRESH_READ && facts->overtaken &&
                       plan->goal != REFRESH_ADOPT
                   ? end(plan, REFRESH_ENDS_USED)
                   : save(plan, plan->goal);
    if (event == REFRESH_READ)
        return document(plan, facts);
    if (event == REFRESH_AWAY && facts->known)
        return save(plan, REFRESH_RESTORE);
    return end(plan, REFRESH_ENDS_FAILED);
}

static struct refresh_move reserving(struct refresh_plan *plan,
                                     enum refresh_event event,
                                     const struct refresh_facts *facts)
{
    if (plan->precious)
        return save(plan, plan->goal);
    if (event == REFRESH_NO_ROOM && !(facts->awaited && facts->useless))
        return end(plan, REFRESH_ENDS_FAILED);
    return go_on(plan, REFRESH_ASKING);
}

static struct refresh_move asking(struct refresh_plan *plan,
                                  enum refresh_event event)
{
    if (event == REFRESH_GRANTED) {
        plan->precious = true;
        return enter(plan, REFRESH_READING);
    }
    if (event == REFRESH_REFUSED)
        return save(plan, REFRESH_MARK);
    return give_up(plan);
}

static struct refresh_move saved(struct refresh_plan *plan)
{
    enum refresh_goal goal = plan->goal;

    plan->precious = false;
    if (goal == REFRESH_RESTORE) {
        plan->goal = REFRESH_RENEW;
        return go_on(plan, REFRESH_READING);
    }
    return end(plan,
               goal == REFRESH_MARK ? REFRESH_ENDS_FAILED : REFRESH_ENDS_SAVED);
}

static struct refresh_move saving(struct refresh_plan *plan,
                                  enum refresh_event event,
                                  const struct refresh_facts *facts)
{
    if (event == REFRESH_GONE)
        return end(plan, REFRESH_ENDS_REMOVED);
    /* A file that is away is written back, whole. */
    if (facts->newer || event == REFRESH_AWAY)
        return enter(plan, REFRESH_SAVING);
    if (event == REFRESH_SAVED)
        return saved(plan);
    /* A mark that could not be saved is found again. */
    if (plan->precious && facts->too_late)
        return end(plan, REFRESH_ENDS_LOST);
    return give_up(plan);
}

static struct refresh_move held(struct refresh_plan *plan,
                                const struct refresh_facts *facts)
{
    if (facts->too_late)
        return end(plan, REFRESH_ENDS_LOST);
    if (facts->unread)
        return enter(plan, REFRESH_READING);
    if (facts->due && !plan->stopping) {
        plan->goal = REFRESH_RENEW;
        return enter(plan, REFRESH_ASKING);
    }
    return enter(plan, REFRESH_SAVING);
}

static struct refresh_move came(struct refresh_plan *plan,
                                enum refresh_event event,
                                const struct refresh_facts *facts)
{
    if (plan->removed)
        return end(plan, REFRESH_ENDS_REMOVED);
    switch (plan->state) {
    case REFRESH_LOCKING:
        return locking(plan, event, facts);
    case REFRESH_PAUSING:
        return go_on(plan, REFRESH_LOCKING);
    case REFRESH_READING:
        return reading(plan, event, facts);
    case REFRESH_RESERVING:
        return reserving(plan, event, facts);
    case REFRESH_ASKING:
        return asking(plan, event);
    case REFRESH_SAVING:
        return saving(plan, event, facts);
    case REFRESH_HELD:
        return held(plan, facts);
    case REFRESH_OVER:
    case REFRESH_STATES:
        break;
    }
    assert(false && "a refresh that is over");
    return stay();
}

/* ---- what others tell --------------------------------------------------- */

/* The answer to a call for the grant before is not needed any more. */
static struct refresh_move adopt(struct refresh_plan *plan,
                                 const struct refresh_facts *facts)
{
    plan->goal = REFRESH_ADOPT;
    plan->precious = true;
    plan->removed = false;
    if (plan->state == REFRESH_HELD && facts->unread)
        return enter(plan, REFRESH_READING);
    return plan->state == REFRESH_ASKING || plan->state == REFRESH_HELD
               ? enter(plan, REFRESH_SAVING)
               : stay();
}

static struct refresh_move drop(struct refresh_plan *plan)
{
    plan->removed = true;
    plan->precious = false;
    return plan->state == REFRESH_ASKING || plan->state == REFRESH_HELD
               ? end(plan, REFRESH_ENDS_REMOVED)
               : stay();
}

static struct refresh_move stop(struct refresh_plan *plan,
                                const struct refresh_facts *facts)
{
    plan->stopping = true;
    return plan->state == REFRESH_HELD ? held(plan, facts) : stay();
}

struct refresh_move refresh_next(struct refresh_plan *plan,
                                 enum refresh_event event,
                                 const struct refresh_facts *facts)
{
    assert(refresh_can_happen(plan->state, event));
    if (event == REFRESH_TOLD_ADOPT)
        return adopt(plan, facts);
    if (event == REFRESH_TOLD_DROP)
        return drop(plan);
    if (event == REFRESH_TOLD_STOP)
        return stop(plan, facts);
    return came(plan, event, facts);
}
