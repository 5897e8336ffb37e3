// SPDX-License-Identifier: MIT
/* relay/ration: every change of the key and the group in every state of one that waits. */
#include "ration_scene.h"
#include "team/queue.h"

/* Whatever was posted is carried out. */
static void stop(void *arg)
{
    loop_stop(arg);
}

static void turn(void)
{
    for (int i = 0; i < 3; i++) {
        loop_post(s.loop, stop, s.loop);
        loop_run(s.loop);
    }
}

static bool is_woken(void *arg)
{
    return s.woken >= *(unsigned *)arg;
}

/* Somebody at the place of the request, and a second group that it may come into. */
enum standing {
    NEW,         /* not asked yet */
    AT_KEY,      /* its key is full */
    AT_GROUP,    /* and now only its group is */
    AT_KEY_2ND,  /* behind another one of its key */
    AT_GROUP_2ND /* behind another one of its group */
};
static const enum standing standings[] = { NEW, AT_KEY, AT_GROUP, AT_KEY_2ND,
                                           AT_GROUP_2ND };

static struct {
    struct ration *running; /* takes the only slot there is */
    struct ration *first;   /* in front; or NULL */
    struct ration *it;
    struct counters *other; /* of the other group */
} w;

static const struct ration_owner *owner(void)
{
    return &s.options.owner;
}

static void take_place(enum standing standing)
{
    bool at_key = standing == AT_KEY || standing == AT_KEY_2ND;
    bool second = standing == AT_KEY_2ND || standing == AT_GROUP_2ND;

    s.limits.at[LIMIT_CONCURRENCY] = at_key ? 1 : LIMIT_NONE;
    s.group_limits.at[LIMIT_CONCURRENCY] = at_key ? LIMIT_NONE : 1;
    s.options.owner.queue_wait_ms = 600000;
    w.other = counters_new(NULL, SUBJECT_OF_GROUP(2));
    w.running = given();
    w.first = second ? ration_new(&s.options) : NULL;
    if (w.first)
        assert_int_equal(ask(w.first), RATION_WAITING);
    w.it = ration_new(&s.options);
    if (standing != NEW)
        assert_int_equal(ask(w.it), RATION_WAITING);
    s.woken = 0;
}

static void let_go(struct ration *ration)
{
    if (ration && ration_is_held(ration))
        end(ration, NULL, 0, false);
    else
        ration_free(ration);
}

static void leave_place(void)
{
    let_go(w.first);
    let_go(w.it);
    let_go(w.running);
    turn();
    expect_free(w.other);
    counters_unref(w.other);
}

static enum ration_answer look_and_ask(struct ration *ration)
{
    ration_renew(ration, owner());
    return ask(ration);
}

/* What is done to the key or the group; then both are as they are in `s`. */
static void show(struct counters *of, enum admission_side side)
{
    s.options.owner.of[side].changed_ms += 1000;
    queue_owner_changed(of, s.options.owner.of[side].changed_ms);
}

static void raise_key(void)
{
    s.limits.at[LIMIT_CONCURRENCY] = 10;
    show(s.key, ADMISSION_KEY);
}

static void close_key(void)
{
    s.limits.at[LIMIT_CONCURRENCY] = 0;
    show(s.key, ADMISSION_KEY);
}

static void spend_budget(void)
{
    s.limits.at[LIMIT_COST_TOTAL] = 0;
    show(s.key, ADMISSION_KEY);
}

static void end_patience(void)
{
    s.options.owner.queue_wait_ms = 0;
    show(s.key, ADMISSION_KEY);
}

static void make_strict(void)
{
    s.options.owner.strict = true;
    s.facts.tools_unbounded = true;
    show(s.key, ADMISSION_KEY);
}

static void raise_group(void)
{
    s.group_limits.at[LIMIT_CONCURRENCY] = 10;
    show(s.group, ADMISSION_GROUP);
}

static void close_group(void)
{
    s.group_limits.at[LIMIT_CONCURRENCY] = 0;
    show(s.group, ADMISSION_GROUP);
}

static void leave_group(void)
{
    s.options.owner.group = NULL;
    s.options.owner.of[ADMISSION_GROUP].counters = NULL;
    s.options.owner.of[ADMISSION_GROUP].limits = NULL;
    show(s.key, ADMISSION_KEY);
}

