// SPDX-License-Identifier: MIT
/* Holders of keys ask in turns, and wait for them in a line. */
#include "admin/me_turns.h"

#include "unit.h"

/* ---- every event in every state ------------------------------------------ */

#define NONE ME_TURN_NONE
#define WAITS ME_TURN_WAITS
#define HAS ME_TURN_HAS
#define REFUSED ME_TURN_REFUSED

static void every_event_is_known_in_every_state(void **state)
{
    static const enum me_turn after[][4] = {
        [ME_ASKS] = { [NONE] = HAS, WAITS, HAS, REFUSED },
        [ME_IS_CALLED] = { [NONE] = NONE, HAS, HAS, REFUSED },
        [ME_IS_LATE] = { [NONE] = NONE, REFUSED, HAS, REFUSED },
        [ME_ENDS] = { [NONE] = NONE, NONE, NONE, NONE },
    };
    const struct me_room room = { .turn_is_free = true };

    (void)state;
    for (size_t event = 0; event < COUNT_OF(after); event++) {
        for (size_t turn = 0; turn < COUNT_OF(after[0]); turn++)
            assert_int_equal(me_turn_after((enum me_turn)turn,
                                           (enum me_event)event, &room),
                             after[event][turn]);
    }
}

/* By key_is_in, turn_is_free and line_is_full. */
static void whoever_asks_finds_what_there_is(void **state)
{
    static const enum me_turn found[2][2][2] = {
        { { WAITS, REFUSED }, { HAS, HAS } },
        { { REFUSED, REFUSED }, { REFUSED, REFUSED } },
    };

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        const struct me_room room = { (i & 4) != 0, (i & 2) != 0,
                                      (i & 1) != 0 };

        assert_int_equal(me_turn_after(NONE, ME_ASKS, &room),
                         found[i >> 2][(i >> 1) & 1][i & 1]);
    }
}

/* ---- the line ------------------------------------------------------------ */

#define KEYS (ME_TURNS + ME_LINE)

static struct me_turns *turns;
static struct loop *loop;
static unsigned woken[KEYS + 2];

static int set_up(void **state)
{
    (void)state;
    turns = me_turns_new();
    loop = loop_new();
    memset(woken, 0, sizeof(woken));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    me_turns_free(turns);
    me_turns_free(NULL);
    me_ticket_end(NULL);
    return 0;
}

static void wake(void *arg)
{
    ++*(unsigned *)arg;
}

static struct me_ticket *ask(uint64_t key)
{
    return me_turns_ask(turns, key, loop, wake, &woken[key]);
}

static enum me_turn look(struct me_ticket *ticket)
{
    return me_ticket_look(ticket, false);
}

static void stop(void *arg)
{
    loop_stop(arg);
}

/* What was posted is carried out. */
static void turn_loop(void)
{
    loop_post(loop, stop, loop);
    loop_run(loop);
}

/* Whoever has had a turn asks again at once, as often as it likes. */
static void all_keys_have_their_turns_one_after_the_other(void **state)
{
    struct me_ticket *tickets[5];

    (void)state;
    for (uint64_t key = 0; key < COUNT_OF(tickets); key++)
        tickets[key] = ask(key);
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t key = i % COUNT_OF(tickets);
        struct me_ticket *beside = ask(key);

        assert_int_equal(look(beside), REFUSED);
        me_ticket_end(beside);
        turn_loop();
        assert_int_equal(look(tickets[key]), HAS);
        me_ticket_end(tickets[key]);
        tickets[key] = ask(key);
        assert_int_equal(look(tickets[key]), WAITS);
    }
    for (uint64_t key = 0; key < COUNT_OF(tickets); key++)
        me_ticket_end(tickets[key]);
    turn_loop();
}

static void the_line_has_an_end(void **state)
{
    struct me_ticket *tickets[KEYS];
    struct me_ticket *late;

    (void)state;
    for (uint64_t key = 0; key < KEYS; key++) {
        tickets[key] = ask(key);
        assert_int_equal(look(tickets[key]), key < ME_TURNS ? HAS : WAITS);
    }
    late = ask(KEYS);
    assert_int_equal(look(late), REFUSED);
    me_ticket_end(late);
    me_ticket_end(tickets[0]);
    late = ask(KEYS);
    assert_int_equal(look(late), WAITS);
    for (uint64_t key = 1; key < KEYS; key++)
        me_ticket_end(tickets[key]);
    assert_int_equal(look(late), HAS);
    me_ticket_end(late);
    turn_loop();
}

static void each_is_woken_once_and_not_from_inside(void **state)
{
    struct me_ticket *tickets[ME_TURNS + 1];

    (void)state;
    for (uint64_t key = 0; key < COUNT_OF(tickets); key++)
        tickets[key] = ask(key);
    me_ticket_end(tickets[0]);
    assert_int_equal(woken[ME_TURNS], 0);
    turn_loop();
    turn_loop();
    assert_int_equal(woken[ME_TURNS], 1);
    assert_int_equal(woken[0] + woken[1], 0);
    for (uint64_t key = 1; key < COUNT_OF(tickets); key++)
        me_ticket_end(tickets[key]);
}

/* In the line, or while the call is on its way to it: the next one is called. */
static void whoever_leaves_is_not_woken(void **state)
{
    struct me_ticket *tickets[ME_TURNS + 3];

    (void)state;
    for (uint64_t key = 0; key < COUNT_OF(tickets); key++)
        tickets[key] = ask(key);
    me_ticket_end(tickets[ME_TURNS]);
    me_ticket_end(tickets[0]);
    me_ticket_end(tickets[ME_TURNS + 1]);
    turn_loop();
    assert_int_equal(woken[ME_TURNS] + woken[ME_TURNS + 1], 0);
    assert_int_equal(woken[ME_TURNS + 2], 1);
    assert_int_equal(look(tickets[ME_TURNS + 2]), HAS);
    me_ticket_end(tickets[1]);
    me_ticket_end(tickets[ME_TURNS + 2]);
}

static void whoever_has_seen_its_turn_is_not_woken(void **state)
{
    struct me_ticket *tickets[ME_TURNS + 1];

    (void)state;
    for (uint64_t key = 0; key < COUNT_OF(tickets); key++)
        tickets[key] = ask(key);
    me_ticket_end(tickets[0]);
    assert_int_equal(look(tickets[ME_TURNS]), HAS);
    turn_loop();
    assert_int_equal(woken[ME_TURNS], 0);
    for (uint64_t key = 1; key < COUNT_OF(tickets); key++)
        me_ticket_end(tickets[key]);
}

static void who_waits_for_too_long_is_refused(void **state)
{
    struct me_ticket *tickets[ME_TURNS + 1];

    (void)state;
    for (uint64_t key = 0; key < COUNT_OF(tickets); key++)
        tickets[key] = ask(key);
    assert_int_equal(me_ticket_look(tickets[0], true), HAS);
    assert_int_equal(me_ticket_look(tickets[ME_TURNS], true), REFUSED);
    me_ticket_end(tickets[0]);
    turn_loop();
    assert_int_equal(woken[ME_TURNS], 0);
    for (uint64_t key = 1; key < COUNT_OF(tickets); key++)
        me_ticket_end(tickets[key]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_is_known_in_every_state),
        cmocka_unit_test(whoever_asks_finds_what_there_is),
        TEST(all_keys_have_their_turns_one_after_the_other),
        TEST(the_line_has_an_end),
        TEST(each_is_woken_once_and_not_from_inside),
        TEST(whoever_leaves_is_not_woken),
        TEST(whoever_has_seen_its_turn_is_not_woken),
        TEST(who_waits_for_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
