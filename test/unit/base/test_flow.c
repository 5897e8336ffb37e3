// SPDX-License-Identifier: MIT
/* Flows: every rule of base/flow.h. */
#include "base/flow.h"

#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

/* A brew writes a letter for every step that runs. */
struct brew {
    struct flow flow;
    char trace[64];
    unsigned done_count;
    bool wake_inside;
    bool divert_inside;
    unsigned depth;
};

static struct brew *brew_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct brew, flow);
}

static void note(struct brew *brew, char letter)
{
    size_t len = strlen(brew->trace);

    assert_true(len + 1 < sizeof(brew->trace));
    brew->trace[len] = letter;
}

static void done(struct flow *flow)
{
    note(brew_of(flow), '.');
    brew_of(flow)->done_count++;
}

static struct flow_next drink(struct flow *flow)
{
    note(brew_of(flow), 'd');
    return flow_finish();
}

static struct flow_next steep(struct flow *flow)
{
    note(brew_of(flow), 's');
    return flow_sleep_then(drink);
}

static struct flow_next spill(struct flow *flow)
{
    note(brew_of(flow), 'x');
    return flow_finish();
}

static struct flow_next boil(struct flow *flow)
{
    struct brew *brew = brew_of(flow);

    assert_int_equal(brew->depth++, 0); /* steps never nest */
    note(brew, 'b');
    if (brew->wake_inside) {
        flow_wake(flow);
        flow_wake(flow);
    }
    if (brew->divert_inside)
        flow_divert(flow, spill);
    brew->depth--;
    return flow_sleep_then(steep);
}

static struct flow_next fill(struct flow *flow)
{
    note(brew_of(flow), 'f');
    return flow_go(boil);
}

static void nothing_runs_before_the_first_wake(void **state)
{
    struct brew brew = { 0 };

    (void)state;
    flow_init(&brew.flow, fill, done);
    assert_string_equal(brew.trace, "");
    flow_wake(&brew.flow);
    assert_string_equal(brew.trace, "fb");
}

static void steps_run_in_order_and_done_comes_once(void **state)
{
    struct brew brew = { 0 };

    (void)state;
    flow_init(&brew.flow, fill, done);
    flow_wake(&brew.flow);
    flow_wake(&brew.flow);
    assert_string_equal(brew.trace, "fbs");
    flow_wake(&brew.flow);
    assert_string_equal(brew.trace, "fbsd.");
    assert_int_equal(brew.done_count, 1);
}

static void wakes_inside_a_step_count_once_and_after_it(void **state)
{
    struct brew brew = { .wake_inside = true };

    (void)state;
    flow_init(&brew.flow, fill, done);
    flow_wake(&brew.flow);
    assert_string_equal(brew.trace, "fbs");
    flow_wake(&brew.flow);
    assert_string_equal(brew.trace, "fbsd.");
}

static void a_diverted_flow_goes_elsewhere_at_its_next_wake(void **state)
{
    struct brew brew = { 0 };

    (void)state;
    flow_init(&brew.flow, fill, done);
    flow_wake(&brew.flow);
    flow_divert(&brew.flow, spill);
    assert_string_equal(brew.trace, "fb");
    flow_wake(&brew.flow);
    assert_string_equal(brew.trace, "fbx.");
    assert_int_equal(brew.done_count, 1);
}

static void diverting_inside_a_step_wins_over_what_it_returns(void **state)
{
    struct brew brew = { .divert_inside = true };

    (void)state;
    flow_init(&brew.flow, boil, done);
    flow_wake(&brew.flow);
    assert_string_equal(brew.trace, "b");
    flow_wake(&brew.flow);
    assert_string_equal(brew.trace, "bx.");
}

static void diverting_and_waking_inside_a_step_goes_on_at_once(void **state)
{
    struct brew brew = { .divert_inside = true, .wake_inside = true };

    (void)state;
    flow_init(&brew.flow, boil, done);
    flow_wake(&brew.flow);
    assert_string_equal(brew.trace, "bx.");
}

static void free_brew(struct flow *flow)
{
    mem_free(brew_of(flow));
}

static void done_may_free_the_object(void **state)
{
    struct brew *brew = MEM_NEW(struct brew);

    (void)state;
    flow_init(&brew->flow, drink, free_brew);
    flow_wake(&brew->flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_runs_before_the_first_wake),
        cmocka_unit_test(steps_run_in_order_and_done_comes_once),
        cmocka_unit_test(wakes_inside_a_step_count_once_and_after_it),
        cmocka_unit_test(a_diverted_flow_goes_elsewhere_at_its_next_wake),
        cmocka_unit_test(diverting_inside_a_step_wins_over_what_it_returns),
        cmocka_unit_test(diverting_and_waking_inside_a_step_goes_on_at_once),
        cmocka_unit_test(done_may_free_the_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
