// SPDX-License-Identifier: MIT
/* The store's thread and its queue. */
#include "store/store.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

#define THREADS 4
#define ROUNDS 50

struct scene {
    char *folder;
    struct store *store;
    struct loop *loop;
    unsigned wakes;
    unsigned wanted; /* the loop stops after so many */
    pthread_t thread;
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

    assert_true(pthread_equal(pthread_self(), scene->thread));
    scene->wakes++;
    if (scene->wakes == scene->wanted)
        loop_stop(scene->loop);
}

static struct store_job *start(struct scene *scene, enum store_op op,
                               const char *key, const char *patch)
{
    struct err err;
    struct json_doc *doc = patch ? json_doc_parse(str_of(patch), &err) : NULL;
    struct store_job *job =
        store_start(scene->store, scene->loop,
                    &(struct store_request){
                        .op = op, .key = key, .patch = doc },
                    woken, scene);

    /* The request is copied. */
    json_doc_free(doc);
    assert_false(store_job_is_done(job));
    return job;
}

/* Runs the loop until so many have woken. */
static void wait_for(struct scene *scene, unsigned count)
{
    scene->wanted = scene->wakes + count;
    loop_run(scene->loop);
}

/* Carried out on the store's thread, by the time it is back. */
static void drain(struct scene *scene)
{
    struct store_job *last = start(scene, STORE_OP_READ, "none", NULL);

    wait_for(scene, 1);
    store_job_free(last);
}

static bool has_document(struct scene *scene, const char *key)
{
    struct store_driver *driver = store_driver(scene->store);
    struct json_doc *doc;
    struct err err;

    assert_true(driver->read(driver, key, &doc, &err));
    json_doc_free(doc);
    return doc != NULL;
}

/* ---- jobs --------------------------------------------------------------- */

static void jobs_are_done_in_their_order(void **state)
{
    struct scene *scene = *state;
    struct store_job *jobs[] = {
        start(scene, STORE_OP_CREATE, "a", "{\"x\":1,\"y\":1}"),
        start(scene, STORE_OP_UPDATE, "a", "{\"x\":2}"),
        start(scene, STORE_OP_READ, "a", NULL),
        start(scene, STORE_OP_REMOVE, "a", NULL),
        start(scene, STORE_OP_READ, "a", NULL),
    };
    struct json_doc *doc;
    uint64_t x;

    assert_int_equal(scene->wakes, 0);
    wait_for(scene, COUNT_OF(jobs));
    for (size_t i = 0; i < COUNT_OF(jobs); i++) {
        assert_true(store_job_is_done(jobs[i]));
        assert_null(store_job_error(jobs[i]));
    }
    doc = store_job_take_doc(jobs[2]);
    assert_true(json_doc_get_u64(doc, "x", &x));
    assert_int_equal(x, 2);
    assert_true(json_doc_get_u64(doc, "y", &x));
    json_doc_free(doc);
    assert_null(store_job_take_doc(jobs[2]));
    assert_null(store_job_take_doc(jobs[4]));
    for (size_t i = 0; i < COUNT_OF(jobs); i++)
        store_job_free(jobs[i]);
}

static void a_failure_comes_with_its_reason(void **state)
{
    struct scene *scene = *state;
    struct store_job *broken;
    struct store_job *wrong;

    unit_write(scene->folder, "a.json", "{");
    broken = start(scene, STORE_OP_CHANGE, "a", "{}");
    wrong = start(scene, STORE_OP_LOCK, "../a", NULL);
    wait_for(scene, 2);
    unit_assert_part(store_job_error(broken)->text, "not valid JSON");
    assert_non_null(store_job_error(wrong));
    assert_null(store_job_take_lock(wrong));
    store_job_free(broken);
    store_job_free(wrong);
}

static void a_store_that_cannot_be_opened_is_an_error(void **state)
{
    struct err err;

    (void)state;
    assert_null(store_open("/nonexistent/data", NULL, &err));
    unit_assert_part(err.text, "/nonexistent/data");
    store_free(NULL);
    store_stop(NULL);
    store_job_free(NULL);
}

/* ---- freed early -------------------------------------------------------- */

static void a_freed_job_is_carried_through_and_wakes_nobody(void **state)
{
    struct scene *scene = *state;

    store_job_free(start(scene, STORE_OP_UPDATE, "a", "{}"));
    drain(scene);
    assert_int_equal(scene->wakes, 1); /* drain's own */
    assert_true(has_document(scene, "a"));
}

static void stop_loop(void *arg)
{
    struct scene *scene = arg;

    loop_stop(scene->loop);
}

/* Its result is on the way to the loop already. */
static void a_job_freed_before_it_is_delivered_wakes_nobody(void **state)
{
    struct scene *scene = *state;
    struct store_job *job = start(scene, STORE_OP_READ, "a", NULL);

    store_stop(scene->store);
    assert_false(store_job_is_done(job));
    store_job_free(job);
    loop_post(scene->loop, stop_loop, scene);
    loop_run(scene->loop);
    assert_int_equal(scene->wakes, 0);
}

struct own {
    struct scene *scene;
    struct store_job *job;
};

