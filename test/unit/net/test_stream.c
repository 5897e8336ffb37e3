// SPDX-License-Identifier: MIT
/* A plain stream: reading, queueing, ends and breaks, owners. */
#include "net/stream.h"

#include <string.h>

#include "base/mem.h"
#include "unit.h"
#include "wire.h"

#define BIG (32u * 1024 * 1024)

struct scene {
    struct loop *loop;
    struct stream *stream;
    struct wire peer;
    unsigned seen; /* all that `ready` saw */
    unsigned calls;
    bool free_in_ready;
};

static void ready(void *arg, unsigned what)
{
    struct scene *scene = arg;

    scene->seen |= what;
    scene->calls++;
    if (scene->free_in_ready) {
        stream_free(scene->stream);
        scene->stream = NULL;
    } else if (what & STREAM_HANGUP) {
        stream_want(scene->stream, 0);
    }
}

static int scene_open(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    int ends[2];

    scene->loop = loop_new();
    wire_pair(ends);
    wire_adopt(&scene->peer, scene->loop, ends[0]);
    scene->stream = stream_new(scene->loop, ends[1], ready, scene);
    *state = scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;

    stream_free(scene->stream);
    wire_close(&scene->peer);
    loop_free(scene->loop);
    mem_free(scene);
    return 0;
}

struct wish {
    struct scene *scene;
    unsigned what;
};

static bool was_seen(void *arg)
{
    const struct wish *wish = arg;

    return (wish->scene->seen & wish->what) != 0;
}

static void until(struct scene *scene, unsigned what)
{
    struct wish wish = { scene, what };

    wire_until(scene->loop, was_seen, &wish);
    scene->seen = 0;
}

static void write_text(struct scene *scene, struct str text,
                       enum stream_status want)
{
    assert_int_equal(stream_write(scene->stream, &text, 1), want);
}

static void bytes_come_and_the_end_too(void **state)
{
    struct scene *scene = *state;
    struct str data;

    assert_int_equal(stream_read(scene->stream, &data), STREAM_AGAIN);
    assert_int_equal(data.len, 0);
    wire_send(&scene->peer, "hello");
    until(scene, STREAM_READABLE);
    assert_int_equal(stream_read(scene->stream, &data), STREAM_OK);
    unit_assert_str(data, "hello");
    wire_half_close(&scene->peer);
    until(scene, STREAM_READABLE);
    assert_int_equal(stream_read(scene->stream, &data), STREAM_EOF);
    assert_int_equal(stream_read(scene->stream, &data), STREAM_EOF);
    write_text(scene, STR("still there"), STREAM_OK);
    wire_expect(&scene->peer, "still there");
}

static void parts_leave_in_order_when_the_turn_ends(void **state)
{
    struct scene *scene = *state;
    struct str parts[4] = { STR("a"), STR(""), STR("bc"), STR("d") };

    assert_int_equal(stream_write(scene->stream, parts, 4), STREAM_OK);
    assert_int_equal(stream_write(scene->stream, parts, 1), STREAM_OK);
    assert_int_equal(stream_queued(scene->stream), 0);
    assert_int_equal(stream_sent(scene->stream), 0);
    wire_turn(scene->loop);
    assert_int_equal(stream_sent(scene->stream), 5);
    wire_expect(&scene->peer, "abcda");
}

static void a_push_does_not_wait_for_the_turn(void **state)
{
    struct scene *scene = *state;

    stream_push(scene->stream);
    write_text(scene, STR("now"), STREAM_OK);
    stream_push(scene->stream);
    assert_int_equal(stream_sent(scene->stream), 3);
    write_text(scene, STR("then"), STREAM_OK);
    wire_turn(scene->loop);
    wire_expect(&scene->peer, "nowthen");
}

/* Before the first turn nothing is known; one without events is calm. */
static void in_a_calm_loop_there_may_be_hurry(void **state)
{
    struct scene *scene = *state;

    stream_hurry(scene->stream);
    wire_turn(scene->loop);
    write_text(scene, STR("now"), STREAM_OK);
    assert_int_equal(stream_sent(scene->stream), 0);
    stream_hurry(scene->stream);
    assert_int_equal(stream_sent(scene->stream), 3);
    wire_expect(&scene->peer, "now");
}