static void move_to_free_group(void)
{
    s.options.owner.group = "others";
    s.options.owner.of[ADMISSION_GROUP].counters = w.other;
    show(s.key, ADMISSION_KEY);
}

static void change_nothing(void)
{
    show(s.key, ADMISSION_KEY);
}

static void free_slot(void)
{
    end(w.running, NULL, 0, false);
    w.running = NULL;
}

#define G RATION_GIVEN
#define W RATION_WAITING
#define R RATION_REFUSED
#define STANDINGS COUNT_OF(standings)

/* What it gets: new, at its key, at its group, and behind another at each.  Whoever is
   second gets nothing before the first one has. */
static const struct {
    void (*change)(void);
    const char *name;
    enum ration_answer want[STANDINGS]; /* in the order of `standings` */
    bool tells_group; /* it is told to those who wait at the group only */
} changes[] = {
    { change_nothing, "nothing", { W, W, W, W, W }, false },
    { raise_key, "the key raised", { W, G, W, G, W }, false },
    { close_key, "the key closed", { R, R, R, R, R }, false },
    { spend_budget, "the budget spent", { R, R, R, R, R }, false },
    { end_patience, "no queue_wait", { R, R, R, R, R }, false },
    { make_strict, "strict", { R, R, R, R, R }, false },
    { raise_group, "the group raised", { G, W, G, W, G }, true },
    { close_group, "the group closed", { R, R, R, R, R }, true },
    { leave_group, "out of the group", { G, W, G, W, G }, false },
    /* the full limit goes along, but nobody is in there */
    { move_to_free_group, "into another", { G, W, G, W, W }, false },
    { free_slot, "a free slot", { G, G, G, W, W }, false },
};

static void expect_answer(size_t change, size_t at)
{
    enum ration_answer want = changes[change].want[at];
    enum ration_answer first = w.first ? look_and_ask(w.first) : R;
    enum ration_answer got = look_and_ask(w.it);

    /* The first one has decided: that it left calls the second one. */
    if (got != want)
        fail_msg("%s, standing %zu: %d, not %d (the first: %d): %s",
                 changes[change].name, at, (int)got, (int)want, (int)first,
                 s.err.text);
}

/* Those that wait are woken, and decide by what is then. */
static void every_change_in_every_state(void **state)
{
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        for (size_t at = 0; at < STANDINGS; at++) {
            bool at_group =
                standings[at] == AT_GROUP || standings[at] == AT_GROUP_2ND;

            take_place(standings[at]);
            changes[i].change();
            turn();
            if (standings[at] != NEW && (!changes[i].tells_group || at_group))
                assert_true(s.woken > 0);
            expect_answer(i, at);
            leave_place();
            (void)tear_down(state);
            (void)set_up(state);
        }
    }
}

/* The client leaves, or the relay stops, after the change and before it is heard. */
static void it_leaves_in_every_state(void **state)
{
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        for (size_t at = 0; at < STANDINGS; at++) {
            take_place(standings[at]);
            changes[i].change();
            ration_free(w.it);
            w.it = NULL;
            s.woken = 0;
            turn();
            assert_true(s.woken <= (w.first ? 2 : 0));
            /* Nobody stands in the way of whoever comes now. */
            ration_free(w.first);
            w.first = NULL;
            if (w.running)
                free_slot();
            ration_free(w.it);
            w.it = ration_new(&s.options);
            assert_int_not_equal(ask(w.it), RATION_WAITING);
            leave_place();
            (void)tear_down(state);
            (void)set_up(state);
        }
    }
}

/* Whoever comes with what was true a moment ago is told so. */
static void an_outdated_one_is_told_so(void **state)
{
    void (*const all[])(void) = { raise_key, raise_group };

    for (size_t i = 0; i < COUNT_OF(all); i++) {
        take_place(NEW);
        all[i]();
        assert_int_equal(ask(w.it), RATION_OUTDATED);
        ration_renew(w.it, owner());
        assert_int_not_equal(ask(w.it), RATION_OUTDATED);
        leave_place();
        (void)tear_down(state);
        (void)set_up(state);
    }
}

