// SPDX-License-Identifier: MIT
/* Something is done on each of several loops, and the asker is told once. */
#include "base/round.h"

#include <pthread.h>

#include "unit.h"

#define PLACES 3

struct scene {
    struct loop *loop;
    struct loop *loops[PLACES];
    struct round_place places[PLACES];
    pthread_t threads[PLACES];
    int names[PLACES];
    size_t visits;
    int sum;
    size_t told;
    size_t dropped;
};

static void visit(void *state, void *what)
{
    struct scene *scene = state;

    scene->visits++;
    scene->sum += *(int *)what;
}

static void drop(void *state)
{
    ((struct scene *)state)->dropped++;
}

static void wake(void *arg)
{
    struct scene *scene = arg;

    scene->told++;
    loop_stop(scene->loop);
}

static void set_up(struct scene *scene)
{
    *scene = (struct scene){ .loop = loop_new() };
    for (int i = 0; i < PLACES; i++) {
        scene->names[i] = 1 << i;
        scene->loops[i] = loop_new();
        scene->places[i] =
            (struct round_place){ scene->loops[i], &scene->names[i] };
    }
}

static void tear_down(struct scene *scene)
{
    for (size_t i = 0; i < PLACES; i++)
        loop_free(scene->loops[i]);
    loop_free(scene->loop);
}

static struct round *start(struct scene *scene, size_t count)
{
    return round_start(&(struct round_options){ .places = scene->places,
                                                .count = count,
                                                .visit = visit,
                                                .drop = drop,
                                                .state = scene,
                                                .loop = scene->loop,
                                                .wake = wake,
                                                .arg = scene });
}

static void *run(void *arg)
{
    loop_run(arg);
    return NULL;
}

static void begin(struct scene *scene)
{
    for (size_t i = 0; i < PLACES; i++)
        assert_int_equal(pthread_create(&scene->threads[i], NULL, run,
                                        scene->loops[i]),
                         0);
}

static void end(struct scene *scene)
{
    for (size_t i = 0; i < PLACES; i++) {
        loop_stop(scene->loops[i]);
        assert_int_equal(pthread_join(scene->threads[i], NULL), 0);
    }
}

static void each_loop_is_visited_on_its_thread(void **state)
{
    struct scene scene;

    (void)state;
    set_up(&scene);
    begin(&scene);
    for (size_t i = 1; i <= 100; i++) {
        struct round *round = start(&scene, PLACES);

        loop_run(scene.loop);
        assert_int_equal(scene.told, i);
        assert_true(round_is_done(round));
        assert_ptr_equal(round_state(round), &scene);
        assert_int_equal(scene.visits, i * PLACES);
        assert_int_equal(scene.sum, i * 7);
        round_free(round);
        assert_int_equal(scene.dropped, i);
    }
    end(&scene);
    tear_down(&scene);
}

static void freed_early_nobody_is_told(void **state)
{
    struct scene scene;

    (void)state;
    set_up(&scene);
    round_free(start(&scene, PLACES));
    assert_int_equal(scene.dropped, 0);
    tear_down(&scene);
    assert_int_equal(scene.visits, 0);
    assert_int_equal(scene.told, 0);
    assert_int_equal(scene.dropped, 1);
}

static void the_askers_loop_may_be_freed_before_the_places(void **state)
{
    struct scene scene;

    (void)state;
    set_up(&scene);
    round_free(start(&scene, PLACES));
    loop_free(scene.loop);
    scene.loop = loop_new();
    tear_down(&scene);
    assert_int_equal(scene.dropped, 1);
}

static void freed_between_the_end_and_the_telling_it_is_not_told(void **state)
{
    struct scene scene;
    struct round *round;

    (void)state;
    set_up(&scene);
    round = start(&scene, 1);
    loop_stop(scene.loops[0]);
    loop_run(scene.loops[0]);
    assert_int_equal(scene.visits, 1);
    assert_false(round_is_done(round));
    round_free(round);
    tear_down(&scene);
    assert_int_equal(scene.told, 0);
    assert_int_equal(scene.dropped, 1);
}

static void without_a_place_it_is_done_at_once(void **state)
{
    struct scene scene;
    struct round *round;

    (void)state;
    set_up(&scene);
    round = start(&scene, 0);
    assert_int_equal(scene.told, 0);
    loop_run(scene.loop);
    assert_int_equal(scene.told, 1);
    assert_true(round_is_done(round));
    round_free(round);
    round_free(NULL);
    assert_int_equal(scene.dropped, 1);
    tear_down(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_loop_is_visited_on_its_thread),
        cmocka_unit_test(freed_early_nobody_is_told),
        cmocka_unit_test(the_askers_loop_may_be_freed_before_the_places),
        cmocka_unit_test(freed_between_the_end_and_the_telling_it_is_not_told),
        cmocka_unit_test(without_a_place_it_is_done_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
