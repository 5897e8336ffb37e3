// SPDX-License-Identifier: MIT
/* A job goes to another thread, and its asker is told once, on its own loop. */
#include "base/job.h"

#include <pthread.h>

#include "base/mem.h"
#include "unit.h"

struct scene {
    struct loop *loop;
    size_t told;
    size_t destroyed;
};

struct errand {
    struct job job;
    struct scene *scene;
};

static void destroy(struct job *job)
{
    struct errand *errand = CONTAINER_OF(job, struct errand, job);

    errand->scene->destroyed++;
    mem_free(errand);
}

static void wake(void *arg)
{
    struct scene *scene = arg;

    scene->told++;
    loop_stop(scene->loop);
}

static struct job *errand_new(struct scene *scene)
{
    struct errand *errand = MEM_NEW(struct errand);

    errand->scene = scene;
    job_init(&errand->job, destroy);
    return &errand->job;
}

static void *work(void *arg)
{
    job_finish(arg);
    return NULL;
}

static void carry_out(struct job *job)
{
    pthread_t thread;

    job->state = JOB_DONE;
    assert_int_equal(pthread_create(&thread, NULL, work, job), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void the_asker_is_told_on_its_loop(void **state)
{
    struct scene scene = { .loop = loop_new() };
    struct job *job = errand_new(&scene);

    (void)state;
    job_ask(job, scene.loop, wake, &scene);
    carry_out(job);
    assert_false(job_is_done(job));
    assert_int_equal(scene.told, 0);
    loop_run(scene.loop);
    assert_int_equal(scene.told, 1);
    assert_true(job_is_done(job));
    job_free(job);
    assert_int_equal(scene.destroyed, 1);
    loop_free(scene.loop);
}

static void freed_early_it_is_carried_through_untold(void **state)
{
    struct scene scene = { .loop = loop_new() };
    struct job *job = errand_new(&scene);

    (void)state;
    job_ask(job, scene.loop, wake, &scene);
    job_free(job);
    assert_int_equal(scene.destroyed, 0);
    carry_out(job);
    assert_int_equal(scene.destroyed, 0);
    loop_free(scene.loop);
    assert_int_equal(scene.told, 0);
    assert_int_equal(scene.destroyed, 1);
}

static void freed_between_the_end_and_the_telling_it_is_not_told(void **state)
{
    struct scene scene = { .loop = loop_new() };
    struct job *job = errand_new(&scene);

    (void)state;
    job_ask(job, scene.loop, wake, &scene);
    carry_out(job);
    job_free(job);
    loop_free(scene.loop);
    assert_int_equal(scene.told, 0);
    assert_int_equal(scene.destroyed, 1);
}

static void without_a_loop_nobody_is_told(void **state)
{
    struct scene scene = { .told = 0 };

    (void)state;
    carry_out(errand_new(&scene));
    assert_int_equal(scene.destroyed, 1);
    job_free(NULL);
}

static void its_own_loop_may_end_it(void **state)
{
    struct scene scene = { .loop = loop_new() };
    struct job *job = errand_new(&scene);

    (void)state;
    job_ask(job, scene.loop, wake, &scene);
    job->state = JOB_DONE;
    job_finish_here(job);
    assert_int_equal(scene.told, 1);
    assert_true(job_is_done(job));
    job_free(job);
    assert_int_equal(scene.destroyed, 1);
    loop_free(scene.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_asker_is_told_on_its_loop),
        cmocka_unit_test(freed_early_it_is_carried_through_untold),
        cmocka_unit_test(freed_between_the_end_and_the_telling_it_is_not_told),
        cmocka_unit_test(without_a_loop_nobody_is_told),
        cmocka_unit_test(its_own_loop_may_end_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