static void free_own_job(void *arg)
{
    struct own *own = arg;

    store_job_free(own->job);
    loop_stop(own->scene->loop);
}

static void a_job_may_be_freed_in_its_own_wake(void **state)
{
    struct own own = { .scene = *state };
    struct store_request request = { .op = STORE_OP_READ, .key = "a" };

    own.job = store_start(own.scene->store, own.scene->loop, &request,
                          free_own_job, &own);
    loop_run(own.scene->loop);
}

static void stopping_carries_out_what_is_queued(void **state)
{
    struct scene *scene = *state;
    char key[16];

    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)snprintf(key, sizeof(key), "a%u", i);
        store_job_free(start(scene, STORE_OP_UPDATE, key, "{}"));
    }
    store_stop(scene->store);
    store_stop(scene->store);
    assert_true(has_document(scene, "a0"));
    assert_true(has_document(scene, key));
}

/* ---- locks -------------------------------------------------------------- */

/* The lock, or NULL if somebody else holds it. */
static struct store_lock *try_lock(struct scene *scene)
{
    struct store_job *job = start(scene, STORE_OP_LOCK, "a", NULL);
    struct store_lock *lock;

    wait_for(scene, 1);
    assert_null(store_job_error(job));
    lock = store_job_take_lock(job);
    store_job_free(job);
    return lock;
}

static void a_lock_is_held_until_it_is_given_back(void **state)
{
    struct scene *scene = *state;
    struct store_lock *lock = try_lock(scene);

    assert_non_null(lock);
    assert_null(try_lock(scene));
    store_unlock(scene->store, lock);
    lock = try_lock(scene);
    assert_non_null(lock);
    store_unlock(scene->store, lock);
    store_unlock(scene->store, NULL);
}

static void a_lock_nobody_took_is_given_back(void **state)
{
    struct scene *scene = *state;
    struct store_job *job = start(scene, STORE_OP_LOCK, "a", NULL);
    struct store_lock *lock;

    wait_for(scene, 1);
    store_job_free(job);
    store_job_free(start(scene, STORE_OP_LOCK, "a", NULL));
    drain(scene);
    lock = try_lock(scene);
    assert_non_null(lock);
    store_unlock(scene->store, lock);
}

/* ---- several threads ---------------------------------------------------- */

struct client {
    struct store *store;
    struct loop *loop;
    struct store_job *job;
    pthread_t thread;
    unsigned number;
    unsigned left;
    bool failed;
};

static void go_on(void *arg);

static void start_next(struct client *client)
{
    struct json_doc *patch = json_doc_new_object();
    char member[24];

    (void)snprintf(member, sizeof(member), "m%u_%u", client->number,
                   client->left);
    json_doc_set_u64(patch, member, 1);
    client->job = store_start(client->store, client->loop,
                              &(struct store_request){ .op = STORE_OP_UPDATE,
                                                       .key = "shared",
                                                       .patch = patch },
                              go_on, client);
    json_doc_free(patch);
    /* One that is forgotten at once, for each that is waited for. */
    store_job_free(store_start(client->store, client->loop,
                               &(struct store_request){ .op = STORE_OP_LOCK,
                                                        .key = "shared" },
                               go_on, NULL));
}

static void go_on(void *arg)
{
    struct client *client = arg;

    client->failed |= store_job_error(client->job) != NULL;
    store_job_free(client->job);
    client->left--;
    if (client->left == 0)
        loop_stop(client->loop);
    else
        start_next(client);
}

static void *run_client(void *arg)
{
    struct client *client = arg;

    client->loop = loop_new();
    start_next(client);
    loop_run(client->loop);
    return NULL;
}

static void threads_share_the_store(void **state)
{
    struct scene *scene = *state;
    struct client clients[THREADS] = { 0 };
    struct json_doc *doc;
    struct err err;

    for (unsigned i = 0; i < THREADS; i++) {
        clients[i] = (struct client){ .store = scene->store,
                                      .number = i,
                                      .left = ROUNDS };
        assert_int_equal(pthread_create(&clients[i].thread, NULL, run_client,
                                        &clients[i]),
                         0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
    store_stop(scene->store);
    for (unsigned i = 0; i < THREADS; i++) {
        loop_free(clients[i].loop);
        assert_false(clients[i].failed);
    }
    assert_true(store_driver(scene->store)
                    ->read(store_driver(scene->store), "shared", &doc, &err));
    assert_int_equal(json_doc_count(doc), THREADS * ROUNDS);
    json_doc_free(doc);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(jobs_are_done_in_their_order),
        SCENE(a_failure_comes_with_its_reason),
        SCENE(a_store_that_cannot_be_opened_is_an_error),
        SCENE(a_freed_job_is_carried_through_and_wakes_nobody),
        SCENE(a_job_freed_before_it_is_delivered_wakes_nobody),
        SCENE(a_job_may_be_freed_in_its_own_wake),
        SCENE(stopping_carries_out_what_is_queued),
        SCENE(a_lock_is_held_until_it_is_given_back),
        SCENE(a_lock_nobody_took_is_given_back),
        SCENE(threads_share_the_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