/* Few bytes and many: in order, and the many are not copied first. */
static void much_takes_along_what_waits(void **state)
{
    struct scene *scene = *state;
    char much[20000];

    memset(much, '.', sizeof(much));
    write_text(scene, STR("few"), STREAM_OK);
    write_text(scene, (struct str){ much, sizeof(much) }, STREAM_OK);
    assert_int_equal(stream_sent(scene->stream), sizeof(much) + 3);
    wire_expect(&scene->peer, "few.....");
}

static void the_end_comes_behind_what_waits(void **state)
{
    struct scene *scene = *state;

    write_text(scene, STR("last words"), STREAM_OK);
    stream_shutdown(scene->stream);
    wire_turn(scene->loop);
    wire_expect(&scene->peer, "last words");
    wire_expect_end(&scene->peer);
}

/* The kernel is full already when the turn ends: the owner is told. */
static void what_is_blocked_at_the_end_of_a_turn_is_told(void **state)
{
    struct scene *scene = *state;
    char some[16 * 1024];

    memset(some, '.', sizeof(some));
    while (stream_queued(scene->stream) == 0) {
        write_text(scene, (struct str){ some, sizeof(some) }, STREAM_OK);
        scene->seen = 0;
        wire_turn(scene->loop);
    }
    assert_true(scene->seen & STREAM_BLOCKED);
}

static bool all_arrived(void *arg)
{
    struct scene *scene = arg;

    wire_read(&scene->peer);
    return scene->peer.got.len >= BIG + 3;
}

/* More than the kernel takes: the rest is queued, leaves by itself, in order, and
   the end comes behind it. */
static void what_does_not_fit_is_queued(void **state)
{
    struct scene *scene = *state;
    char *big = mem_alloc(BIG);
    struct str parts[2] = { { big, BIG }, STR("end") };

    memset(big, 'x', BIG);
    assert_int_equal(stream_write(scene->stream, parts, 2), STREAM_OK);
    memset(big, '#', BIG); /* it was copied */
    assert_true(stream_queued(scene->stream) > 0);
    assert_int_equal(stream_queued(scene->stream) + stream_sent(scene->stream),
                     BIG + 3);
    stream_shutdown(scene->stream);
    wire_turn_for(scene->loop, 3);
    assert_false(scene->seen & STREAM_DRAINED);
    wire_until(scene->loop, all_arrived, scene);
    wire_expect_end(&scene->peer);
    assert_true(scene->seen & STREAM_DRAINED);
    assert_int_equal(stream_sent(scene->stream), BIG + 3);
    assert_null(memchr(scene->peer.got.mem, '#', BIG));
    assert_int_equal(wire_count(&scene->peer, "xend"), 1);
    mem_free(big);
}

/* The ceiling of the queue: a reader that takes nothing at all. */
static void an_endless_queue_breaks_the_stream(void **state)
{
    struct scene *scene = *state;
    char *big = mem_zalloc(BIG);
    enum stream_status status = STREAM_OK;

    for (int i = 0; i < 5 && status == STREAM_OK; i++) {
        struct str part = { big, BIG };

        status = stream_write(scene->stream, &part, 1);
    }
    assert_int_equal(status, STREAM_BROKEN);
    assert_string_equal(stream_error(scene->stream), "peer reads too slowly");
    assert_int_equal(stream_queued(scene->stream), 0);
    stream_want(scene->stream, STREAM_HANGUP);
    until(scene, STREAM_HANGUP);
    mem_free(big);
}

static void a_reset_is_a_break(void **state)
{
    struct scene *scene = *state;
    struct str data;

    wire_reset(&scene->peer);
    until(scene, STREAM_READABLE);
    assert_int_equal(stream_read(scene->stream, &data), STREAM_BROKEN);
    unit_assert_part(stream_error(scene->stream), "reset by peer");
    write_text(scene, STR("x"), STREAM_BROKEN);
    stream_shutdown(scene->stream);
}

