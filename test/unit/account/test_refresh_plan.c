// SPDX-License-Identifier: MIT
/* What a refresh does next: every event in every state, and what must hold in any
   order of them. */
#include "account/refresh_plan.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

enum { STAYS = REFRESH_STATES }; /* what is under way goes on */

struct row {
    enum refresh_state state;
    enum refresh_event event;
    struct refresh_facts facts;
    struct refresh_plan plan; /* its state is `state` */
    int wants;                /* a state that is entered, STAYS or OVER */
    enum refresh_end end;     /* with OVER */
    enum refresh_goal goal;   /* afterwards */
};

#define ON(s, e) .state = REFRESH_##s, .event = REFRESH_##e
#define GOES(s) .wants = REFRESH_##s
#define ENDS(how) .wants = REFRESH_OVER, .end = REFRESH_ENDS_##how
#define FACTS(...) .facts = { __VA_ARGS__ }
#define PLAN(...) .plan = { __VA_ARGS__ }
#define GOAL(g) .goal = REFRESH_##g
#define ADOPTS PLAN(.goal = REFRESH_ADOPT, .precious = true), GOAL(ADOPT)
#define STAYS_ON .wants = STAYS

static const struct row rows[] = {
    { ON(LOCKING, LOCKED), GOES(READING) },
    { ON(LOCKING, LOCKED), PLAN(.stopping = true), ENDS(STOPPED) },
    { ON(LOCKING, LOCKED), PLAN(.removed = true), ENDS(REMOVED) },
    { ON(LOCKING, LOCKED), GOES(READING), GOAL(ADOPT),
      PLAN(.goal = REFRESH_ADOPT, .precious = true, .stopping = true) },
    { ON(LOCKING, LOCKED), GOES(READING),
      PLAN(.stopping = true, .verifying = true) },
    { ON(LOCKING, BUSY), FACTS(.patient = true), GOES(PAUSING),
      PLAN(.stopping = true, .verifying = true) },
    { ON(PAUSING, TIME), GOES(LOCKING),
      PLAN(.stopping = true, .verifying = true) },
    { ON(RESERVING, RESERVED), ENDS(STOPPED),
      PLAN(.stopping = true, .verifying = true) },
    { ON(LOCKING, BUSY), FACTS(.patient = true), GOES(PAUSING) },
    { ON(LOCKING, BUSY), ENDS(FAILED) },
    { ON(LOCKING, BUSY), FACTS(.patient = true), PLAN(.stopping = true),
      ENDS(STOPPED) },
    { ON(LOCKING, BUSY), ADOPTS, GOES(READING) },
    { ON(LOCKING, NO_LOCK), ENDS(FAILED) },
    { ON(LOCKING, NO_LOCK), ADOPTS, GOES(READING) },
    { ON(LOCKING, TOLD_ADOPT), STAYS_ON, GOAL(ADOPT) },
    { ON(LOCKING, TOLD_DROP), STAYS_ON },
    { ON(LOCKING, TOLD_STOP), STAYS_ON },

    { ON(PAUSING, TIME), GOES(LOCKING) },
    { ON(PAUSING, TIME), PLAN(.stopping = true), ENDS(STOPPED) },
    { ON(PAUSING, TIME), PLAN(.removed = true), ENDS(REMOVED) },
    { ON(PAUSING, TIME), ADOPTS, GOES(LOCKING) },
    { ON(PAUSING, TOLD_ADOPT), STAYS_ON, GOAL(ADOPT) },
    { ON(PAUSING, TOLD_DROP), STAYS_ON },
    { ON(PAUSING, TOLD_STOP), STAYS_ON },

    { ON(READING, READ), FACTS(.choice = REFRESH_ASK), GOES(RESERVING) },
    { ON(READING, READ), FACTS(.choice = REFRESH_ASK), PLAN(.stopping = true),
      ENDS(STOPPED) },
    { ON(READING, READ), FACTS(.choice = REFRESH_USE), ENDS(USED) },
    { ON(READING, READ), FACTS(.choice = REFRESH_REFUSE), ENDS(FAILED) },
    { ON(READING, READ), FACTS(.choice = REFRESH_ASK, .spent = true),
      GOES(SAVING), GOAL(RESTORE) },
    { ON(READING, READ), FACTS(.choice = REFRESH_USE, .spent = true),
      GOES(SAVING), GOAL(RESTORE) },
    { ON(READING, READ), PLAN(.removed = true), ENDS(REMOVED) },
    { ON(READING, READ), FACTS(.choice = REFRESH_USE), ADOPTS, GOES(SAVING) },
    { ON(READING, GONE), ENDS(REMOVED) },
    { ON(READING, GONE), ADOPTS, GOES(SAVING) },
    { ON(READING, AWAY), ENDS(FAILED) },
    { ON(READING, AWAY), FACTS(.known = true), GOES(SAVING), GOAL(RESTORE) },
    { ON(READING, AWAY), ADOPTS, GOES(SAVING) },
    { ON(READING, AWAY), PLAN(.removed = true), ENDS(REMOVED) },
    { ON(READING, UNREADABLE), ENDS(FAILED) },
    { ON(READING, UNREADABLE), ADOPTS, GOES(HELD) },
    { ON(READING, READ), PLAN(.precious = true), GOES(SAVING) },
    { ON(READING, READ), PLAN(.precious = true), FACTS(.overtaken = true),
      ENDS(USED) },
    { ON(READING, READ), FACTS(.overtaken = true), ADOPTS, GOES(SAVING) },
    { ON(READING, GONE), PLAN(.precious = true), ENDS(REMOVED) },
    { ON(READING, AWAY), PLAN(.precious = true), GOES(SAVING) },
    { ON(READING, UNREADABLE), PLAN(.precious = true), GOES(HELD) },
    { ON(READING, READ), FACTS(.choice = REFRESH_ASK), ENDS(STOPPED),
      PLAN(.stopping = true, .verifying = true) },
    { ON(READING, READ), FACTS(.choice = REFRESH_USE), ENDS(USED),
      PLAN(.stopping = true, .verifying = true) },
    { ON(READING, READ), FACTS(.spent = true), GOES(SAVING), GOAL(RESTORE),
      PLAN(.stopping = true, .verifying = true) },
    { ON(READING, AWAY), FACTS(.known = true), GOES(SAVING), GOAL(RESTORE),
      PLAN(.stopping = true, .verifying = true) },
    { ON(READING, TOLD_ADOPT), STAYS_ON, GOAL(ADOPT) },
    { ON(READING, TOLD_DROP), STAYS_ON },
    { ON(READING, TOLD_STOP), STAYS_ON },

    { ON(RESERVING, RESERVED), GOES(ASKING) },
    { ON(RESERVING, RESERVED), PLAN(.stopping = true), ENDS(STOPPED) },
    { ON(RESERVING, RESERVED), PLAN(.removed = true), ENDS(REMOVED) },
    { ON(RESERVING, RESERVED), ADOPTS, GOES(SAVING) },
    { ON(RESERVING, NO_ROOM), ENDS(FAILED) },
    { ON(RESERVING, NO_ROOM), FACTS(.awaited = true), ENDS(FAILED) },
    { ON(RESERVING, NO_ROOM), FACTS(.useless = true), ENDS(FAILED) },
    { ON(RESERVING, NO_ROOM), FACTS(.awaited = true, .useless = true),
      GOES(ASKING) },
    { ON(RESERVING, NO_ROOM), FACTS(.awaited = true, .useless = true),
      PLAN(.stopping = true), ENDS(STOPPED) },
    { ON(RESERVING, NO_ROOM), ADOPTS, GOES(SAVING) },
    { ON(RESERVING, TOLD_ADOPT), STAYS_ON, GOAL(ADOPT) },
    { ON(RESERVING, TOLD_DROP), STAYS_ON },
    { ON(RESERVING, TOLD_STOP), STAYS_ON },

    { ON(ASKING, GRANTED), GOES(READING) },
    { ON(ASKING, GRANTED), PLAN(.stopping = true), GOES(READING) },
    { ON(ASKING, GRANTED), PLAN(.removed = true), ENDS(REMOVED) },
    { ON(ASKING, REFUSED), GOES(SAVING), GOAL(MARK) },
    { ON(ASKING, REFUSED), PLAN(.precious = true), GOES(SAVING), GOAL(MARK) },
    { ON(ASKING, TRANSIENT), ENDS(FAILED) },
    { ON(ASKING, TRANSIENT), PLAN(.precious = true), GOES(HELD) },
    { ON(ASKING, TRANSIENT), PLAN(.stopping = true), ENDS(FAILED) },
    { ON(ASKING, TOLD_ADOPT), GOES(SAVING), GOAL(ADOPT) },
    { ON(ASKING, TOLD_DROP), ENDS(REMOVED) },
    { ON(ASKING, TOLD_STOP), STAYS_ON },

    { ON(SAVING, SAVED), PLAN(.precious = true), ENDS(SAVED) },
    { ON(SAVING, SAVED), PLAN(.precious = true, .stopping = true),
      ENDS(SAVED) },
    { ON(SAVING, SAVED), PLAN(.removed = true), ENDS(REMOVED) },
    { ON(SAVING, SAVED), FACTS(.newer = true), ADOPTS, GOES(SAVING) },
    { ON(SAVING, SAVED), ADOPTS, ENDS(SAVED) },
    { ON(SAVING, SAVED), GOES(READING),
      PLAN(.goal = REFRESH_RESTORE, .precious = true) },
    { ON(SAVING, SAVED), ENDS(STOPPED),
      PLAN(.goal = REFRESH_RESTORE, .precious = true, .stopping = true) },
    { ON(SAVING, SAVED), PLAN(.goal = REFRESH_MARK), GOAL(MARK), ENDS(FAILED) },
    { ON(SAVING, NOT_SAVED), PLAN(.precious = true), GOES(HELD) },
    { ON(SAVING, NOT_SAVED), FACTS(.newer = true), ADOPTS, GOES(SAVING) },
    { ON(SAVING, NOT_SAVED), PLAN(.goal = REFRESH_MARK), GOAL(MARK),
      ENDS(FAILED) },
    { ON(SAVING, NOT_SAVED), PLAN(.goal = REFRESH_MARK, .precious = true),
      GOAL(MARK), GOES(HELD) },
    { ON(SAVING, NOT_SAVED), FACTS(.too_late = true), ENDS(LOST),
      PLAN(.precious = true, .stopping = true) },
    { ON(SAVING, NOT_SAVED), PLAN(.precious = true, .stopping = true),
      GOES(HELD) },
    { ON(SAVING, NOT_SAVED), PLAN(.removed = true), ENDS(REMOVED) },
    { ON(SAVING, GONE), PLAN(.precious = true), ENDS(REMOVED) },
    { ON(SAVING, AWAY), PLAN(.precious = true), GOES(SAVING) },
    { ON(SAVING, AWAY), PLAN(.removed = true), ENDS(REMOVED) },
    { ON(SAVING, TOLD_ADOPT), PLAN(.precious = true), STAYS_ON, GOAL(ADOPT) },
    { ON(SAVING, TOLD_DROP), PLAN(.precious = true), STAYS_ON },
    { ON(SAVING, TOLD_STOP), PLAN(.precious = true), STAYS_ON },

    { ON(HELD, TIME), PLAN(.precious = true), GOES(SAVING) },
    { ON(HELD, TIME), PLAN(.precious = true), FACTS(.due = true),
      GOES(ASKING) },
    { ON(HELD, TIME), PLAN(.precious = true, .stopping = true),
      FACTS(.due = true), GOES(SAVING) },
    { ON(HELD, TIME), FACTS(.unread = true), ADOPTS, GOES(READING) },
    { ON(HELD, TIME), FACTS(.too_late = true), ENDS(LOST),
      PLAN(.precious = true, .stopping = true) },
    { ON(HELD, TOLD_ADOPT), PLAN(.precious = true), GOES(SAVING), GOAL(ADOPT) },
    { ON(HELD, TOLD_ADOPT), FACTS(.unread = true), ADOPTS, GOES(READING) },
    { ON(HELD, TOLD_DROP), PLAN(.precious = true), ENDS(REMOVED) },
    { ON(HELD, TOLD_STOP), PLAN(.precious = true), GOES(SAVING) },
    { ON(HELD, TOLD_STOP), FACTS(.unread = true), ADOPTS, GOES(READING) },
};

