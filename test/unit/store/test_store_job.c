// SPDX-License-Identifier: MIT
/* Jobs: what they bring, and who passes whom while another process holds the
   documents. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/filelock.h"
#include "store/store.h"
#include "unit.h"

struct scene {
    char *folder;
    struct store *store;
    struct loop *loop;
    unsigned wakes;
    unsigned wanted; /* the loop stops after so many */
    pthread_t thread;
    bool ran_elsewhere; /* what store_call() was given */
    bool dropped;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct err err;

    scene->folder = unit_folder_new();
    scene->store = store_open(scene->folder, NULL, &err);
    scene->loop = loop_new();
    scene->thread = pthread_self();
    *state = scene;
    return scene->store ? 0 : -1;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    store_stop(scene->store);
    loop_free(scene->loop);
    store_free(scene->store);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void woken(void *arg)
{
    struct scene *scene = arg;

    scene->wakes++;
    if (scene->wakes == scene->wanted)
        loop_stop(scene->loop);
}

static void wait_for(struct scene *scene, unsigned count)
{
    scene->wanted = scene->wakes + count;
    loop_run(scene->loop);
}

static struct store_job *start(struct scene *scene, enum store_op op,
                               const char *key, struct store_lock *lock)
{
    struct json_doc *patch = json_doc_new_object();
    struct store_job *job;

    json_doc_set_u64(patch, "x", 1);
    job = store_start(scene->store, scene->loop,
                      &(struct store_request){
                          .op = op, .key = key, .patch = patch, .lock = lock },
                      woken, scene);
    json_doc_free(patch);
    return job;
}

/* ---- what they bring ---------------------------------------------------- */

static void a_missing_document_was_removed_or_is_away(void **state)
{
    struct scene *scene = *state;
    struct store_job *jobs[] = {
        start(scene, STORE_OP_READ, "a", NULL),
        start(scene, STORE_OP_CHANGE, "a", NULL),
        start(scene, STORE_OP_UPDATE, "a", NULL),
        start(scene, STORE_OP_REMOVE, "a", NULL),
        start(scene, STORE_OP_READ, "a", NULL),
        start(scene, STORE_OP_CHANGE, "a", NULL),
        start(scene, STORE_OP_UPDATE, "a", NULL),
        start(scene, STORE_OP_DISCARD, "a", NULL),
        start(scene, STORE_OP_READ, "a", NULL),
    };
    static const bool removed[] = { false, false, false, false, true,
                                    true,  false, false, false };

    wait_for(scene, COUNT_OF(jobs));
    for (size_t i = 0; i < COUNT_OF(jobs); i++) {
        if (store_job_was_removed(jobs[i]) != removed[i])
            fail_msg("job %zu", i);
    }
    assert_int_equal(store_job_error(jobs[1])->code, ERR_NOT_FOUND);
    assert_int_equal(store_job_error(jobs[5])->code, ERR_NOT_FOUND);
    for (size_t i = 0; i < COUNT_OF(jobs); i++)
        store_job_free(jobs[i]);
}

static void room_is_reserved_with_a_lock_and_goes_with_it(void **state)
{
    struct scene *scene = *state;
    struct store_job *locking = start(scene, STORE_OP_LOCK, "a", NULL);
    struct store_lock *lock;
    struct store_job *jobs[2];

    wait_for(scene, 1);
    lock = store_job_take_lock(locking);
    store_job_free(locking);
    jobs[0] = start(scene, STORE_OP_RESERVE, "a", lock);
    wait_for(scene, 1);
    assert_null(store_job_error(jobs[0]));
    assert_int_equal(unit_file_count(scene->folder), 2);
    jobs[1] = start(scene, STORE_OP_UPDATE, "a", lock);
    wait_for(scene, 1);
    assert_null(store_job_error(jobs[1]));
    assert_int_equal(unit_file_count(scene->folder), 2);
    store_job_free(jobs[0]);
    store_job_free(jobs[1]);
    jobs[0] = start(scene, STORE_OP_RESERVE, "a", lock);
    jobs[1] = start(scene, STORE_OP_RESERVE, "b", NULL);
    store_unlock(scene->store, lock);
    store_job_free(jobs[0]);
    store_job_free(jobs[1]);
    store_stop(scene->store);
    assert_int_equal(unit_file_count(scene->folder), 2);
}

static void note_thread(struct store_driver *driver, void *arg)
{
    struct scene *scene = arg;

    assert_ptr_equal(driver, store_driver(scene->store));
    scene->ran_elsewhere = !pthread_equal(pthread_self(), scene->thread);
}

static void note_drop(void *arg)
{
    struct scene *scene = arg;

    scene->dropped = true;
}

