// SPDX-License-Identifier: MIT
/* A call's life: framing, cuts, deadlines, cancelling. */
#include "upstream/call.h"

#include <string.h>

#include "freed.h"
#include "scene.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define LENGTH_2 OK "content-length: 2\r\n\r\nok"
#define CHUNKED OK "transfer-encoding: chunked\r\n\r\n"

/* What the upstream sends before it closes, and what the call makes of it. */
struct answer {
    const char *name;
    const char *raw;
    unsigned status; /* 0: no answer at all */
    const char *body;
    enum call_data end;
    bool kept; /* the connection may be used again */
};

static const struct answer answers[] = {
    { "a length", LENGTH_2, 200, "ok", CALL_END, true },
    { "no body", OK "content-length: 0\r\n\r\n", 200, "", CALL_END, true },
    { "204", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", CALL_END, true },
    { "chunks", CHUNKED "2\r\nok\r\n1;a=b\r\n!\r\n0\r\n\r\n", 200, "ok!",
      CALL_END, true },
    { "a trailer", CHUNKED "1\r\na\r\n0\r\nx: y\r\n\r\n", 200, "a", CALL_END,
      true },
    { "until the end", OK "\r\nall of it", 200, "all of it", CALL_END, false },
    { "HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nall", 200, "all", CALL_END, false },
    { "the last answer", OK "connection: close\r\ncontent-length: 2\r\n\r\nok",
      200, "ok", CALL_END, false },
    { "hints first",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n" LENGTH_2,
      200, "ok", CALL_END, true },
    { "more than it says", LENGTH_2 "HTTP/1.1 200 OK\r\n\r\n", 200, "ok",
      CALL_END, false },
    { "a length cut", OK "content-length: 5\r\n\r\nok", 200, "ok", CALL_CUT,
      false },
    { "a length cut at once", OK "content-length: 5\r\n\r\n", 200, "", CALL_CUT,
      false },
    { "a chunk cut", CHUNKED "5\r\nok", 200, "ok", CALL_CUT, false },
    { "cut after a chunk", CHUNKED "2\r\nok\r\n", 200, "ok", CALL_CUT, false },
    { "cut before the very end", CHUNKED "2\r\nok\r\n0\r\n", 200, "ok",
      CALL_CUT, false },
    { "framing gone wrong", CHUNKED "2\r\nok\r\nzz\r\n", 200, "ok", CALL_CUT,
      false },
    { "no answer", "", 0, "", CALL_CUT, false },
    { "a head cut", "HTTP/1.1 200 O", 0, "", CALL_CUT, false },
    { "hints alone", "HTTP/1.1 103 Early Hints\r\n\r\n", 0, "", CALL_CUT,
      false },
    { "no HTTP", "SSH-2.0-x\r\n", 0, "", CALL_CUT, false },
    { "an upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n", 0, "", CALL_CUT,
      false },
};

static void check_answer(struct scene *scene, const struct answer *want)
{
    enum call_state state = call_state(scene->call);
    bool fine = scene->end == want->end &&
                str_eq(buf_str(&scene->decoded), str_of(want->body));

    if (want->status)
        fine = fine && call_head(scene->call)->status == want->status;
    if (want->end == CALL_END)
        fine = fine && state == CALL_DONE;
    else
        fine = fine && state == CALL_FAILED;
    if (!fine)
        fail_msg("%s: end %d, state %d, body " STR_FMT, want->name, scene->end,
                 state, STR_ARG(buf_str(&scene->decoded)));
}

/* Half of the answer is sent first, so that every place is once a seam. */
static void play(struct scene *scene, const struct answer *row, size_t seam)
{
    struct str raw = str_of(row->raw);

    scene_request(scene);
    wire_send_str(&scene->peer, str_sub(raw, 0, seam));
    wire_turn_for(scene->loop, seam > 0);
    wire_send_str(&scene->peer, str_from(raw, seam));
    if (!row->kept)
        wire_half_close(&scene->peer);
    scene_until_end(scene);
    check_answer(scene, row);
    if (!row->kept)
        wire_turn_for(scene->loop, 2);
    assert_int_equal(scene_idle(scene), row->kept);
    wire_close(&scene->peer);
    wire_turn_for(scene->loop, 2);
    assert_int_equal(scene_idle(scene), 0);
}

static void answers_end_as_they_say(void **state)
{
    for (size_t i = 0; i < COUNT_OF(answers); i++)
        play(*state, &answers[i], 0);
}

static void seams_change_nothing(void **state)
{
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        for (size_t seam = 1; seam < strlen(answers[i].raw); seam++)
            play(*state, &answers[i], seam);
    }
}