static void every_cell_is_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        struct refresh_plan plan = row->plan;
        struct refresh_move move;
        int entered;

        plan.state = row->state;
        move = refresh_next(&plan, row->event, &row->facts);
        entered = move.enter                   ? (int)plan.state
                  : plan.state == REFRESH_OVER ? REFRESH_OVER
                                               : STAYS;
        if (entered != row->wants || move.end != row->end)
            fail_msg("row %zu (state %d, event %d): %d, end %d", i, row->state,
                     row->event, entered, move.end);
        if (plan.state != REFRESH_OVER && plan.goal != row->goal)
            fail_msg("row %zu: goal %d", i, plan.goal);
    }
}

static bool has_row(enum refresh_state state, enum refresh_event event)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].state == state && rows[i].event == event)
            return true;
    }
    return false;
}

static void every_event_that_can_happen_has_a_row(void **arg)
{
    (void)arg;
    for (int state = 0; state < REFRESH_STATES; state++) {
        for (int event = 0; event < REFRESH_EVENTS; event++) {
            if (refresh_can_happen((enum refresh_state)state,
                                   (enum refresh_event)event) !=
                has_row((enum refresh_state)state, (enum refresh_event)event))
                fail_msg("state %d, event %d", state, event);
        }
    }
}

static void nothing_happens_once_it_is_over(void **state)
{
    (void)state;
    for (int event = 0; event < REFRESH_EVENTS; event++)
        assert_false(
            refresh_can_happen(REFRESH_OVER, (enum refresh_event)event));
}

