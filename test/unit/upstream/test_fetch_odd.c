// SPDX-License-Identifier: MIT
/* Answers that are not as they should be, and are read all the same. */
#include <zlib.h>

#include "play.h"
#include "sim/compress.h"

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

/* Looks for the tokens, as it were: `ab` is one, anywhere. */
static enum fetch_worth look_for(unsigned status, struct str body)
{
    (void)status;
    if (str_contains(body, STR("<ab>")))
        return FETCH_ENOUGH;
    return str_contains(body, STR("<a>")) ? FETCH_PRECIOUS : FETCH_WORTHLESS;
}

static bool doubt(unsigned status, struct str body)
{
    return status < 400 && !str_contains(body, STR("."));
}

#define CL "content-length: 4\r\n"
#define TE "transfer-encoding: chunked\r\n"
#define FIELDS_64                                                              \
    "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n"         \
    "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n"         \
    "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n"         \
    "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n"         \
    "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n"         \
    "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n"         \
    "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n"         \
    "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n"

/* Each of them is followed by "<ab>", or by nothing that is missing. */
static const struct {
    const char *head; /* before the empty line */
    const char *rest;
    unsigned status; /* 0: not understood */
} wrong[] = {
    { OK CL TE, "4\r\n<ab>\r\n0\r\n\r\n", 0 },
    { OK CL TE, "1\r\n<\r\n3\r\nab>\r\n0\r\n\r\n", 0 },
    { OK CL CL, "<ab>", 0 },
    { OK CL "content-length: 3\r\n", "<ab>", 0 },
    { OK "content-length: 2\r\n", "<ab>", 200 },
    { OK "content-length: 0\r\n", "<ab>", 200 },
    { OK "transfer-encoding: gzip, chunked\r\n", "4\r\n<ab>\r\n0\r\n\r\n", 0 },
    { OK TE, "QQ\r\n<ab>\r\n0\r\n\r\n", 200 },
    { OK TE, "<ab>", 200 },
    { OK "no colon\r\n" CL, "<ab>", 0 },
    { OK "a : b\r\n" CL, "<ab>", 0 },
    { OK "a: b\r\n c\r\n" CL, "<ab>", 0 },
    { OK FIELDS_64 FIELDS_64 FIELDS_64 FIELDS_64 CL, "<ab>", 0 },
    { "HTTP/1.1 200 OK\n", "<ab>", 0 },
    { "HTTP/2 200\r\n" CL, "<ab>", 0 },
    { "HTTP/1.1 20\r\n" CL, "<ab>", 0 },
    { "SSH-2.0-x\r\n", "<ab>", 0 },
    { "HTTP/1.1 101 Up\r\nupgrade: x\r\nconnection: upgrade\r\n", "<ab>", 0 },
    { "HTTP/1.1 204 None\r\n" CL, "<ab>", 204 },
    { "HTTP/1.1 304 Same\r\n" CL, "<ab>", 304 },
};

static void check_found(struct play *play, unsigned status)
{
    finish(play);
    assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
    assert_int_equal(fetch_status(play->fetch), status);
    assert_true(str_contains(fetch_body(play->fetch), STR("<ab>")));
}

/* At once or a moment later, and with the connection open. */
static void nor_is_it_lost_when_head_or_framing_are_wrong(void **state)
{
    struct play *play = *state;

    play->options.look = look_for;
    play->options.doubt = doubt;
    for (size_t i = 0; i < 2 * COUNT_OF(wrong); i++) {
        begin(play);
        wire_send(&play->scene->peer, wrong[i / 2].head);
        wire_send(&play->scene->peer, "\r\n");
        if (i % 2)
            wire_turn_for(play->scene->loop, 5);
        wire_send(&play->scene->peer, wrong[i / 2].rest);
        check_found(play, wrong[i / 2].status);
    }
}

static void nor_with_a_nul_in_a_field(void **state)
{
    struct play *play = *state;

    play->options.look = look_for;
    begin(play);
    wire_send(&play->scene->peer, OK "a: b");
    wire_send_str(&play->scene->peer, (struct str){ "", 1 });
    wire_send(&play->scene->peer, "c\r\n" CL "\r\n<ab>");
    check_found(play, 0);
}

/* The same ends in what it was before if nothing comes. */
static void a_wrong_answer_with_nothing_in_it_fails(void **state)
{
    struct play *play = *state;

    play->options.look = look_for;
    play->options.doubt = doubt;
    for (int open = 0; open <= 1; open++) {
        begin(play);
        wire_send(&play->scene->peer, OK CL TE "\r\n{}");
        if (!open)
            wire_half_close(&play->scene->peer);
        check_failed(play, ERR_BAD_RESPONSE, "bad answer from");
        begin(play);
        wire_send(&play->scene->peer, OK "content-length: 2\r\n\r\n{}");
        if (!open)
            wire_half_close(&play->scene->peer);
        finish(play);
        unit_assert_str(fetch_body(play->fetch), "{}");
    }
}