/* An answer cut anywhere is cut, or there was none; never whole. */
static void a_cut_anywhere_is_a_cut(void **state)
{
    static const char raw[] = CHUNKED "5\r\nhello\r\n0\r\n\r\n";
    struct scene *scene = *state;

    for (size_t len = 0; len < sizeof(raw) - 1; len++) {
        scene_request(scene);
        wire_send_str(&scene->peer, (struct str){ raw, len });
        wire_half_close(&scene->peer);
        scene_until_end(scene);
        assert_int_equal(scene->end, CALL_CUT);
        assert_int_equal(call_state(scene->call), CALL_FAILED);
        assert_true(str_starts(str_of(raw + sizeof(CHUNKED) - 1),
                               buf_str(&scene->raw)));
    }
}

static void bytes_come_as_they_were_sent(void **state)
{
    struct scene *scene = *state;

    scene_request(scene);
    scene_answer(scene, CHUNKED "0002;x\r\nok\r\n0\r\n\r\n");
    unit_assert_str(buf_str(&scene->raw), "0002;x\r\nok\r\n0\r\n\r\n");
    unit_assert_str(buf_str(&scene->decoded), "ok");
}

/* The credential is in it.  (The upstream's copy is not ours.) */
static void no_copy_of_a_head_stays(void **state)
{
    struct scene *scene = *state;

    scene->options.head =
        STR("POST / HTTP/1.1\r\nauthorization: sk-ant-abc\r\n\r\n");
    scene->options.body = STR("hello");
    freed_watch(STR("sk-ant-abc"));
    scene_begin(scene);
    scene->peer.got.secret = true;
    wire_expect(&scene->peer, "\r\n\r\nhello");
    scene_answer(scene, LENGTH_2);
    assert_int_equal(freed_with_it(), 0);
}

static void a_reset_is_told_by_step(void **state)
{
    struct scene *scene = *state;

    scene_request(scene);
    wire_reset(&scene->peer);
    scene_until_end(scene);
    assert_int_equal(call_error(scene->call)->code, ERR_FIRST_BYTE);
    unit_assert_part(call_error(scene->call)->text, "first byte failed: 127");

    scene_request(scene);
    wire_send(&scene->peer, OK "content-length: 9\r\n\r\nok");
    scene_until(scene, CALL_READING);
    wire_reset(&scene->peer);
    scene_until_end(scene);
    assert_int_equal(call_error(scene->call)->code, ERR_BAD_RESPONSE);
    unit_assert_part(call_error(scene->call)->text, "was cut");
}

static void an_answer_to_head_ends_with_its_head(void **state)
{
    struct scene *scene = *state;

    scene->options.to_head = true;
    scene_request(scene);
    scene_answer(scene, OK "content-length: 100\r\n\r\n");
    assert_int_equal(scene->end, CALL_END);
    assert_int_equal(scene_idle(scene), 1);
}

/* ---- deadlines ---------------------------------------------------------- */

static void check_timeout(struct scene *scene, const char *part)
{
    scene_until_end(scene);
    assert_int_equal(call_state(scene->call), CALL_FAILED);
    assert_int_equal(call_error(scene->call)->code, ERR_TIMEOUT);
    unit_assert_part(call_error(scene->call)->text, part);
}

static void a_silent_upstream_is_given_up(void **state)
{
    struct scene *scene = *state;

    scene->options.first_byte_ms = 20;
    scene_request(scene);
    check_timeout(scene, "first byte failed");
    assert_true(call_facts(scene->call).sent);
    assert_false(call_facts(scene->call).answered);
}

static void a_head_that_drips_is_given_up(void **state)
{
    struct scene *scene = *state;

    scene->options.first_byte_ms = 30;
    scene_request(scene);
    for (int i = 0; i < 60 && call_state(scene->call) == CALL_WAITING; i++) {
        wire_send(&scene->peer, i ? "x" : OK "x: ");
        wire_turn(scene->loop);
    }
    check_timeout(scene, "first byte failed");
}

static void silence_in_the_middle_is_given_up(void **state)
{
    struct scene *scene = *state;

    scene->options.idle_ms = 20;
    scene_request(scene);
    wire_send(&scene->peer, OK "content-length: 9\r\n\r\nok");
    check_timeout(scene, "next byte failed");
}

/* ---- cancelling --------------------------------------------------------- */

static void check_hung_up(struct scene *scene)
{
    assert_int_equal(scene_idle(scene), 0);
    wire_expect_end(&scene->peer);
}

static void a_call_can_be_freed_in_every_state(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    assert_int_equal(call_state(scene->call), CALL_DIALING);
    scene_finish(scene);
    wire_turn_for(scene->loop, 3);

    scene_request(scene);
    assert_int_equal(call_state(scene->call), CALL_WAITING);
    scene_finish(scene);
    check_hung_up(scene);

    scene_request(scene);
    wire_send(&scene->peer, OK "content-length: 9\r\n\r\nok");
    scene_until(scene, CALL_READING);
    scene_finish(scene);
    check_hung_up(scene);
}

