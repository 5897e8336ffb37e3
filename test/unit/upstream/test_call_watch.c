// SPDX-License-Identifier: MIT
/* A request that does not arrive.  stream_acks() is replaced: the test says what
   the other side's kernel acknowledged. */
#include "base/mem.h"
#include "scene.h"
#include "upstream/silence.h"

#define SILENCE_MS 20
#define LONG_AGO 1000

static struct {
    bool known;
    struct stream_acks acks;
    unsigned asked;
} kernel;

bool stream_acks(const struct stream *stream, struct stream_acks *acks)
{
    (void)stream;
    kernel.asked++;
    if (kernel.known)
        *acks = kernel.acks;
    return kernel.known;
}

static int open_scene(void **state)
{
    struct scene *scene;

    (void)scene_open(state);
    scene = *state;
    scene->options.silence_ms = SILENCE_MS;
    kernel.known = true;
    kernel.acks = (struct stream_acks){ .outstanding = 0 };
    kernel.asked = 0;
    return 0;
}

/* Of what was sent `missing` bytes are repeated, unanswered. */
static void be_dead(uint64_t missing)
{
    kernel.acks = (struct stream_acks){ .outstanding = missing,
                                        .in_flight = missing,
                                        .silent_ms = LONG_AGO + 1000,
                                        .repeats = 6 };
}

#define GOOD "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* A request over a pooled connection. */
static void begin_again(struct scene *scene)
{
    scene_request(scene);
    scene_answer(scene, GOOD);
    assert_int_equal(scene_idle(scene), 1);
    scene_start(scene);
    assert_true(call_facts(scene->call).reused);
}

static bool was_asked(void *arg)
{
    (void)arg;
    return kernel.asked >= 3;
}

static void an_upstream_that_thinks_is_left_alone(void **state)
{
    struct scene *scene = *state;

    kernel.acks.silent_ms = LONG_AGO;
    begin_again(scene);
    wire_turn_for(scene->loop, 4 * SILENCE_MS);
    assert_int_equal(call_state(scene->call), CALL_WAITING);
    assert_int_equal(kernel.asked, 1); /* all is there: nothing more to see */
    scene_answer(scene, GOOD);
    assert_int_equal(scene->end, CALL_END);
}

static void one_that_takes_no_more_is_left_alone(void **state)
{
    struct scene *scene = *state;

    kernel.acks = (struct stream_acks){ .outstanding = 10, .silent_ms = 15 };
    begin_again(scene);
    wire_until(scene->loop, was_asked, NULL);
    assert_int_equal(call_state(scene->call), CALL_WAITING);
    scene_answer(scene, GOOD);
    assert_int_equal(scene->end, CALL_END);
}

static void where_nothing_is_known_nothing_is_judged(void **state)
{
    struct scene *scene = *state;

    kernel.known = false;
    scene->options.first_byte_ms = 4 * SILENCE_MS;
    begin_again(scene);
    scene_until_end(scene);
    unit_assert_part(call_error(scene->call)->text, "no progress in time");
    assert_false(call_facts(scene->call).unheard);
}

static void a_dead_one_is_given_up(void **state)
{
    struct scene *scene = *state;

    be_dead(scene->options.head.len);
    begin_again(scene);
    scene_until_end(scene);
    assert_int_equal(call_error(scene->call)->code, ERR_TIMEOUT);
    unit_assert_part(call_error(scene->call)->text, "send failed: 127.0.0.1:");
    unit_assert_part(call_error(scene->call)->text,
                     "the connection is dead: the other side acknowledged "
                     "nothing of what was sent");
    assert_true(call_facts(scene->call).unheard);
    assert_int_equal(scene->wakes, 1);
}

static void one_byte_that_arrived_is_told(void **state)
{
    struct scene *scene = *state;

    be_dead(scene->options.head.len - 1);
    begin_again(scene);
    scene_until_end(scene);
    unit_assert_part(call_error(scene->call)->text,
                     "the connection is dead: the other side acknowledged a "
                     "part of what was sent, and then nothing any more");
    assert_false(call_facts(scene->call).unheard);
}