static void other_work_runs_on_the_stores_thread(void **state)
{
    struct scene *scene = *state;
    struct store_work work = { note_thread, note_drop, scene };
    struct store_job *job =
        store_call(scene->store, scene->loop, &work, woken, scene);

    wait_for(scene, 1);
    assert_true(scene->ran_elsewhere);
    assert_false(scene->dropped);
    store_job_free(job);
    assert_true(scene->dropped);
}

/* ---- while another process holds the documents -------------------------- */

static int hold(struct scene *scene)
{
    struct err err;
    int held = filelock_take(scene->folder, FILELOCK_FOLDER, &err);

    assert_true(held >= 0);
    return held;
}

static void who_only_reads_passes_who_waits(void **state)
{
    struct scene *scene = *state;
    int held = hold(scene);
    struct store_job *change = start(scene, STORE_OP_UPDATE, "a", NULL);
    struct store_job *same = start(scene, STORE_OP_READ, "a", NULL);
    struct store_job *other = start(scene, STORE_OP_READ, "b", NULL);
    struct store_job *last = start(scene, STORE_OP_UPDATE, "a", NULL);
    struct json_doc *doc;

    wait_for(scene, 1);
    assert_true(store_job_is_done(other));
    assert_false(store_job_is_done(change));
    assert_false(store_job_is_done(same));
    filelock_release(held);
    wait_for(scene, 3);
    assert_null(store_job_error(change));
    assert_null(store_job_error(last));
    /* In their order: the change was there for it. */
    doc = store_job_take_doc(same);
    assert_non_null(doc);
    json_doc_free(doc);
    store_job_free(change);
    store_job_free(same);
    store_job_free(other);
    store_job_free(last);
}

static void a_lock_is_given_back_after_what_was_asked_before(void **state)
{
    struct scene *scene = *state;
    struct store_job *locking = start(scene, STORE_OP_LOCK, "a", NULL);
    struct store_job *again;
    struct store_lock *lock;
    int held;

    wait_for(scene, 1);
    lock = store_job_take_lock(locking);
    store_job_free(locking);
    held = hold(scene);
    store_job_free(start(scene, STORE_OP_UPDATE, "a", lock));
    store_unlock(scene->store, lock);
    again = start(scene, STORE_OP_LOCK, "b", NULL);
    wait_for(scene, 1);
    filelock_release(held);
    store_job_free(again);
    store_stop(scene->store);
    assert_int_equal(access(unit_path(scene->folder, "a.json"), F_OK), 0);
}

static void stop_later(void *arg)
{
    struct scene *scene = arg;
    struct store_state now;

    store_state(scene->store, &now);
    if (now.problem[0])
        loop_stop(scene->loop);
}

static void whoever_asks_is_told_after_a_while(void **state)
{
    struct scene *scene = *state;
    struct loop_timer *timer = loop_timer_new(scene->loop, stop_later, scene);
    int held = hold(scene);
    struct store_job *job = start(scene, STORE_OP_UPDATE, "a", NULL);
    struct store_state now;

    store_state(scene->store, &now);
    assert_string_equal(now.problem, "");
    assert_int_equal(now.waiting <= 1, 1);
    loop_timer_set(timer, 1100);
    loop_run(scene->loop);
    store_state(scene->store, &now);
    unit_assert_part(now.problem, "another process holds the data folder");
    assert_int_equal(now.waiting, 1);
    assert_true(now.oldest_ms > 1000);
    filelock_release(held);
    wait_for(scene, 1);
    store_state(scene->store, &now);
    assert_string_equal(now.problem, "");
    assert_int_equal(now.waiting, 0);
    store_job_free(job);
    loop_timer_free(timer);
}

/* Commands have no loop; they do not wait for ever either. */
static void nobody_waits_for_ever(void **state)
{
    struct scene *scene = *state;
    int held = hold(scene);
    struct store_job *job = start(scene, STORE_OP_UPDATE, "a", NULL);
    struct json_doc *doc = json_doc_new_object();
    struct err err;

    assert_false(store_do(scene->store,
                          &(struct store_request){
                              .op = STORE_OP_CREATE, .key = "b", .patch = doc },
                          &err));
    assert_int_equal(err.code, ERR_BUSY);
    unit_assert_part(err.text, "nothing was changed within 5 s, try again");
    wait_for(scene, 1);
    assert_int_equal(store_job_error(job)->code, ERR_BUSY);
    store_job_free(job);
    filelock_release(held);
    assert_true(store_do(scene->store,
                         &(struct store_request){
                             .op = STORE_OP_CREATE, .key = "b", .patch = doc },
                         &err));
    json_doc_free(doc);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_missing_document_was_removed_or_is_away),
        SCENE(room_is_reserved_with_a_lock_and_goes_with_it),
        SCENE(other_work_runs_on_the_stores_thread),
        SCENE(who_only_reads_passes_who_waits),
        SCENE(a_lock_is_given_back_after_what_was_asked_before),
        SCENE(whoever_asks_is_told_after_a_while),
        SCENE(nobody_waits_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