static void a_call_can_be_freed_in_its_wake(void **state)
{
    static const enum call_state states[] = { CALL_WAITING, CALL_READING,
                                              CALL_DONE };
    static const char *const sent[] = { "", OK "content-length: 9\r\n\r\nok",
                                        OK "content-length: 0\r\n\r\n" };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(states); i++) {
        scene->cancel = states[i];
        scene->cancelled = false;
        scene_begin(scene);
        wire_send(&scene->peer, sent[i]);
        for (int n = 0; n < 1000 && !scene->cancelled; n++)
            wire_turn(scene->loop);
        assert_true(scene->cancelled);
        if (states[i] != CALL_DONE)
            check_hung_up(scene);
    }
}

static void a_failed_call_can_be_freed_in_its_wake(void **state)
{
    struct scene *scene = *state;

    scene->options.first_byte_ms = 10;
    scene_request(scene);
    scene_until_end(scene);
    scene_finish(scene);
    check_hung_up(scene);
}

/* ---- pausing ------------------------------------------------------------ */

#define BIG (4u * 1024 * 1024)

static void send_big_answer(struct scene *scene)
{
    static char block[65536];
    size_t sent = 0;

    wire_send(&scene->peer, OK "content-length: 4194304\r\n\r\n");
    scene_until(scene, CALL_READING);
    call_pause(scene->call, true);
    memset(block, 'x', sizeof(block));
    while (sent < BIG) {
        size_t before = scene->raw.len;

        wire_send_str(&scene->peer, (struct str){ block, sizeof(block) });
        sent += sizeof(block);
        /* The kernel has room for some of it; the call takes nothing. */
        if (sent < 512u * 1024)
            assert_int_equal(scene->raw.len, before);
        if (sent == 512u * 1024)
            call_pause(scene->call, false);
    }
}

static void a_paused_call_takes_nothing(void **state)
{
    struct scene *scene = *state;

    scene->options.idle_ms = WIRE_WAIT_MS;
    scene_request(scene);
    send_big_answer(scene);
    scene_until_end(scene);
    assert_int_equal(scene->end, CALL_END);
    assert_int_equal(scene->raw.len, BIG);
}

static void silence_does_not_count_while_paused(void **state)
{
    struct scene *scene = *state;

    scene->options.idle_ms = WIRE_CALM_MS;
    scene_request(scene);
    wire_send(&scene->peer, OK "content-length: 4\r\n\r\nok");
    scene_until(scene, CALL_READING);
    call_pause(scene->call, true);
    wire_rest(scene->loop, WIRE_CALM_MS * 3 / 2);
    assert_int_equal(call_state(scene->call), CALL_READING);
    call_pause(scene->call, false);
    scene_answer(scene, "ok");
    assert_int_equal(scene->end, CALL_END);
}

/* What was not read in the wake is there later, and was not overwritten. */
static void bytes_wait_for_a_lazy_reader(void **state)
{
    struct scene *scene = *state;

    scene->lazy = true;
    scene_request(scene);
    wire_send(&scene->peer, OK "content-length: 4\r\n\r\nok");
    scene_until(scene, CALL_READING);
    call_pause(scene->call, true);
    memset(loop_scratch(scene->loop, LOOP_SCRATCH_IN), '#', LOOP_SCRATCH_SIZE);
    wire_send(&scene->peer, "ay");
    wire_turn_for(scene->loop, 3);
    scene_read(scene);
    unit_assert_str(buf_str(&scene->raw), "ok");
    scene->lazy = false;
    call_pause(scene->call, false);
    scene_until_end(scene);
    unit_assert_str(buf_str(&scene->raw), "okay");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(answers_end_as_they_say),
        ROW(seams_change_nothing),
        ROW(a_cut_anywhere_is_a_cut),
        ROW(bytes_come_as_they_were_sent),
        ROW(no_copy_of_a_head_stays),
        ROW(a_reset_is_told_by_step),
        ROW(an_answer_to_head_ends_with_its_head),
        ROW(a_silent_upstream_is_given_up),
        ROW(a_head_that_drips_is_given_up),
        ROW(silence_in_the_middle_is_given_up),
        ROW(a_call_can_be_freed_in_every_state),
        ROW(a_call_can_be_freed_in_its_wake),
        ROW(a_failed_call_can_be_freed_in_its_wake),
        ROW(a_paused_call_takes_nothing),
        ROW(silence_does_not_count_while_paused),
        ROW(bytes_wait_for_a_lazy_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
