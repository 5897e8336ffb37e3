// SPDX-License-Identifier: MIT
/* Answers that are not as they should be, and are read all the same. */
#include <zlib.h>

#include "play.h"

#define PACKED_MAX 8192u

/* ---- answers in part ---------------------------------------------------- */

/* `b` after `a` is all that matters. */
static enum fetch_worth look(unsigned status, struct str body)
{
    if (status != 200 || !str_starts(body, STR("a")))
        return FETCH_WORTHLESS;
    return str_starts(body, STR("ab")) ? FETCH_ENOUGH : FETCH_PRECIOUS;
}

static const struct {
    const char *raw;
    const char *body; /* NULL: FAILED */
} parts[] = {
    { OK "content-length: 9\r\n\r\na", "a" },
    { OK "content-length: 9\r\n\r\nabc", "abc" },
    { OK "transfer-encoding: chunked\r\n\r\n9\r\nab", "ab" },
    { OK "transfer-encoding: chunked\r\n\r\n2\r\nab\r\nno size\r\n", "ab" },
    { OK "content-length: 9\r\n\r\nx", NULL },
    { OK "content-length: 9\r\n\r\n", NULL },
    { OK "content-le", NULL },
    { "HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\nab", NULL },
};

static void what_must_not_be_lost_is_taken_though_it_was_cut(void **state)
{
    struct play *play = *state;

    play->options.look = look;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        begin(play);
        wire_send(&play->scene->peer, parts[i].raw);
        wire_half_close(&play->scene->peer);
        finish(play);
        assert_int_equal(fetch_state(play->fetch),
                         parts[i].body ? FETCH_ANSWERED : FETCH_FAILED);
        if (parts[i].body)
            unit_assert_str(fetch_body(play->fetch), parts[i].body);
    }
}

static void or_though_it_was_late(void **state)
{
    struct play *play = *state;

    play->options.look = look;
    play->options.answer_ms = 40;
    begin(play);
    wire_send(&play->scene->peer, OK "content-length: 9\r\n\r\na");
    finish(play);
    assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
    unit_assert_str(fetch_body(play->fetch), "a");
}

/* WIRE_WAIT_MS is as long as a test may take: the rest is waited for less. */
static void a_rest_that_does_not_matter_is_not_waited_for(void **state)
{
    struct play *play = *state;

    play->options.look = look;
    play->options.answer_ms = 20u * WIRE_WAIT_MS;
    begin(play);
    wire_send(&play->scene->peer, OK "content-length: 9\r\n\r\nab");
    finish(play);
    assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
}

static void or_though_it_was_too_large(void **state)
{
    struct play *play = *state;
    size_t len = FETCH_BODY_MAX + 1;
    char head[100];
    char *body = mem_alloc(len);

    memset(body, 'a', len);
    (void)snprintf(head, sizeof(head), OK "content-length: %zu\r\n\r\n", len);
    play->options.look = look;
    begin(play);
    wire_send(&play->scene->peer, head);
    wire_send_str(&play->scene->peer, (struct str){ body, len });
    mem_free(body);
    finish(play);
    assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
    assert_int_equal(fetch_body(play->fetch).len, FETCH_BODY_MAX);
}

/* ---- compression -------------------------------------------------------- */

static void pack(int bits, struct str text, struct buf *out)
{
    z_stream zlib = { .next_in = (Bytef *)(uintptr_t)text.at,
                      .avail_in = (uInt)text.len };

    assert_int_equal(deflateInit2(&zlib, 9, Z_DEFLATED, bits, 8,
                                  Z_DEFAULT_STRATEGY),
                     Z_OK);
    buf_init(out, PACKED_MAX);
    zlib.next_out = (Bytef *)buf_room(out, PACKED_MAX);
    zlib.avail_out = PACKED_MAX;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    buf_grow(out, PACKED_MAX - zlib.avail_out);
    (void)deflateEnd(&zlib);
}

static void send_packed(struct play *play, const char *fields, struct str body)
{
    char head[200];

    begin(play);
    (void)snprintf(head, sizeof(head), OK "%scontent-length: %zu\r\n\r\n",
                   fields, body.len);
    wire_send(&play->scene->peer, head);
    wire_send_str(&play->scene->peer, body);
    finish(play);
}

static const struct {
    int bits;
    const char *fields;
} codings[] = {
    { 31, "content-encoding: gzip\r\n" },
    { 31, "content-encoding: x-gzip\r\n" },
    { 31, "content-encoding: identity\r\n" },
    { 31, "" },
    { 15, "content-encoding: deflate\r\n" },
    { -15, "content-encoding: Deflate \r\n" },
};

static void compression_nobody_asked_for_is_undone(void **state)
{
    struct play *play = *state;

    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct buf once;
        struct buf twice;

        pack(codings[i].bits, STR("{\"a\":1}"), &once);
        send_packed(play, codings[i].fields, buf_str(&once));
        assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
        unit_assert_str(fetch_body(play->fetch), "{\"a\":1}");
        pack(31, buf_str(&once), &twice);
        send_packed(play, codings[i].fields, buf_str(&twice));
        unit_assert_str(fetch_body(play->fetch), "{\"a\":1}");
        buf_done(&once);
        buf_done(&twice);
    }
}

static void what_only_claims_to_be_compressed_stays(void **state)
{
    struct play *play = *state;

    send_packed(play, "content-encoding: gzip\r\n", STR("{}"));
    unit_assert_str(fetch_body(play->fetch), "{}");
    send_packed(play, "content-encoding: deflate\r\n", STR(" {\"a\":1}"));
    unit_assert_str(fetch_body(play->fetch), " {\"a\":1}");
    send_packed(play, "", STR("\x1f\x8b no"));
    unit_assert_str(fetch_body(play->fetch), "\x1f\x8b no");
}

static void a_bomb_is_given_up(void **state)
{
    static char zeros[FETCH_BODY_MAX + 1];
    struct play *play = *state;
    struct buf packed;

    pack(31, (struct str){ zeros, sizeof(zeros) }, &packed);
    send_packed(play, "content-encoding: gzip\r\n", buf_str(&packed));
    check_failed(play, ERR_BAD_RESPONSE, "is larger than 1048576 bytes");
    buf_done(&packed);
}

/* Cut in the middle, and in chunks. */
static void compression_and_a_cut_come_together(void **state)
{
    struct play *play = *state;
    struct buf packed;
    char head[100];

    play->options.look = look;
    pack(31, STR("abcdefgh"), &packed);
    begin(play);
    wire_send(&play->scene->peer, OK "content-encoding: gzip\r\n"
                                     "transfer-encoding: chunked\r\n\r\n");
    (void)snprintf(head, sizeof(head), "%zx\r\n", packed.len);
    wire_send(&play->scene->peer, head);
    wire_send_str(&play->scene->peer,
                  str_sub(buf_str(&packed), 0, packed.len - 8));
    wire_half_close(&play->scene->peer);
    finish(play);
    assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
    unit_assert_str(fetch_body(play->fetch), "abcdefgh");
    buf_done(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(what_must_not_be_lost_is_taken_though_it_was_cut),
        ROW(or_though_it_was_late),
        ROW(a_rest_that_does_not_matter_is_not_waited_for),
        ROW(or_though_it_was_too_large),
        ROW(compression_nobody_asked_for_is_undone),
        ROW(what_only_claims_to_be_compressed_stays),
        ROW(a_bomb_is_given_up),
        ROW(compression_and_a_cut_come_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
