// SPDX-License-Identifier: MIT
/* Each event in each state, and how long is waited. */
#include "app/approach.h"

#include "base/macros.h"
#include "unit.h"

#define STATES (APPROACH_REFUSED + 1)
/* It cannot happen. */
#define NO (-1)

/* Before anything was waited for. */
static const int table[STATES][APPROACH_EVENTS] = {
    [APPROACH_ASKING] = { [APPROACH_ANSWERED] = APPROACH_RELAY,
                          [APPROACH_NOBODY] = APPROACH_TAKING,
                          [APPROACH_TOOK] = NO,
                          [APPROACH_BY_RELAY] = NO,
                          [APPROACH_BY_COMMAND] = NO,
                          [APPROACH_LATER] = NO,
                          [APPROACH_FAILED] = APPROACH_REFUSED },
    [APPROACH_TAKING] = { [APPROACH_ANSWERED] = NO,
                          [APPROACH_NOBODY] = NO,
                          [APPROACH_TOOK] = APPROACH_ALONE,
                          [APPROACH_BY_RELAY] = APPROACH_WAITING,
                          [APPROACH_BY_COMMAND] = APPROACH_WAITING,
                          [APPROACH_LATER] = NO,
                          [APPROACH_FAILED] = APPROACH_REFUSED },
    [APPROACH_WAITING] = { [APPROACH_ANSWERED] = NO,
                           [APPROACH_NOBODY] = NO,
                           [APPROACH_TOOK] = NO,
                           [APPROACH_BY_RELAY] = NO,
                           [APPROACH_BY_COMMAND] = NO,
                           [APPROACH_LATER] = APPROACH_ASKING,
                           [APPROACH_FAILED] = NO },
    [APPROACH_RELAY] = { NO, NO, NO, NO, NO, NO, NO },
    [APPROACH_ALONE] = { NO, NO, NO, NO, NO, NO, NO },
    [APPROACH_REFUSED] = { NO, NO, NO, NO, NO, NO, NO },
};

static void each_event_in_each_state(void **state)
{
    (void)state;
    for (size_t from = 0; from < STATES; from++) {
        for (size_t event = 0; event < APPROACH_EVENTS; event++) {
            struct approach approach;
            int want = table[from][event];
            bool possible;

            approach_begin(&approach);
            approach.state = (enum approach_state)from;
            possible =
                approach_next(&approach, (enum approach_event)event, 1000);
            if (possible != (want != NO) ||
                approach.state !=
                    (enum approach_state)(want == NO ? (int)from : want))
                fail_msg("state %zu, event %zu: %d", from, event,
                         (int)approach.state);
        }
    }
}

/* Asked in vain, and held by `holder`, at this time. */
static enum approach_state find_held(struct approach *approach,
                                     enum approach_event holder,
                                     uint64_t now_ms)
{
    assert_true(approach_next(approach, APPROACH_NOBODY, now_ms));
    assert_true(approach_next(approach, holder, now_ms));
    return approach->state;
}

static void it_is_waited_for_a_while(void **state)
{
    static const struct {
        enum approach_event holder;
        uint64_t patience_ms;
    } cases[] = {
        { APPROACH_BY_RELAY, APPROACH_RELAY_MS },
        { APPROACH_BY_COMMAND, APPROACH_COMMAND_MS },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t from_ms = 5000;
        struct approach approach;

        approach_begin(&approach);
        for (uint64_t ms = 0; ms < cases[i].patience_ms; ms += 1000) {
            assert_int_equal(find_held(&approach, cases[i].holder,
                                       from_ms + ms),
                             APPROACH_WAITING);
            assert_true(approach_next(&approach, APPROACH_LATER, from_ms + ms));
        }
        assert_int_equal(approach_patience_ms(&approach), cases[i].patience_ms);
        assert_int_equal(find_held(&approach, cases[i].holder,
                                   from_ms + cases[i].patience_ms),
                         APPROACH_REFUSED);
    }
}

/* It ended, or its socket is there. */
static void what_was_waited_for_comes(void **state)
{
    struct approach approach;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        approach_begin(&approach);
        assert_int_equal(find_held(&approach, APPROACH_BY_RELAY, 0),
                         APPROACH_WAITING);
        assert_true(approach_next(&approach, APPROACH_LATER, 50));
        if (i == 0) {
            assert_true(approach_next(&approach, APPROACH_ANSWERED, 50));
            assert_int_equal(approach.state, APPROACH_RELAY);
        } else {
            assert_true(approach_next(&approach, APPROACH_NOBODY, 50));
            assert_true(approach_next(&approach, APPROACH_TOOK, 50));
            assert_int_equal(approach.state, APPROACH_ALONE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_in_each_state),
        cmocka_unit_test(it_is_waited_for_a_while),
        cmocka_unit_test(what_was_waited_for_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