/* Its acknowledgements become rarer than the limit. */
static void one_that_takes_no_more_for_long_is_left_alone(void **state)
{
    struct scene *scene = *state;

    kernel.acks =
        (struct stream_acks){ .outstanding = 10, .silent_ms = LONG_AGO };
    begin_again(scene);
    wire_until(scene->loop, was_asked, NULL);
    assert_int_equal(call_state(scene->call), CALL_WAITING);
    scene_answer(scene, GOOD);
    assert_int_equal(scene->end, CALL_END);
}

static void begin_upload(struct scene *scene)
{
    scene->options.body_kind = CALL_BODY_CHUNKED;
    scene->options.head =
        STR("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    scene_request(scene);
}

static bool sends_on(void *arg)
{
    struct scene *scene = arg;

    call_send(scene->call, STR("tea"));
    return call_state(scene->call) == CALL_FAILED;
}

/* Our kernel takes what a client goes on sending, whatever becomes of it. */
static void a_client_that_goes_on_hides_no_death(void **state)
{
    struct scene *scene = *state;

    be_dead(8);
    scene->options.silence_ms = WIRE_CALM_MS; /* it sends more often */
    begin_upload(scene);
    wire_until(scene->loop, sends_on, scene);
    unit_assert_part(call_error(scene->call)->text, "the connection is dead");
}

/* What a streamed upload waits for is its client. */
static void a_pause_of_the_client_is_no_silence(void **state)
{
    struct scene *scene = *state;

    kernel.acks.silent_ms = LONG_AGO;
    begin_upload(scene);
    wire_turn_for(scene->loop, 2 * SILENCE_MS);
    assert_int_equal(call_state(scene->call), CALL_SENDING);
    call_send(scene->call, STR("tea"));
    wire_expect(&scene->peer, "3\r\ntea\r\n");
    be_dead(8);
    scene_until_end(scene);
    unit_assert_part(call_error(scene->call)->text, "the connection is dead");
    assert_false(call_facts(scene->call).unheard);
}

/* The state's own limit counts as before. */
static void an_earlier_deadline_comes_first(void **state)
{
    struct scene *scene = *state;

    scene->options.silence_ms = 0;
    scene->options.first_byte_ms = SILENCE_MS;
    begin_again(scene);
    scene_until_end(scene);
    unit_assert_part(call_error(scene->call)->text,
                     "first byte failed: 127.0.0.1:");
    assert_int_equal(kernel.asked, 0);
}

/* The one that is taken is the newest. */
static void idle_ones_that_are_as_old_go_with_it(void **state)
{
    struct scene *scene = *state;
    struct wire peers[2];

    for (size_t i = 0; i < 2; i++) {
        int ends[2];

        wire_pair(ends);
        wire_adopt(&peers[i], scene->loop, ends[0]);
        upstream_keep(link_new(scene->upstream,
                               stream_new(scene->loop, ends[1], NULL, NULL),
                               scene->origin, NULL));
    }
    be_dead(scene->options.head.len);
    scene_start(scene);
    assert_int_equal(scene_idle(scene), 1);
    scene_until_end(scene);
    assert_int_equal(scene_idle(scene), 0);
    wire_close(&peers[0]);
    wire_close(&peers[1]);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_upstream_that_thinks_is_left_alone),
        TEST(one_that_takes_no_more_is_left_alone),
        TEST(where_nothing_is_known_nothing_is_judged),
        TEST(a_dead_one_is_given_up),
        TEST(one_byte_that_arrived_is_told),
        TEST(one_that_takes_no_more_for_long_is_left_alone),
        TEST(a_client_that_goes_on_hides_no_death),
        TEST(a_pause_of_the_client_is_no_silence),
        TEST(an_earlier_deadline_comes_first),
        TEST(idle_ones_that_are_as_old_go_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
