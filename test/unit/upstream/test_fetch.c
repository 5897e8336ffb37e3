// SPDX-License-Identifier: MIT
/* Small exchanges whose answer is read whole. */
#include "upstream/fetch.h"

#include "freed.h"
#include "play.h"

#define PLAIN "accept-encoding: identity\r\n"

/* ---- the request -------------------------------------------------------- */

static const struct {
    const char *method;
    const char *fields;
    const char *body;
    const char *sent;
} requests[] = {
    { "GET", "", "", "GET /a?b=c HTTP/1.1\r\nhost: api.test\r\n" PLAIN "\r\n" },
    { "HEAD", "", "",
      "HEAD /a?b=c HTTP/1.1\r\nhost: api.test\r\n" PLAIN "\r\n" },
    { "POST", "x: y\r\nz: " SECRET "\r\n", "{}",
      "POST /a?b=c HTTP/1.1\r\nhost: api.test\r\ncontent-length: 2\r\n" PLAIN
      "x: y\r\nz: " SECRET "\r\n\r\n{}" },
    { "POST", "", "",
      "POST /a?b=c HTTP/1.1\r\nhost: api.test\r\ncontent-length: 0\r\n" PLAIN
      "\r\n" },
};

static void requests_leave_as_they_are_said(void **state)
{
    struct play *play = *state;

    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        play->options.method = str_of(requests[i].method);
        play->options.fields = str_of(requests[i].fields);
        play->options.body = str_of(requests[i].body);
        begin(play);
        wire_expect(&play->scene->peer, requests[i].sent);
        assert_int_equal(play->scene->peer.got.len, strlen(requests[i].sent));
        wire_send(&play->scene->peer, OK "content-length: 0\r\n\r\n");
        finish(play);
        assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
    }
}

static void texts_are_copied(void **state)
{
    struct play *play = *state;
    char body[] = "one";

    play->options.method = STR("POST");
    play->options.body = str_of(body);
    start(play);
    memset(body, 'x', 3);
    wire_accept(&play->scene->peer, play->scene->loop, play->scene->listening);
    wire_expect(&play->scene->peer, "\r\n\r\none");
}

/* A token call must not meet a connection that is just dying, and leaves none. */
static void each_has_a_connection_of_its_own(void **state)
{
    struct play *play = *state;

    for (int i = 0; i < 2; i++) {
        begin(play);
        wire_send(&play->scene->peer, OK "content-length: 0\r\n\r\n");
        finish(play);
        assert_int_equal(scene_idle(play->scene), 0);
    }
}

/* ---- the answer --------------------------------------------------------- */

static const struct {
    const char *method;
    const char *raw;
    unsigned status;
    const char *body;
} answers[] = {
    { "GET", OK "content-length: 2\r\nx-a: b\r\n\r\nok", 200, "ok" },
    { "GET",
      OK "x-a: b\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n"
         "0\r\n\r\n",
      200, "ok!" },
    { "GET", OK "x-a: b\r\n\r\nuntil the end", 200, "until the end" },
    { "GET",
      "HTTP/1.1 302 Found\r\nx-a: b\r\nlocation: /x\r\ncontent-length: 0\r\n"
      "\r\n",
      302, "" },
    { "GET",
      "HTTP/1.1 400 Bad Request\r\nx-a: b\r\ncontent-length: 2\r\n\r\n{}", 400,
      "{}" },
    { "HEAD", OK "x-a: b\r\ncontent-length: 100\r\n\r\n", 200, "" },
};

static void answers_are_read_whole(void **state)
{
    struct play *play = *state;

    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        play->options.method = str_of(answers[i].method);
        begin(play);
        wire_send(&play->scene->peer, answers[i].raw);
        wire_half_close(&play->scene->peer);
        finish(play);
        assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
        assert_int_equal(fetch_status(play->fetch), answers[i].status);
        unit_assert_str(fetch_body(play->fetch), answers[i].body);
        unit_assert_str(*headers_get(fetch_headers(play->fetch), STR("x-a")),
                        "b");
    }
}

static void send_body(struct play *play, size_t len)
{
    char head[100];
    char *body = mem_alloc(len);

    memset(body, 'x', len);
    (void)snprintf(head, sizeof(head), OK "content-length: %zu\r\n\r\n", len);
    begin(play);
    wire_send(&play->scene->peer, head);
    wire_send_str(&play->scene->peer, (struct str){ body, len });
    mem_free(body);
}

static void a_body_has_a_ceiling(void **state)
{
    struct play *play = *state;

    send_body(play, FETCH_BODY_MAX);
    finish(play);
    assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
    assert_int_equal(fetch_body(play->fetch).len, FETCH_BODY_MAX);

    send_body(play, FETCH_BODY_MAX + 1);
    check_failed(play, ERR_BAD_RESPONSE, "is larger than 1048576 bytes");
}

