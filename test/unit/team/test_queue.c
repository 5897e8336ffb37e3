// SPDX-License-Identifier: MIT
/* team/queue: first come, first served, and no slot is lost. */
#include "team/queue.h"

#include "desk.h"

#define GUESTS 5

/* Somebody who waits, as a request does. */
struct guest {
    struct counter_desk *desk;
    struct queue_place *place;
    struct admission admission;
    unsigned woken;
    bool leaves; /* instead of asking again */
};

static struct counter_desk desk;
static struct loop *loop;
static struct admission running;
static struct guest guests[GUESTS];

static void ask(struct guest *guest)
{
    struct admission_ask ask = counter_desk_ask(guest->desk);

    ask.of[ADMISSION_KEY].place = guest->place;
    if (admission_reserve(&guest->admission, &ask, guest->desk->now,
                          &guest->desk->why) != ADMISSION_GRANTED)
        return;
    queue_leave(guest->place);
    guest->place = NULL;
}

static void wake(void *arg)
{
    struct guest *guest = arg;

    guest->woken++;
    if (!guest->leaves) {
        ask(guest);
        return;
    }
    queue_leave(guest->place);
    guest->place = NULL;
}

static void stop(void *arg)
{
    loop_stop(arg);
}

/* What was posted is carried out. */
static void turn(void)
{
    for (int i = 0; i < 3; i++) {
        loop_post(loop, stop, loop);
        loop_run(loop);
    }
}

static void enter(struct guest *guest)
{
    guest->desk = &desk;
    guest->place = queue_enter(desk.key.counters, loop, wake, guest);
    assert_non_null(guest->place);
    ask(guest);
}

static bool is_in(const struct guest *guest)
{
    return guest->admission.state == ADMISSION_RESERVED;
}

static void end(struct guest *guest)
{
    counter_desk_settle(&desk, &guest->admission);
}

/* One slot, which is taken, and five who wait. */
static int set_up(void **state)
{
    (void)state;
    counter_desk_open(&desk, false);
    loop = loop_new();
    desk.key.limits.at[LIMIT_CONCURRENCY] = 1;
    assert_int_equal(counter_desk_reserve(&desk, &running), ADMISSION_GRANTED);
    memset(guests, 0, sizeof(guests));
    for (size_t i = 0; i < GUESTS; i++)
        enter(&guests[i]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < GUESTS; i++) {
        queue_leave(guests[i].place);
        if (is_in(&guests[i]))
            end(&guests[i]);
    }
    if (running.state == ADMISSION_RESERVED)
        counter_desk_settle(&desk, &running);
    loop_free(loop);
    counter_desk_expect_free(&desk);
    counter_desk_close(&desk);
    return 0;
}

static void they_are_served_in_order(void **state)
{
    (void)state;
    counter_desk_settle(&desk, &running);
    turn();
    for (size_t i = 0; i < GUESTS; i++) {
        assert_true(is_in(&guests[i]));
        for (size_t j = i + 1; j < GUESTS; j++)
            assert_false(is_in(&guests[j]));
        end(&guests[i]);
        turn();
    }
}

static void whoever_comes_later_does_not_overtake(void **state)
{
    struct admission late;

    (void)state;
    counter_desk_settle(&desk, &running);
    assert_int_equal(counter_desk_reserve(&desk, &late), ADMISSION_BEHIND);
    assert_int_equal(desk.why.limit, LIMIT_CONCURRENCY);
    turn();
    assert_true(is_in(&guests[0]));
    assert_int_equal(counter_desk_reserve(&desk, &late), ADMISSION_FULL);
}

/* Not even where nothing is full any more, nor for what else there is little of. */
static void nobody_overtakes_without_a_limit(void **state)
{
    struct admission late;

    (void)state;
    desk.key.limits.at[LIMIT_CONCURRENCY] = LIMIT_NONE;
    desk.key.limits.at[LIMIT_RPM] = 1;
    assert_int_equal(counter_desk_reserve(&desk, &late), ADMISSION_BEHIND);
    ask(&guests[1]);
    assert_false(is_in(&guests[1]));
    ask(&guests[0]);
    assert_true(is_in(&guests[0]));
    turn();
    assert_false(is_in(&guests[1]));
    assert_int_equal(desk.why.limit, LIMIT_RPM);
}

static void whoever_leaves_holds_nobody_up(void **state)
{
    (void)state;
    queue_leave(guests[0].place);
    guests[0].place = NULL;
    counter_desk_settle(&desk, &running);
    /* The second one was called, and leaves before it hears of it. */
    queue_leave(guests[1].place);
    guests[1].place = NULL;
    guests[2].leaves = true;
    turn();
    assert_int_equal(guests[0].woken + guests[1].woken, 0);
    assert_int_equal(guests[2].woken, 1);
    assert_true(is_in(&guests[3]));
    assert_false(is_in(&guests[4]));
}