/* ---- any order ---------------------------------------------------------- */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static struct refresh_facts random_facts(uint32_t *seed, bool stopping)
{
    uint32_t bits = next_random(seed);

    return (struct refresh_facts){
        .patient = bits & 1,
        .choice = (enum refresh_choice)((bits >> 1) % 3),
        .spent = bits >> 3 & 1,
        .known = bits >> 4 & 1,
        .awaited = bits >> 5 & 1,
        .newer = bits >> 6 & 1,
        .unread = bits >> 7 & 1,
        .due = bits >> 8 & 1,
        .too_late = stopping && (bits >> 9 & 3) == 0,
        .overtaken = (bits >> 11 & 7) == 0,
        .useless = bits >> 14 & 1,
    };
}

/* Tokens that were granted or adopted leave memory only by being saved, by a removal
   somebody asked for, by a stop that says so, or for newer ones of a sign-in that the
   document has. */
static void check_move(const struct refresh_plan *before,
                       enum refresh_event event,
                       const struct refresh_plan *plan,
                       const struct refresh_move *move,
                       const struct refresh_facts *facts)
{
    bool had = before->precious || event == REFRESH_GRANTED ||
               event == REFRESH_TOLD_ADOPT;

    if (!had || plan->precious)
        return;
    if (before->state == REFRESH_SAVING && event == REFRESH_SAVED)
        return;
    if (before->state == REFRESH_READING && event == REFRESH_READ &&
        facts->overtaken && before->goal != REFRESH_ADOPT)
        return;
    if (plan->removed || move->end == REFRESH_ENDS_REMOVED)
        return;
    if (move->end == REFRESH_ENDS_LOST && plan->stopping)
        return;
    fail_msg("lost: state %d, event %d", before->state, event);
}

static void walk(uint32_t *seed)
{
    struct refresh_plan plan = { 0 };

    for (int i = 0; i < 40 && plan.state != REFRESH_OVER; i++) {
        enum refresh_event event =
            (enum refresh_event)(next_random(seed) % REFRESH_EVENTS);
        struct refresh_facts facts = random_facts(seed, plan.stopping);
        struct refresh_plan before = plan;
        struct refresh_move move;

        if (!refresh_can_happen(plan.state, event))
            continue;
        move = refresh_next(&plan, event, &facts);
        assert_int_equal(plan.state == REFRESH_OVER,
                         move.end != REFRESH_GOES_ON);
        assert_false(move.enter && move.end != REFRESH_GOES_ON);
        check_move(&before, event, &plan, &move, &facts);
    }
}

static void tokens_are_never_just_gone(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int i = 0; i < 200000; i++)
        walk(&seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_as_the_table_says),
        cmocka_unit_test(every_event_that_can_happen_has_a_row),
        cmocka_unit_test(nothing_happens_once_it_is_over),
        cmocka_unit_test(tokens_are_never_just_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