static const struct {
    const char *raw;
    enum err_code code;
    const char *part;
} failures[] = {
    { "", ERR_FIRST_BYTE, "first byte failed: 127.0.0.1:" },
    { "SSH-2.0-x\r\n", ERR_BAD_RESPONSE, "bad answer from" },
    { OK "content-length: 9\r\n\r\nok", ERR_BAD_RESPONSE, "was cut" },
};

static void what_is_no_whole_answer_fails(void **state)
{
    struct play *play = *state;

    play->options.fields = STR("a: " SECRET "\r\n");
    for (size_t i = 0; i < COUNT_OF(failures); i++) {
        begin(play);
        wire_send(&play->scene->peer, failures[i].raw);
        wire_half_close(&play->scene->peer);
        check_failed(play, failures[i].code, failures[i].part);
    }
}

/* It may have been paid for. */
static void what_came_of_a_cut_answer_is_known(void **state)
{
    struct play *play = *state;

    begin(play);
    wire_send(&play->scene->peer, OK "content-length: 9\r\n\r\nok");
    wire_half_close(&play->scene->peer);
    finish(play);
    assert_int_equal(fetch_state(play->fetch), FETCH_FAILED);
    assert_int_equal(fetch_status(play->fetch), 200);
    unit_assert_str(fetch_body(play->fetch), "ok");
}

/* A byte now and then does not keep it alive. */
static void a_dripping_answer_is_given_up(void **state)
{
    struct play *play = *state;

    play->options.answer_ms = WIRE_CALM_MS;
    begin(play);
    wire_send(&play->scene->peer, OK "content-length: 5000\r\n\r\n");
    for (int i = 0; i < 3000 && play->wakes == 0; i++) {
        wire_send(&play->scene->peer, "x");
        wire_turn(play->scene->loop);
    }
    check_failed(play, ERR_TIMEOUT, "not complete within 400 ms");
    wire_expect_end(&play->scene->peer);
}

static void a_failure_to_connect_is_told(void **state)
{
    struct play *play = *state;
    struct origin *nowhere = origin_new(STR("127.0.0.1"), 1, NULL);

    play->options.origin = nowhere;
    start(play);
    check_failed(play, ERR_CONNECT, "connect failed: 127.0.0.1:1");
    fetch_free(play->fetch);
    play->fetch = NULL;
    origin_free(nowhere);
}

/* Tokens are in it. */
static void no_copy_of_an_answer_stays(void **state)
{
    struct play *play = *state;
    struct loop *loop = play->scene->loop;
    struct str in = { loop_scratch(loop, LOOP_SCRATCH_IN), LOOP_SCRATCH_SIZE };

    freed_watch(STR("sk-ant-abc"));
    begin(play);
    wire_send(&play->scene->peer, OK "content-length: 30\r\n\r\nsk-ant-abc");
    wire_turn_for(loop, 3);
    wire_send(&play->scene->peer, " sk-ant-abc sk-ant-a");
    finish(play);
    assert_true(str_contains(in, STR("sk-ant-a")));
    fetch_free(play->fetch);
    play->fetch = NULL;
    assert_int_equal(freed_with_it(), 0);
    assert_false(str_contains(in, STR("sk-ant-a")));
}

/* ---- freeing ------------------------------------------------------------ */

static void freeing_cancels(void **state)
{
    struct play *play = *state;

    start(play);
    fetch_free(play->fetch);
    play->fetch = NULL;
    wire_turn_for(play->scene->loop, 3);
    begin(play);
    fetch_free(play->fetch);
    play->fetch = NULL;
    wire_expect_end(&play->scene->peer);
    assert_int_equal(play->wakes, 0);
    fetch_free(NULL);
}

static void it_can_be_freed_in_its_wake(void **state)
{
    static const char *const endings[] = {
        OK "content-length: 2\r\n\r\nok",
        OK "content-length: 9\r\n\r\nok",
        OK "content-length: 9000000\r\n\r\nok",
    };
    struct play *play = *state;

    play->free_in_wake = true;
    play->options.answer_ms = WIRE_CALM_MS;
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        begin(play);
        wire_send(&play->scene->peer, endings[i]);
        if (i == 1)
            wire_half_close(&play->scene->peer);
        finish(play);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(requests_leave_as_they_are_said),
        ROW(texts_are_copied),
        ROW(each_has_a_connection_of_its_own),
        ROW(answers_are_read_whole),
        ROW(a_body_has_a_ceiling),
        ROW(what_is_no_whole_answer_fails),
        ROW(what_came_of_a_cut_answer_is_known),
        ROW(a_dripping_answer_is_given_up),
        ROW(a_failure_to_connect_is_told),
        ROW(no_copy_of_an_answer_stays),
        ROW(freeing_cancels),
        ROW(it_can_be_freed_in_its_wake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