static void a_slot_that_came_free_in_between_is_not_missed(void **state)
{
    struct guest late = { .desk = &desk };

    (void)state;
    for (size_t i = 0; i < GUESTS; i++) {
        queue_leave(guests[i].place);
        guests[i].place = NULL;
    }
    assert_int_equal(counter_desk_reserve(&desk, &late.admission),
                     ADMISSION_FULL);
    counter_desk_settle(&desk, &running);
    enter(&late);
    assert_true(is_in(&late));
    end(&late);
}

static void a_raised_limit_lets_them_all_in(void **state)
{
    (void)state;
    desk.key.limits.at[LIMIT_CONCURRENCY] = 1 + GUESTS;
    queue_owner_changed(desk.key.counters, 0);
    for (size_t i = 0; i < GUESTS; i++)
        turn();
    for (size_t i = 0; i < GUESTS; i++)
        assert_true(is_in(&guests[i]));
}

/* The others must look, too: they may be refused. */
static void a_change_calls_all_of_them_once(void **state)
{
    (void)state;
    guests[3].leaves = true;
    queue_owner_changed(desk.key.counters, 0);
    queue_owner_changed(desk.key.counters, 0);
    turn();
    for (size_t i = 0; i < GUESTS; i++)
        assert_int_equal(guests[i].woken, i == 0 ? 2 : 1);
    assert_null(guests[3].place);
}

static void whoever_left_hears_of_no_change(void **state)
{
    (void)state;
    queue_owner_changed(desk.key.counters, 0);
    queue_leave(guests[1].place);
    guests[1].place = NULL;
    queue_leave(guests[2].place);
    guests[2].place = NULL;
    queue_owner_changed(desk.key.counters, 0);
    turn();
    assert_int_equal(guests[1].woken + guests[2].woken, 0);
}

static void a_snapshot_that_is_outdated_is_told_so(void **state)
{
    struct admission_ask old = counter_desk_ask(&desk);
    struct admission none = { .state = ADMISSION_NONE };

    (void)state;
    desk.key.limits.at[LIMIT_CONCURRENCY] = 100;
    old.of[ADMISSION_KEY].changed_ms = 1999;
    queue_owner_changed(desk.key.counters, 2000);
    assert_int_equal(admission_reserve(&none, &old, desk.now, &desk.why),
                     ADMISSION_OUTDATED);
    assert_int_equal(none.state, ADMISSION_NONE);
    old.of[ADMISSION_KEY].changed_ms = 2000;
    assert_int_equal(admission_reserve(&none, &old, desk.now, &desk.why),
                     ADMISSION_BEHIND);
    queue_owner_changed(desk.key.counters, 0);
}

static void a_place_is_at_its_counters(void **state)
{
    struct counters *other = counters_new(NULL, SUBJECT_OF_GROUP(7));

    (void)state;
    queue_owner_changed(other, 1);
    assert_true(queue_is_at(guests[0].place, desk.key.counters));
    assert_false(queue_is_at(guests[0].place, other));
    assert_false(queue_is_at(NULL, other));
    counters_unref(other);
}

static void so_many_may_wait(void **state)
{
    struct queue_place *places[QUEUE_MAX];
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < QUEUE_MAX; i++) {
        places[i] = queue_enter(desk.key.counters, loop, wake, NULL);
        count += places[i] != NULL;
    }
    assert_int_equal(count, QUEUE_MAX - GUESTS);
    for (size_t i = 0; i < count; i++)
        queue_leave(places[i]);
    queue_leave(NULL);
}

/* A call is under way when the loop ends. */
static void a_call_that_never_arrives_is_let_go(void **state)
{
    (void)state;
    counter_desk_settle(&desk, &running);
    queue_leave(guests[0].place);
    guests[0].place = NULL;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(they_are_served_in_order),
        TEST(whoever_comes_later_does_not_overtake),
        TEST(nobody_overtakes_without_a_limit),
        TEST(whoever_leaves_holds_nobody_up),
        TEST(a_slot_that_came_free_in_between_is_not_missed),
        TEST(a_raised_limit_lets_them_all_in),
        TEST(a_change_calls_all_of_them_once),
        TEST(whoever_left_hears_of_no_change),
        TEST(a_snapshot_that_is_outdated_is_told_so),
        TEST(a_place_is_at_its_counters),
        TEST(so_many_may_wait),
        TEST(a_call_that_never_arrives_is_let_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
