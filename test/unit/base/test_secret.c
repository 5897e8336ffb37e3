// SPDX-License-Identifier: MIT
/* Secrets. */
#include "base/secret.h"

#include <pthread.h>

#include "unit.h"

static void a_secret_is_a_copy_that_lives_as_long_as_a_reference(void **state)
{
    char text[] = "sk-ant-key";
    struct secret *secret = secret_new(str_of(text));
    struct secret *second = secret_ref(secret);

    (void)state;
    text[0] = 'X';
    assert_ptr_equal(secret, second);
    secret_unref(secret);
    unit_assert_str(secret_reveal(second), "sk-ant-key");
    secret_unref(second);
}

static void none_is_empty(void **state)
{
    (void)state;
    assert_null(secret_ref(NULL));
    secret_unref(NULL);
    unit_assert_str(secret_reveal(NULL), "");
}

static void equality_needs_every_byte_and_the_length(void **state)
{
    (void)state;
    assert_true(secret_eq(STR("abc"), STR("abc")));
    assert_true(secret_eq(STR_EMPTY, STR_EMPTY));
    assert_false(secret_eq(STR("abc"), STR("abd")));
    assert_false(secret_eq(STR("abc"), STR("xbc")));
    assert_false(secret_eq(STR("abc"), STR("ab")));
    assert_false(secret_eq(STR("ab"), STR("abc")));
    assert_false(secret_eq(STR_EMPTY, STR("a")));
    assert_true(secret_eq(STR("a\0b"), STR("a\0b")));
    assert_false(secret_eq(STR("a\0b"), STR("a\0c")));
}

static void *ref_and_unref(void *arg)
{
    for (int i = 0; i < 10000; i++)
        secret_unref(secret_ref(arg));
    return NULL;
}

static void references_may_come_from_many_threads(void **state)
{
    struct secret *secret = secret_new(STR("x"));
    pthread_t threads[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ref_and_unref,
                                        secret),
                         0);
    for (int i = 0; i < 4; i++)
        (void)pthread_join(threads[i], NULL);
    unit_assert_str(secret_reveal(secret), "x");
    secret_unref(secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_a_copy_that_lives_as_long_as_a_reference),
        cmocka_unit_test(none_is_empty),
        cmocka_unit_test(equality_needs_every_byte_and_the_length),
        cmocka_unit_test(references_may_come_from_many_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
