// SPDX-License-Identifier: MIT
/* The BIO that OpenSSL reads from and writes to: bytes of a stream's, no more than
   there are, and the wish to be asked again. */
#include "net/tls_pipe.h"

#include <string.h>

#include "net/tls_internal.h"
#include "unit.h"

struct scene {
    BIO_METHOD *method;
    BIO *bio;
    struct tls_pipe pipe;
    char stage[8];
};

static int scene_open(void **state)
{
    static struct scene scene;

    scene = (struct scene){ .method = tls_pipe_method() };
    scene.bio = BIO_new(scene.method);
    scene.pipe.stage = scene.stage;
    scene.pipe.stage_size = sizeof(scene.stage);
    BIO_set_data(scene.bio, &scene.pipe);
    BIO_set_init(scene.bio, 1);
    *state = &scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;

    (void)BIO_free(scene->bio);
    BIO_meth_free(scene->method);
    return 0;
}

static void bytes_are_read_in_order_and_once(void **state)
{
    struct scene *scene = *state;
    char got[8];

    scene->pipe.in = STR("hello");
    assert_int_equal(BIO_read(scene->bio, got, 3), 3);
    assert_memory_equal(got, "hel", 3);
    assert_int_equal(scene->pipe.in.len, 2);
    assert_int_equal(BIO_read(scene->bio, got, sizeof(got)), 2);
    assert_memory_equal(got, "lo", 2);
}

static void an_empty_pipe_is_no_end(void **state)
{
    struct scene *scene = *state;
    char got[8];

    assert_int_equal(BIO_read(scene->bio, got, sizeof(got)), -1);
    assert_true(BIO_should_retry(scene->bio));
    assert_true(BIO_should_read(scene->bio));
    scene->pipe.in = STR("x");
    assert_int_equal(BIO_read(scene->bio, got, sizeof(got)), 1);
    assert_false(BIO_should_retry(scene->bio));
}

static void what_is_written_waits_in_the_stage(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(BIO_write(scene->bio, "abc", 3), 3);
    assert_int_equal(BIO_write(scene->bio, "def", 3), 3);
    assert_int_equal(scene->pipe.staged, 6);
    assert_memory_equal(scene->stage, "abcdef", 6);
    assert_int_equal(BIO_flush(scene->bio), 1);
    assert_int_equal(scene->pipe.staged, 6); /* the stream sends it */
}

static void a_full_stage_takes_what_fits_and_then_nothing(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(BIO_write(scene->bio, "0123456789", 10), 8);
    assert_false(BIO_should_retry(scene->bio));
    assert_int_equal(BIO_write(scene->bio, "89", 2), -1);
    assert_true(BIO_should_write(scene->bio));
    assert_memory_equal(scene->stage, "01234567", 8);
    scene->pipe.staged = 0;
    assert_int_equal(BIO_write(scene->bio, "89", 2), 2);
    assert_false(BIO_should_retry(scene->bio));
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(bytes_are_read_in_order_and_once),
        ROW(an_empty_pipe_is_no_end),
        ROW(what_is_written_waits_in_the_stage),
        ROW(a_full_stage_takes_what_fits_and_then_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
