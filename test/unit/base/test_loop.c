// SPDX-License-Identifier: MIT
/* The event loop.  Timers of 0 to a few ms; the order is asserted, not the time. */
#include "base/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "unit.h"

/* What happened, as letters, and the handles callbacks play with. */
struct scene {
    struct loop *loop;
    char trace[64];
    struct loop_timer *a;
    struct loop_timer *b;
    struct loop_poll *poll;
    struct loop_poll *other;
    int pipe[2];
    atomic_uint posted;
};

static void note(struct scene *scene, char letter)
{
    size_t len = strlen(scene->trace);

    assert_true(len + 1 < sizeof(scene->trace));
    scene->trace[len] = letter;
}

static void note_a(void *arg)
{
    note(arg, 'a');
}

static void note_b_and_stop(void *arg)
{
    struct scene *scene = arg;

    note(scene, 'b');
    loop_stop(scene->loop);
}

static int open_scene(void **state)
{
    static struct scene scene;

    memset(&scene, 0, sizeof(scene));
    scene.loop = loop_new();
    assert_int_equal(pipe(scene.pipe), 0);
    *state = &scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    loop_timer_free(scene->a);
    loop_timer_free(scene->b);
    loop_poll_free(scene->poll);
    loop_poll_free(scene->other);
    loop_free(scene->loop);
    (void)close(scene->pipe[0]);
    (void)close(scene->pipe[1]);
    return 0;
}

static void make_timers(struct scene *scene)
{
    scene->a = loop_timer_new(scene->loop, note_a, scene);
    scene->b = loop_timer_new(scene->loop, note_b_and_stop, scene);
}

static void timers_fire_once_in_order(void **state)
{
    struct scene *scene = *state;

    make_timers(scene);
    loop_timer_set(scene->b, 4);
    loop_timer_set(scene->a, 0);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "ab");
}

static void a_timer_moved_back_fires_late(void **state)
{
    struct scene *scene = *state;

    make_timers(scene);
    loop_timer_set(scene->a, 1);
    loop_timer_set(scene->a, 60000);
    loop_timer_set(scene->b, 5);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "b");
}

static void a_timer_moved_forth_fires_early(void **state)
{
    struct scene *scene = *state;

    make_timers(scene);
    loop_timer_set(scene->a, 60000);
    loop_timer_set(scene->a, 1);
    loop_timer_set(scene->b, 5);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "ab");
}

static void a_stopped_timer_is_silent_and_can_be_set_again(void **state)
{
    struct scene *scene = *state;

    make_timers(scene);
    loop_timer_set(scene->a, 1);
    loop_timer_stop(scene->a);
    loop_timer_set(scene->b, 3);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "b");
    loop_timer_set(scene->a, 1);
    loop_timer_set(scene->b, 3);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "bab");
}

static void set_again(void *arg)
{
    struct scene *scene = arg;

    note(scene, 'r');
    if (strlen(scene->trace) < 4)
        loop_timer_set(scene->a, 0);
    else
        loop_stop(scene->loop);
}

static void a_timer_may_set_itself_again(void **state)
{
    struct scene *scene = *state;

    scene->a = loop_timer_new(scene->loop, set_again, scene);
    loop_timer_set(scene->a, 0);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "rrrr");
}

static void free_both(void *arg)
{
    struct scene *scene = arg;

    note(scene, 'f');
    loop_timer_free(scene->a);
    loop_timer_free(scene->b);
    scene->a = NULL;
    scene->b = NULL;
    loop_stop(scene->loop);
}

/* Both are due in the same turn: whichever is first frees the other. */
static void a_freed_timer_never_fires(void **state)
{
    struct scene *scene = *state;

    scene->a = loop_timer_new(scene->loop, free_both, scene);
    scene->b = loop_timer_new(scene->loop, free_both, scene);
    loop_timer_set(scene->a, 1);
    loop_timer_set(scene->b, 1);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "f");
}

/* ---- posting ------------------------------------------------------------ */

#define POSTS 1000

static void count_post(void *arg)
{
    struct scene *scene = arg;

    if (atomic_fetch_add(&scene->posted, 1) + 1 == 2 * POSTS)
        loop_stop(scene->loop);
}

static void *post_many(void *arg)
{
    struct scene *scene = arg;

    for (int i = 0; i < POSTS; i++)
        loop_post(scene->loop, count_post, scene);
    return NULL;
}

