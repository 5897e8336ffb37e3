// SPDX-License-Identifier: MIT
/* Growing buffers. */
#include "base/buf.h"

#include <string.h>

#include "freed.h"
#include "unit.h"

static void what_goes_in_comes_out(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 100);
    unit_assert_str(buf_str(&buf), "");
    assert_true(buf_append(&buf, STR("tea")));
    assert_true(buf_append(&buf, STR_EMPTY));
    assert_true(buf_printf(&buf, " for %d", 2));
    unit_assert_str(buf_str(&buf), "tea for 2");
    buf_consume(&buf, 4);
    unit_assert_str(buf_str(&buf), "for 2");
    buf_clear(&buf);
    unit_assert_str(buf_str(&buf), "");
    buf_add_u64(&buf, 0);
    buf_add(&buf, STR(" "));
    buf_add_u64(&buf, UINT64_MAX);
    unit_assert_str(buf_str(&buf), "0 18446744073709551615");
    buf_done(&buf);
}

static void the_ceiling_holds_and_nothing_is_half_appended(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 8);
    assert_true(buf_append(&buf, STR("12345")));
    assert_false(buf_append(&buf, STR("6789")));
    unit_assert_str(buf_str(&buf), "12345");
    assert_true(buf_append(&buf, STR("678")));
    assert_false(buf_append(&buf, STR("9")));
    assert_null(buf_room(&buf, 1));
    assert_null(buf_room(&buf, SIZE_MAX));
    buf_consume(&buf, 3);
    assert_true(buf_append(&buf, STR("9AB")));
    unit_assert_str(buf_str(&buf), "456789AB");
    buf_done(&buf);
}

static void printing_needs_a_byte_for_its_nul(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 4);
    assert_false(buf_printf(&buf, "%s", "1234"));
    unit_assert_str(buf_str(&buf), "");
    assert_true(buf_printf(&buf, "%s", "123"));
    assert_true(buf_append(&buf, STR("4")));
    unit_assert_str(buf_str(&buf), "1234");
    buf_done(&buf);
}

/* A queue: the model is a counter of bytes in and out. */
static void a_queue_of_any_rhythm_keeps_the_order(void **state)
{
    struct buf buf;
    unsigned in = 0;
    unsigned out = 0;

    (void)state;
    buf_init(&buf, 1000);
    for (unsigned round = 0; round < 5000; round++) {
        unsigned add = round * 7 % 31;
        unsigned take = round * 5 % 29;

        for (unsigned i = 0; i < add; i++) {
            char c = (char)(in % 251);

            if (buf_append(&buf, (struct str){ &c, 1 }))
                in++;
        }
        for (unsigned i = 0; i < take && buf.len > 0; i++) {
            assert_int_equal(*buf_str(&buf).at, (char)(out % 251));
            buf_consume(&buf, 1);
            out++;
        }
    }
    assert_int_equal(in - out, buf.len);
    assert_true(in > 10000);
    buf_done(&buf);
}

/* Large ones begin further back in their block. */
static void a_large_queue_keeps_the_order(void **state)
{
    struct buf buf;
    unsigned out = 0;

    (void)state;
    buf_init(&buf, 70000);
    for (unsigned in = 0; in < 300000; in++) {
        char c = (char)(in % 251);

        while (!buf_append(&buf, (struct str){ &c, 1 })) {
            for (unsigned i = 0; i < 1700; i++)
                assert_int_equal(buf_str(&buf).at[i], (char)(out++ % 251));
            buf_consume(&buf, 1700);
        }
    }
    assert_int_equal(buf.len + out, 300000);
    assert_true(buf.cap < 140000);
    buf_done(&buf);
}

static void large_content_does_not_begin_with_its_block(void **state)
{
    struct buf buf;
    char *room;

    (void)state;
    buf_init(&buf, 100000);
    room = buf_room(&buf, 1000);
    assert_ptr_equal(room, buf.mem);
    buf_grow(&buf, 1000);
    room = buf_room(&buf, 99000);
    assert_int_equal(room - buf.mem, 2048 + 1000);
    buf_done(&buf);
}

static void room_is_written_to_in_place(void **state)
{
    struct buf buf;
    char *room;

    (void)state;
    buf_init(&buf, 1000);
    room = buf_room(&buf, 300);
    memcpy(room, "abc", 3);
    buf_grow(&buf, 3);
    unit_assert_str(buf_str(&buf), "abc");
    buf_done(&buf);
}

static void a_buffer_can_be_used_again_after_it_was_given_back(void **state)
{
    struct buf buf;

    (void)state;
    buf_init_secret(&buf, 600);
    for (int i = 0; i < 50; i++)
        buf_add(&buf, STR("sk-ant-abc"));
    assert_int_equal(buf.len, 500);
    buf_wipe(&buf);
    assert_true(buf.secret);
    assert_int_equal(buf.max, 600);
    buf_add(&buf, STR("again"));
    unit_assert_str(buf_str(&buf), "again");
    buf_done(&buf);
    buf_done(&buf);
}

/* It grows, moves its content and is given back. */
static unsigned freed_of(struct buf *buf, void (*end)(struct buf *buf))
{
    freed_watch(STR("sk-ant-abc"));
    for (int i = 0; i < 100; i++) {
        buf_add(buf, STR("sk-ant-abc"));
        if (i % 3 == 0)
            buf_consume(buf, 10);
    }
    end(buf);
    return freed_with_it();
}

static void a_secret_is_not_given_back(void **state)
{
    struct buf plain;
    struct buf secret;

    (void)state;
    buf_init(&plain, 10000);
    buf_init_secret(&secret, 10000);
    assert_true(freed_of(&plain, buf_give_back) > 1);
    assert_int_equal(freed_of(&secret, buf_give_back), 0);
    assert_int_equal(freed_of(&secret, buf_wipe), 0);
}

static void a_plain_buffer_can_be_wiped(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 100);
    freed_watch(STR("sk-ant-abc"));
    buf_add(&buf, STR("sk-ant-abc"));
    buf_wipe(&buf);
    assert_int_equal(freed_with_it(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(the_ceiling_holds_and_nothing_is_half_appended),
        cmocka_unit_test(printing_needs_a_byte_for_its_nul),
        cmocka_unit_test(a_queue_of_any_rhythm_keeps_the_order),
        cmocka_unit_test(a_large_queue_keeps_the_order),
        cmocka_unit_test(large_content_does_not_begin_with_its_block),
        cmocka_unit_test(room_is_written_to_in_place),
        cmocka_unit_test(a_secret_is_not_given_back),
        cmocka_unit_test(a_plain_buffer_can_be_wiped),
        cmocka_unit_test(a_buffer_can_be_used_again_after_it_was_given_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