/* Estimated anew: by the worst case now. */
static void a_key_that_becomes_strict_reserves_the_most(void **state)
{
    uint64_t usual;

    (void)state;
    some_history(3);
    take_place(AT_KEY);
    usual = held();
    free_slot();
    s.options.owner.strict = true;
    assert_int_equal(look_and_ask(w.it), RATION_GIVEN);
    assert_true(held() > 4 * usual);
    leave_place();
}

/* A request of another key that is in the same group now. */
static struct ration *of_another_key(struct counters *of)
{
    struct ration_options options = s.options;

    options.owner.of[ADMISSION_KEY].counters = of;
    options.owner.of[ADMISSION_KEY].changed_ms = 0;
    return ration_new(&options);
}

/* It goes on waiting where it belongs: the other one's slots are not its own. */
static void it_waits_at_its_new_group(void **state)
{
    struct counters *of = counters_new(NULL, SUBJECT_OF_KEY(2));
    struct ration *there;

    (void)state;
    take_place(AT_GROUP);
    move_to_free_group();
    there = of_another_key(of);
    assert_int_equal(ask(there), RATION_GIVEN);
    assert_int_equal(look_and_ask(w.it), RATION_WAITING);
    free_slot();
    turn();
    assert_int_equal(look_and_ask(w.it), RATION_WAITING);
    s.woken = 0;
    end(there, NULL, 0, false);
    turn();
    assert_true(s.woken > 0);
    assert_int_equal(look_and_ask(w.it), RATION_GIVEN);
    counters_unref(of);
    leave_place();
}

/* While its key is full it holds up nobody of its group. */
static void it_leaves_the_groups_queue_when_its_key_is_full(void **state)
{
    struct counters *of = counters_new(NULL, SUBJECT_OF_KEY(2));
    struct ration *other;

    (void)state;
    take_place(AT_GROUP);
    s.limits.at[LIMIT_CONCURRENCY] = 1;
    show(s.key, ADMISSION_KEY);
    assert_int_equal(look_and_ask(w.it), RATION_WAITING);
    raise_group();
    other = of_another_key(of);
    assert_int_equal(ask(other), RATION_GIVEN);
    end(other, NULL, 0, false);
    counters_unref(of);
    leave_place();
}

/* A key that ends is looked at then, and not when its patience does; a little earlier
   if the loop's clock stood still. */
static void it_is_woken_when_its_key_ends(void **state)
{
    unsigned want = 1;

    (void)state;
    take_place(AT_KEY);
    s.options.owner.ends_ms = clock_wall_ms() + 300000;
    assert_int_equal(look_and_ask(w.it), RATION_WAITING);
    wire_rest(s.loop, 5);
    assert_int_equal(s.woken, 0);
    s.options.owner.ends_ms = clock_wall_ms() + 30;
    assert_int_equal(look_and_ask(w.it), RATION_WAITING);
    wire_until(s.loop, is_woken, &want);
    leave_place();
}

/* It does not begin to wait anew. */
static void a_changed_wait_counts_from_its_beginning(void **state)
{
    unsigned want = 1;

    (void)state;
    take_place(AT_KEY);
    s.options.owner.queue_wait_ms = 30;
    assert_int_equal(look_and_ask(w.it), RATION_WAITING);
    wire_until(s.loop, is_woken, &want);
    assert_int_equal(look_and_ask(w.it), RATION_REFUSED);
    leave_place();
}

/* Without patience, and behind somebody who was called: that one decides first. */
static void whoever_would_fit_waits_for_its_turn(void **state)
{
    struct ration *late;

    (void)state;
    take_place(AT_KEY);
    free_slot();
    s.options.owner.queue_wait_ms = 0;
    late = ration_new(&s.options);
    assert_int_equal(ask(late), RATION_WAITING);
    assert_int_equal(ask(w.it), RATION_GIVEN);
    turn();
    assert_int_equal(ask(late), RATION_REFUSED);
    unit_assert_part(s.err.text, "1 of 1 requests at once");
    ration_free(late);
    leave_place();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_change_in_every_state),
        TEST(it_leaves_in_every_state),
        TEST(an_outdated_one_is_told_so),
        TEST(a_key_that_becomes_strict_reserves_the_most),
        TEST(it_waits_at_its_new_group),
        TEST(it_leaves_the_groups_queue_when_its_key_is_full),
        TEST(it_is_woken_when_its_key_ends),
        TEST(a_changed_wait_counts_from_its_beginning),
        TEST(whoever_would_fit_waits_for_its_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