static void work_posted_by_threads_all_runs_on_the_loop(void **state)
{
    struct scene *scene = *state;
    pthread_t threads[2];

    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, scene),
                         0);
    loop_run(scene->loop);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(scene->posted, 2 * POSTS);
}

static void posted_work_keeps_its_order(void **state)
{
    struct scene *scene = *state;

    loop_post(scene->loop, note_a, scene);
    loop_post(scene->loop, note_a, scene);
    loop_post(scene->loop, note_b_and_stop, scene);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "aab");
}

struct late {
    struct scene *scene;
    struct loop_task first;
    struct loop_task second;
};

static void begin_late(void *arg)
{
    struct late *late = arg;

    loop_at_turn_end(late->scene->loop, &late->first);
    loop_at_turn_end(late->scene->loop, &late->first);
    note(late->scene, 'n');
}

static void at_end(void *arg)
{
    struct late *late = arg;

    note(late->scene, 'e');
    loop_at_turn_end(late->scene->loop, &late->second);
}

/* Once, behind all else of the turn, though the loop was told to stop; what one
   brings comes too. */
static void tasks_run_when_the_turn_ends(void **state)
{
    struct scene *scene = *state;
    struct late late = { .scene = scene };

    late.first = (struct loop_task){ .run = at_end, .arg = &late };
    late.second = (struct loop_task){ .run = note_a, .arg = scene };
    list_init(&late.first.node);
    list_init(&late.second.node);
    loop_post(scene->loop, begin_late, &late);
    loop_post(scene->loop, note_b_and_stop, scene);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "nbea");
    loop_at_turn_end(scene->loop, &late.second);
    assert_true(loop_is_due(&late.second));
    loop_cancel(&late.second);
    assert_false(loop_is_due(&late.second));
    loop_stop(scene->loop);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "nbea");
}

static void stopping_before_running_ends_the_run(void **state)
{
    struct scene *scene = *state;

    loop_stop(scene->loop);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "");
}

static void work_nobody_ran_is_carried_out_by_free(void **state)
{
    struct scene *scene = *state;

    loop_post(scene->loop, note_a, scene);
    assert_string_equal(scene->trace, "");
    loop_free(scene->loop);
    scene->loop = NULL;
    assert_string_equal(scene->trace, "a");
}

/* ---- descriptors -------------------------------------------------------- */

static void read_ready(void *arg, unsigned events)
{
    struct scene *scene = arg;
    char byte;

    assert_true((events & LOOP_READ) != 0);
    if (read(scene->pipe[0], &byte, 1) == 1)
        note(scene, byte);
    if (byte == '.')
        loop_stop(scene->loop);
}

static void readiness_is_level_triggered(void **state)
{
    struct scene *scene = *state;

    scene->poll = loop_poll_new(scene->loop, scene->pipe[0], read_ready, scene);
    loop_poll_want(scene->poll, LOOP_READ);
    assert_int_equal(write(scene->pipe[1], "xyz.", 4), 4);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "xyz.");
}

static void an_unwanted_event_does_not_come(void **state)
{
    struct scene *scene = *state;

    scene->poll = loop_poll_new(scene->loop, scene->pipe[0], read_ready, scene);
    loop_poll_want(scene->poll, LOOP_READ);
    loop_poll_want(scene->poll, 0);
    assert_int_equal(write(scene->pipe[1], ".", 1), 1);
    make_timers(scene);
    loop_timer_set(scene->b, 2);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "b");
}

/* 'c' for calm, 'b' for busy; a byte a turn, the last is a full stop. */
static void note_calm(void *arg, unsigned events)
{
    struct scene *scene = arg;
    char byte = 0;

    note(scene, loop_is_calm(scene->loop) ? 'c' : 'b');
    if ((events & LOOP_READ) && read(scene->pipe[0], &byte, 1) == 1 &&
        byte == '.')
        loop_stop(scene->loop);
}

static void one_event_a_turn_is_calm_and_two_are_not(void **state)
{
    struct scene *scene = *state;

    scene->poll = loop_poll_new(scene->loop, scene->pipe[0], note_calm, scene);
    loop_poll_want(scene->poll, LOOP_READ);
    assert_int_equal(write(scene->pipe[1], "xy.", 3), 3);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "ccc");
    memset(scene->trace, 0, sizeof(scene->trace));
    scene->other = loop_poll_new(scene->loop, scene->pipe[1], note_calm, scene);
    loop_poll_want(scene->other, LOOP_WRITE);
    assert_int_equal(write(scene->pipe[1], "x.", 2), 2);
    loop_run(scene->loop);
    assert_int_equal(strncmp(scene->trace, "ccbb", 4), 0);
}

