// SPDX-License-Identifier: MIT
/* Those who wait for a pass over the list, while a pass is held up: the list is a
   pipe that the test fills. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "loopback_pair.h"
#include "net/peers_internal.h"
#include "wire.h"

#define CROWD 300

struct scene {
    struct loop *loop;
    char *folder;
    struct peers *peers;
    struct peer_asker *asker;
    struct loopback_pair pair;
    struct peer_process processes[CROWD];
    unsigned woken;
};

static void use_the_systems_list(struct scene *scene)
{
    (void)unlink(unit_path(scene->folder, "tcp"));
    assert_int_equal(symlink("/proc/self/net/tcp",
                             unit_path(scene->folder, "tcp")),
                     0);
}

static void use_a_pipe(struct scene *scene)
{
    assert_int_equal(unlink(unit_path(scene->folder, "tcp")), 0);
    assert_int_equal(mkfifo(unit_path(scene->folder, "tcp"), 0600), 0);
}

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->loop = loop_new();
    scene->folder = unit_folder_new();
    use_the_systems_list(scene);
    scene->peers = peers_new(&(struct peers_options){ .without_netlink = true,
                                                      .proc = scene->folder });
    assert_int_equal(peers_way(scene->peers), PEERS_PROC);
    scene->asker = peer_asker_new(scene->peers, scene->loop);
    assert_true(
        loopback_pair_open(&scene->pair, "127.0.0.1", "127.0.0.1", false));
    for (size_t i = 0; i < COUNT_OF(scene->processes); i++)
        scene->processes[i] =
            (struct peer_process){ .asker = scene->asker,
                                   .client = &scene->pair.client_addr,
                                   .fd = scene->pair.server };
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    loopback_pair_close(&scene->pair);
    peer_asker_free(scene->asker);
    loop_free(scene->loop);
    peers_free(scene->peers);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void woken(void *arg)
{
    struct scene *scene = arg;

    scene->woken++;
}

static struct peer_job *start(struct scene *scene, size_t i)
{
    return peer_job_start(&scene->processes[i], woken, scene);
}

static bool is_searching(void *arg)
{
    struct scene *scene = arg;
    bool empty;

    (void)pthread_mutex_lock(&scene->peers->lock);
    empty = list_is_empty(&scene->peers->queue);
    (void)pthread_mutex_unlock(&scene->peers->lock);
    return empty;
}

/* The pass that waits for the pipe ends, and finds nothing. */
static void end_the_pass(struct scene *scene)
{
    int fd = open(unit_path(scene->folder, "tcp"), O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    use_the_systems_list(scene);
    (void)close(fd);
}

static bool all_woken(void *arg)
{
    struct scene *scene = arg;

    return scene->woken == CROWD - 2;
}

/* Nobody is sent away for those who wait already; who goes is not counted. */
static void any_number_may_wait(void **state)
{
    struct scene *scene = *state;
    struct peer_job *jobs[CROWD];

    use_a_pipe(scene);
    jobs[0] = start(scene, 0);
    assert_non_null(jobs[0]);
    wire_until(scene->loop, is_searching, scene);
    for (size_t i = 1; i < CROWD; i++) {
        jobs[i] = start(scene, i);
        assert_non_null(jobs[i]);
    }
    assert_int_equal(scene->peers->waiting, CROWD);
    peer_job_free(jobs[1]);
    peer_job_free(jobs[0]);
    assert_int_equal(scene->woken, 0);
    end_the_pass(scene);
    wire_until(scene->loop, all_woken, scene);
    for (size_t i = 2; i < CROWD; i++)
        peer_job_free(jobs[i]);
    assert_int_equal(scene->processes[0].verdict, PEER_UNASKED);
    assert_int_equal(scene->processes[1].verdict, PEER_UNASKED);
    for (size_t i = 2; i < CROWD; i++)
        assert_int_equal(scene->processes[i].verdict, PEER_OURS);
    assert_int_equal(scene->peers->waiting, 0);
}

static bool is_woken(void *arg)
{
    struct scene *scene = arg;

    return scene->woken == 1;
}

/* A list that cannot be read any more tells nothing about anybody. */
static void without_a_list_nobody_is_gone(void **state)
{
    struct scene *scene = *state;
    struct peer_job *job;

    assert_int_equal(unlink(unit_path(scene->folder, "tcp")), 0);
    job = start(scene, 0);
    wire_until(scene->loop, is_woken, scene);
    peer_job_free(job);
    assert_int_equal(scene->processes[0].verdict, PEER_UNASKED);
    /* Asked again when it is there again. */
    use_the_systems_list(scene);
    scene->woken = 0;
    job = start(scene, 0);
    wire_until(scene->loop, is_woken, scene);
    peer_job_free(job);
    assert_int_equal(scene->processes[0].verdict, PEER_OURS);
}

static bool is_posted(void *arg)
{
    struct scene *scene = arg;
    size_t waiting;

    (void)pthread_mutex_lock(&scene->peers->lock);
    waiting = scene->peers->waiting;
    (void)pthread_mutex_unlock(&scene->peers->lock);
    return waiting == 0;
}

/* Its answer is under way already, and is thrown away. */
static void a_job_freed_late_wakes_nobody(void **state)
{
    struct scene *scene = *state;
    struct peer_job *job = start(scene, 0);

    assert_non_null(job);
    while (!is_posted(scene)) /* the loop does not turn */
        (void)usleep(100);
    peer_job_free(job);
    wire_turn_for(scene->loop, 5);
    assert_int_equal(scene->woken, 0);
    assert_int_equal(scene->processes[0].verdict, PEER_UNASKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_number_may_wait, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(without_a_list_nobody_is_gone,
                                        open_scene, close_scene),
        cmocka_unit_test_setup_teardown(a_job_freed_late_wakes_nobody,
                                        open_scene, close_scene),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