/* What the peer said before it reset us is read, though writing fails first. */
static void last_words_survive_a_failed_write(void **state)
{
    struct scene *scene = *state;
    struct str data;

    write_text(scene, STR("something unread"), STREAM_OK);
    wire_turn_for(scene->loop, 2);
    wire_send(&scene->peer, "last words");
    wire_close(&scene->peer);
    write_text(scene, STR("more"), STREAM_OK);
    stream_push(scene->stream);
    assert_int_equal(stream_sent(scene->stream), 16);
    write_text(scene, STR("and more"), STREAM_BROKEN);
    assert_int_equal(stream_read(scene->stream, &data), STREAM_OK);
    unit_assert_str(data, "last words");
    assert_int_equal(stream_read(scene->stream, &data), STREAM_BROKEN);
}

/* Hang-up is seen though nothing is read, and what is there stays there. */
static void a_hang_up_is_seen_without_reading(void **state)
{
    struct scene *scene = *state;
    struct str data;

    stream_want(scene->stream, STREAM_HANGUP);
    wire_send(&scene->peer, "hello");
    wire_turn_for(scene->loop, 5);
    assert_int_equal(scene->seen, 0);
    wire_half_close(&scene->peer);
    until(scene, STREAM_HANGUP);
    assert_int_equal(stream_read(scene->stream, &data), STREAM_OK);
    unit_assert_str(data, "hello");
}

/* Unwanted data does not turn the loop. */
static void what_is_not_wanted_costs_nothing(void **state)
{
    struct scene *scene = *state;

    stream_want(scene->stream, 0);
    wire_send(&scene->peer, "hello");
    wire_turn_for(scene->loop, 2);
    wire_check_calm(scene->loop);
    assert_int_equal(scene->calls, 0);
    stream_want(scene->stream, STREAM_READABLE);
    until(scene, STREAM_READABLE);
}

static void a_stream_can_be_freed_when_it_is_ready(void **state)
{
    struct scene *scene = *state;

    scene->free_in_ready = true;
    wire_send(&scene->peer, "hello");
    until(scene, STREAM_READABLE);
    assert_null(scene->stream);
    wire_expect_end(&scene->peer);
    wire_turn_for(scene->loop, 3);
    assert_int_equal(scene->calls, 1);
    stream_free(NULL);
}

static void freeing_ends_or_resets(void **state)
{
    struct scene *scene = *state;

    stream_reset_on_free(scene->stream);
    stream_free(scene->stream);
    scene->stream = NULL;
    wire_expect_end(&scene->peer);
    assert_true(scene->peer.reset);
}

static void another_owner_hears(void **state)
{
    struct scene *scene = *state;
    struct scene other = { .stream = scene->stream };

    stream_set_owner(scene->stream, ready, &other);
    wire_send(&scene->peer, "x");
    wire_turn_for(scene->loop, 3);
    assert_true(other.seen & STREAM_READABLE);
    assert_int_equal(scene->seen, 0);
}

static void staleness_is_anything_unasked(void **state)
{
    struct scene *scene = *state;

    assert_false(stream_is_stale(scene->stream));
    wire_half_close(&scene->peer);
    wire_turn(scene->loop);
    assert_true(stream_is_stale(scene->stream));
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(bytes_come_and_the_end_too),
        ROW(parts_leave_in_order_when_the_turn_ends),
        ROW(a_push_does_not_wait_for_the_turn),
        ROW(in_a_calm_loop_there_may_be_hurry),
        ROW(much_takes_along_what_waits),
        ROW(the_end_comes_behind_what_waits),
        ROW(what_is_blocked_at_the_end_of_a_turn_is_told),
        ROW(what_does_not_fit_is_queued),
        ROW(an_endless_queue_breaks_the_stream),
        ROW(a_reset_is_a_break),
        ROW(last_words_survive_a_failed_write),
        ROW(a_hang_up_is_seen_without_reading),
        ROW(what_is_not_wanted_costs_nothing),
        ROW(a_stream_can_be_freed_when_it_is_ready),
        ROW(freeing_ends_or_resets),
        ROW(another_owner_hears),
        ROW(staleness_is_anything_unasked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