static void free_polls(void *arg, unsigned events)
{
    struct scene *scene = arg;

    (void)events;
    note(scene, 'p');
    loop_poll_free(scene->poll);
    loop_poll_free(scene->other);
    scene->poll = NULL;
    scene->other = NULL;
    loop_stop(scene->loop);
}

/* Both ends are ready in the same turn: the first frees both. */
static void a_poll_may_free_itself_and_others(void **state)
{
    struct scene *scene = *state;

    scene->poll = loop_poll_new(scene->loop, scene->pipe[0], free_polls, scene);
    scene->other =
        loop_poll_new(scene->loop, scene->pipe[1], free_polls, scene);
    loop_poll_want(scene->poll, LOOP_READ);
    loop_poll_want(scene->other, LOOP_WRITE);
    assert_int_equal(write(scene->pipe[1], "x", 1), 1);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "p");
}

static void a_descriptor_can_be_watched_again_at_once(void **state)
{
    struct scene *scene = *state;

    scene->poll = loop_poll_new(scene->loop, scene->pipe[0], read_ready, scene);
    loop_poll_want(scene->poll, LOOP_READ);
    loop_poll_free(scene->poll);
    scene->poll = loop_poll_new(scene->loop, scene->pipe[0], read_ready, scene);
    loop_poll_want(scene->poll, LOOP_READ);
    assert_int_equal(write(scene->pipe[1], ".", 1), 1);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, ".");
}

/* ---- signals, the rest -------------------------------------------------- */

static void signals_are_caught_on_the_loop(void **state)
{
    struct scene *scene = *state;
    struct loop_signal *caught =
        loop_signal_new(scene->loop, SIGUSR1, note_b_and_stop, scene);

    assert_int_equal(raise(SIGUSR1), 0);
    loop_run(scene->loop);
    assert_string_equal(scene->trace, "b");
    loop_signal_free(caught);
}

static void scratch_buffers_are_distinct_and_stay(void **state)
{
    struct scene *scene = *state;
    char *in = loop_scratch(scene->loop, LOOP_SCRATCH_IN);
    char *out = loop_scratch(scene->loop, LOOP_SCRATCH_OUT);

    assert_ptr_not_equal(in, out);
    memset(in, 1, LOOP_SCRATCH_SIZE);
    memset(out, 2, LOOP_SCRATCH_SIZE);
    assert_ptr_equal(in, loop_scratch(scene->loop, LOOP_SCRATCH_IN));
    assert_int_equal(in[LOOP_SCRATCH_SIZE - 1], 1);
}

static void scratch_buffers_can_be_wiped(void **state)
{
    struct scene *scene = *state;
    char *in = loop_scratch(scene->loop, LOOP_SCRATCH_IN);

    memset(in, 'x', LOOP_SCRATCH_SIZE);
    loop_wipe_scratch(scene->loop);
    assert_null(memchr(in, 'x', LOOP_SCRATCH_SIZE));
}

static void freeing_none_is_fine(void **state)
{
    (void)state;
    loop_free(NULL);
    loop_poll_free(NULL);
    loop_timer_free(NULL);
    loop_signal_free(NULL);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(timers_fire_once_in_order),
        SCENE(a_timer_moved_back_fires_late),
        SCENE(a_timer_moved_forth_fires_early),
        SCENE(a_stopped_timer_is_silent_and_can_be_set_again),
        SCENE(a_timer_may_set_itself_again),
        SCENE(a_freed_timer_never_fires),
        SCENE(work_posted_by_threads_all_runs_on_the_loop),
        SCENE(posted_work_keeps_its_order),
        SCENE(tasks_run_when_the_turn_ends),
        SCENE(stopping_before_running_ends_the_run),
        SCENE(work_nobody_ran_is_carried_out_by_free),
        SCENE(readiness_is_level_triggered),
        SCENE(an_unwanted_event_does_not_come),
        SCENE(one_event_a_turn_is_calm_and_two_are_not),
        SCENE(a_poll_may_free_itself_and_others),
        SCENE(a_descriptor_can_be_watched_again_at_once),
        SCENE(signals_are_caught_on_the_loop),
        SCENE(scratch_buffers_are_distinct_and_stay),
        SCENE(scratch_buffers_can_be_wiped),
        cmocka_unit_test(freeing_none_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
