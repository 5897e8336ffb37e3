// SPDX-License-Identifier: MIT
/* Each event in each state, with a change that waits and without. */
#include "team/key_turn.h"

#include "base/macros.h"
#include "unit.h"

#define IDLE KEY_TURN_IDLE
#define LOOK KEY_TURN_LOOKING
#define READ KEY_TURN_READING
#define WRITE KEY_TURN_WRITING
#define NEVER KEY_TURN_NEVER

/* [event]: { nobody waits, somebody does } */
static const enum key_turn table[][KEY_EVENTS][2] = {
    [KEY_TURN_IDLE] = { [KEY_EVENT_ASKED] = { LOOK, LOOK },
                        [KEY_EVENT_TIME] = { LOOK, LOOK },
                        [KEY_EVENT_SAME] = { NEVER, NEVER },
                        [KEY_EVENT_MOVED] = { NEVER, NEVER },
                        [KEY_EVENT_READ] = { NEVER, NEVER },
                        [KEY_EVENT_WRITTEN] = { NEVER, NEVER },
                        [KEY_EVENT_CONFLICT] = { NEVER, NEVER },
                        [KEY_EVENT_FAILED] = { NEVER, NEVER } },
    [KEY_TURN_LOOKING] = { [KEY_EVENT_ASKED] = { LOOK, LOOK },
                           [KEY_EVENT_TIME] = { LOOK, LOOK },
                           [KEY_EVENT_SAME] = { IDLE, WRITE },
                           [KEY_EVENT_MOVED] = { READ, READ },
                           [KEY_EVENT_READ] = { NEVER, NEVER },
                           [KEY_EVENT_WRITTEN] = { NEVER, NEVER },
                           [KEY_EVENT_CONFLICT] = { NEVER, NEVER },
                           [KEY_EVENT_FAILED] = { IDLE, LOOK } },
    [KEY_TURN_READING] = { [KEY_EVENT_ASKED] = { READ, READ },
                           [KEY_EVENT_TIME] = { READ, READ },
                           [KEY_EVENT_SAME] = { NEVER, NEVER },
                           [KEY_EVENT_MOVED] = { NEVER, NEVER },
                           [KEY_EVENT_READ] = { IDLE, WRITE },
                           [KEY_EVENT_WRITTEN] = { NEVER, NEVER },
                           [KEY_EVENT_CONFLICT] = { NEVER, NEVER },
                           [KEY_EVENT_FAILED] = { IDLE, LOOK } },
    [KEY_TURN_WRITING] = { [KEY_EVENT_ASKED] = { WRITE, WRITE },
                           [KEY_EVENT_TIME] = { WRITE, WRITE },
                           [KEY_EVENT_SAME] = { NEVER, NEVER },
                           [KEY_EVENT_MOVED] = { NEVER, NEVER },
                           [KEY_EVENT_READ] = { NEVER, NEVER },
                           [KEY_EVENT_WRITTEN] = { IDLE, LOOK },
                           /* What is in conflict is still the first. */
                           [KEY_EVENT_CONFLICT] = { NEVER, LOOK },
                           [KEY_EVENT_FAILED] = { IDLE, LOOK } },
};

static void each_event_in_each_state(void **state)
{
    (void)state;
    assert_int_equal(COUNT_OF(table), KEY_TURN_NEVER);
    for (size_t turn = 0; turn < COUNT_OF(table); turn++) {
        for (size_t event = 0; event < 2 * KEY_EVENTS; event++) {
            enum key_turn next =
                key_turn_next((enum key_turn)turn, (enum key_event)(event / 2),
                              event % 2 == 1);

            if (next != table[turn][event / 2][event % 2])
                fail_msg("state %zu, event %zu, %zu: %d", turn, event / 2,
                         event % 2, (int)next);
        }
    }
}

/* Whatever happens: before anything is written, somebody has looked. */
static void nothing_is_written_unseen(void **state)
{
    (void)state;
    for (int turn = 0; turn < KEY_TURN_NEVER; turn++) {
        for (int event = 0; event < KEY_EVENTS; event++) {
            if (turn != WRITE &&
                key_turn_next((enum key_turn)turn, (enum key_event)event,
                              true) == WRITE)
                assert_true(event == KEY_EVENT_SAME || event == KEY_EVENT_READ);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_in_each_state),
        cmocka_unit_test(nothing_is_written_unseen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
