// SPDX-License-Identifier: MIT
/* Who listens, in each state: waiting, greeted, dropped. */
#include "admin/live_desk.h"

#include <string.h>

#include "base/mem.h"
#include "unit.h"

static struct live_desk desk;
static struct live_listener listener;
static unsigned woken;
static struct buf got;

static void wake(void *arg)
{
    (void)arg;
    woken++;
}

static int set_up(void **state)
{
    (void)state;
    woken = 0;
    live_desk_init(&desk, NULL);
    live_listen(&listener, &desk, wake, NULL);
    buf_init(&got, 4u * 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    live_leave(&listener);
    live_leave(&listener); /* is fine */
    assert_int_equal(live_desk_count(&desk), 0);
    buf_done(&got);
    return 0;
}

static void tell(const char *all, const char *change)
{
    struct live_frame *whole = live_frame_new(str_of(all));
    struct live_frame *part = change ? live_frame_new(str_of(change)) : NULL;

    live_desk_tell(&desk, whole, part);
    live_frame_unref(whole);
    live_frame_unref(part);
}

static void tell_much(size_t len)
{
    char *text = mem_alloc(len + 1);

    memset(text, 'x', len);
    text[len] = '\0';
    tell("all", text);
    mem_free(text);
}

static bool take(size_t max)
{
    buf_clear(&got);
    return live_take(&listener, &got, max);
}

static void who_waits_gets_all_of_it_first(void **state)
{
    (void)state;
    assert_int_equal(live_desk_count(&desk), 1);
    assert_int_equal(listener.state, LIVE_WAITING);
    assert_false(take(100));
    tell("all", "change");
    assert_int_equal(listener.state, LIVE_GREETED);
    assert_int_equal(woken, 1);
    assert_false(take(100));
    unit_assert_str(buf_str(&got), "all");
}

static void who_is_greeted_gets_what_changed(void **state)
{
    (void)state;
    tell("all", NULL);
    tell("all", "one ");
    tell("all", NULL);
    tell("all", "two");
    assert_int_equal(woken, 4);
    assert_false(take(100));
    unit_assert_str(buf_str(&got), "allone two");
    assert_int_equal(listener.unread, 0);
}

static void it_is_taken_in_pieces(void **state)
{
    (void)state;
    tell("abc", NULL);
    tell("", "def");
    assert_true(take(2));
    unit_assert_str(buf_str(&got), "ab");
    assert_true(take(2));
    unit_assert_str(buf_str(&got), "cd");
    assert_int_equal(listener.unread, 2);
    assert_false(take(2));
    unit_assert_str(buf_str(&got), "ef");
    assert_false(take(2));
}

static void who_does_not_read_is_dropped(void **state)
{
    (void)state;
    tell("all", NULL);
    tell_much(LIVE_UNREAD_MAX);
    assert_int_equal(listener.state, LIVE_GREETED);
    tell("all", "x");
    assert_int_equal(listener.state, LIVE_DROPPED);
    assert_int_equal(listener.unread, 0);
    tell("all", "y");
    assert_int_equal(woken, 4);
    assert_false(take(100));
    assert_int_equal(got.len, 0);
}

/* One large frame is no fault of the reader. */
static void one_large_frame_drops_nobody(void **state)
{
    (void)state;
    tell("all", NULL);
    tell_much(3 * LIVE_UNREAD_MAX);
    while (take(48 * 1024))
        assert_int_equal(got.len, 48 * 1024);
    tell("all", "x");
    assert_int_equal(listener.state, LIVE_GREETED);
}

static void many_small_frames_are_too_many(void **state)
{
    (void)state;
    for (size_t i = 0; i < LIVE_FRAMES_MAX; i++)
        tell("", "x");
    assert_int_equal(listener.state, LIVE_GREETED);
    tell("", "x");
    assert_int_equal(listener.state, LIVE_DROPPED);
}

static void the_ring_of_frames_goes_round(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3 * LIVE_FRAMES_MAX; i++) {
        tell("a", "b");
        assert_false(take(100));
        unit_assert_str(buf_str(&got), i == 0 ? "a" : "b");
    }
}

static void leave_at_once(void *arg)
{
    live_leave(arg);
}

static void one_that_is_woken_may_leave(void **state)
{
    struct live_listener first;
    struct live_listener second;

    (void)state;
    live_listen(&first, &desk, leave_at_once, &first);
    live_listen(&second, &desk, wake, NULL);
    tell("all", NULL);
    assert_int_equal(live_desk_count(&desk), 2);
    assert_int_equal(second.state, LIVE_GREETED);
    live_leave(&second);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_waits_gets_all_of_it_first),
        TEST(who_is_greeted_gets_what_changed),
        TEST(it_is_taken_in_pieces),
        TEST(who_does_not_read_is_dropped),
        TEST(one_large_frame_drops_nobody),
        TEST(many_small_frames_are_too_many),
        TEST(the_ring_of_frames_goes_round),
        TEST(one_that_is_woken_may_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