/* Their end is the end: with a moment's wait for each this would take minutes. */
static void a_whole_answer_is_not_waited_behind(void **state)
{
    static const char *const whole[] = {
        OK "content-length: 4\r\n\r\n<ab>",
        OK "content-length: 4\r\n\r\n<a>.",
        "HTTP/1.1 400 No\r\ncontent-length: 2\r\n\r\n{}",
    };
    struct play *play = *state;

    play->options.look = look_for;
    play->options.doubt = doubt;
    for (size_t i = 0; i < 40 * COUNT_OF(whole); i++) {
        begin(play);
        wire_send(&play->scene->peer, whole[i % COUNT_OF(whole)]);
        finish(play);
        assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
    }
}

static void it_can_be_given_up_while_it_is_doubted(void **state)
{
    struct play *play = *state;

    play->options.look = look_for;
    begin(play);
    wire_send(&play->scene->peer, OK CL TE "\r\n");
    wire_turn_for(play->scene->loop, 5);
    assert_int_equal(play->wakes, 0);
    fetch_free(play->fetch);
    play->fetch = NULL;
    wire_expect_end(&play->scene->peer);
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
    size_t len = FETCH_KEEP_MAX + 1;
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
    assert_int_equal(fetch_body(play->fetch).len, FETCH_KEEP_MAX);
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

/* Each packs what is in front of it. */
static const struct {
    enum directive_encoding packs[4];
    const char *said;
} stacks[] = {
    { { ENCODING_BR }, "br" },
    { { ENCODING_ZSTD }, "zstd" },
    { { ENCODING_ZSTD }, "" },
    { { ENCODING_GZIP, ENCODING_DEFLATE }, "gzip, deflate" },
    { { ENCODING_DEFLATE, ENCODING_GZIP }, "deflate, gzip" },
    { { ENCODING_BR, ENCODING_GZIP }, "br" },
    { { ENCODING_BR }, "br, gzip" },
    { { ENCODING_ZSTD, ENCODING_BR, ENCODING_GZIP }, "zstd,br,gzip" },
};

static void pack_stack(const enum directive_encoding *packs, struct buf *out)
{
    buf_init(out, 1u << 18);
    buf_add(out, STR("{\"a\":1}"));
    for (size_t i = 0; packs[i] != ENCODING_NONE; i++) {
        struct compress *compress = compress_new(packs[i]);
        struct buf packed;

        buf_init(&packed, 1u << 18);
        compress_add(compress, buf_str(out), true, &packed);
        compress_free(compress);
        buf_done(out);
        *out = packed;
    }
}

static void nor_does_it_matter_which_and_how_often(void **state)
{
    struct play *play = *state;

    for (size_t i = 0; i < COUNT_OF(stacks); i++) {
        struct buf packed;
        char field[100];

        pack_stack(stacks[i].packs, &packed);
        (void)snprintf(field, sizeof(field), "content-encoding: %s\r\n",
                       stacks[i].said);
        send_packed(play, field, buf_str(&packed));
        assert_int_equal(fetch_state(play->fetch), FETCH_ANSWERED);
        unit_assert_str(fetch_body(play->fetch), "{\"a\":1}");
        buf_done(&packed);
    }
}

/* By its first bytes. */
static void zlib_that_nobody_named_is_known(void **state)
{
    struct play *play = *state;
    struct buf packed;

    pack(15, STR("{\"a\":1}"), &packed);
    send_packed(play, "", buf_str(&packed));
    unit_assert_str(fetch_body(play->fetch), "{\"a\":1}");
    buf_done(&packed);
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
    play->options.look = look_for;
    send_packed(play, "content-encoding: br\r\n", STR("the <ab> of it"));
    unit_assert_str(fetch_body(play->fetch), "the <ab> of it");
    send_packed(play, "", STR("x^ and <ab> of it"));
    unit_assert_str(fetch_body(play->fetch), "x^ and <ab> of it");
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
        ROW(nor_is_it_lost_when_head_or_framing_are_wrong),
        ROW(nor_with_a_nul_in_a_field),
        ROW(a_wrong_answer_with_nothing_in_it_fails),
        ROW(a_whole_answer_is_not_waited_behind),
        ROW(it_can_be_given_up_while_it_is_doubted),
        ROW(or_though_it_was_late),
        ROW(a_rest_that_does_not_matter_is_not_waited_for),
        ROW(or_though_it_was_too_large),
        ROW(compression_nobody_asked_for_is_undone),
        ROW(nor_does_it_matter_which_and_how_often),
        ROW(zlib_that_nobody_named_is_known),
        ROW(what_only_claims_to_be_compressed_stays),
        ROW(a_bomb_is_given_up),
        ROW(compression_and_a_cut_come_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
