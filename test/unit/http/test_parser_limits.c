// SPDX-License-Identifier: MIT
/* The parser: sizes, exact ends, and what HEAD and the end of a connection do. */
#include "http/parser.h"

#include <stdio.h>
#include <string.h>

#include "messages.h"
#include "unit.h"

#define FRONT "GET / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED                                                                \
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\n"

static void add_many(struct buf *out, char c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_add(out, (struct str){ &c, 1 });
}

/* What is built around a run of so many letters. */
struct limit {
    const char *name;
    const char *front;
    const char *back;
    size_t count;
    enum err_code code; /* 0: accepted */
};

static const struct limit limits[] = {
    { "a long target", "GET /", " HTTP/1.1\r\nHost: a\r\n\r\n", 8191, 0 },
    { "a target too long", "GET /", " HTTP/1.1\r\nHost: a\r\n\r\n", 8192,
      ERR_TARGET_TOO_LONG },
    { "an endless target", "GET /", "", 100000, ERR_TARGET_TOO_LONG },
    { "a large field", FRONT "X: ", "\r\n\r\n", 60000, 0 },
    { "a field too large", FRONT "X: ", "\r\n\r\n", 65536, ERR_HEAD_TOO_LARGE },
    { "an endless field", FRONT "X: ", "", 200000, ERR_HEAD_TOO_LARGE },
    { "an endless name", FRONT, "", 200000, ERR_HEAD_TOO_LARGE },
    { "a long extension", CHUNKED "1;", "\r\na\r\n0\r\n\r\n", 255, 0 },
    { "an extension too long", CHUNKED "1;", "\r\na\r\n0\r\n\r\n", 280,
      ERR_BAD_REQUEST },
    { "an endless extension", CHUNKED "1;", "", 100000, ERR_BAD_REQUEST },
    { "an endless method", "", "", 100000, ERR_BAD_REQUEST },
};

static void read_limit(const struct limit *limit, size_t step)
{
    struct messages got;
    struct buf raw;

    buf_init(&raw, 1u << 20);
    buf_add(&raw, str_of(limit->front));
    add_many(&raw, 'a', limit->count);
    buf_add(&raw, str_of(limit->back));
    messages_read(&got, PARSER_REQUEST, buf_str(&raw), step);
    if (got.refused != (limit->code != 0) ||
        (got.refused && got.code != limit->code))
        fail_msg("%s: refused %d, %s", limit->name, got.refused,
                 got.refused ? got.last_text : "");
    messages_done(&got);
    buf_done(&raw);
}

static void sizes_are_bounded(void **state)
{
    static const size_t steps[] = { 0, 1, 4096 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        for (size_t j = 0; j < COUNT_OF(steps); j++)
            read_limit(&limits[i], steps[j]);
    }
}

static const struct {
    enum parser_kind kind;
    size_t count;
    const char *refusal; /* NULL: they pass */
} counts[] = {
    { PARSER_REQUEST, 128, NULL },
    { PARSER_REQUEST, 129, "the request has more than 128 header fields" },
    { PARSER_RESPONSE, 129, NULL },
    { PARSER_RESPONSE, 256, NULL },
    { PARSER_RESPONSE, 257, "the answer has more than 256 header fields" },
};

static void fields_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct messages got;
        struct buf raw;

        buf_init(&raw, 1u << 20);
        buf_add(&raw, counts[i].kind == PARSER_REQUEST
                          ? STR(FRONT)
                          : STR(OK "Content-Length: 0\r\n"));
        for (size_t field = 1; field < counts[i].count; field++)
            buf_printf(&raw, "X-%zu: y\r\n", field);
        buf_add(&raw, STR("\r\n"));
        messages_read(&got, counts[i].kind, buf_str(&raw), 0);
        assert_int_equal(got.refused, counts[i].refusal != NULL);
        if (counts[i].refusal)
            assert_string_equal(got.last_text, counts[i].refusal);
        messages_done(&got);
        buf_done(&raw);
    }
}

/* Empty lines and white space count too: nothing is read for ever. */
static void blank_lines_do_not_last_for_ever(void **state)
{
    struct messages got;
    struct buf raw;

    (void)state;
    buf_init(&raw, 1u << 20);
    for (int i = 0; i < 50000; i++)
        buf_add(&raw, STR("\r\n"));
    messages_read(&got, PARSER_REQUEST, buf_str(&raw), 4096);
    assert_true(got.refused);
    assert_int_equal(got.code, ERR_HEAD_TOO_LARGE);
    messages_done(&got);
    buf_done(&raw);
}

struct scene {
    struct parser *parser;
    struct arena *arena;
};

static struct scene begin(enum parser_kind kind, bool to_head)
{
    struct scene scene = { parser_new(kind), arena_new() };

    parser_begin(scene.parser, scene.arena, to_head);
    return scene;
}

static void end(struct scene *scene)
{
    parser_free(scene->parser);
    arena_free(scene->arena);
}

static void feeding_stops_behind_head_and_message(void **state)
{
    static const char head[] = OK "Content-Length: 2\r\n\r\n";
    struct scene s = begin(PARSER_RESPONSE, false);

    (void)state;
    assert_false(parser_has_begun(s.parser));
    assert_int_equal(parser_feed(s.parser, STR(OK "Content-Length: 2\r\n\r\n"
                                                  "okHTTP/1.1 500")),
                     sizeof(head) - 1);
    assert_true(parser_has_begun(s.parser));
    assert_int_equal(parser_state(s.parser), PARSER_BODY);
    assert_int_equal(parser_feed(s.parser, STR("okHTTP/1.1 500")), 2);
    assert_int_equal(parser_state(s.parser), PARSER_DONE);
    assert_int_equal(parser_feed(s.parser, STR("HTTP/1.1 500")), 0);
    end(&s);
}

static void an_answer_to_head_has_no_body(void **state)
{
    static const char *const fields[] = { "Content-Length: 100\r\n",
                                          "Transfer-Encoding: chunked\r\n",
                                          "" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct scene s = begin(PARSER_RESPONSE, true);
        char raw[128];

        (void)snprintf(raw, sizeof(raw), OK "%s\r\n", fields[i]);
        assert_int_equal(parser_feed(s.parser, str_of(raw)), strlen(raw));
        assert_int_equal(parser_state(s.parser), PARSER_DONE);
        assert_int_equal(parser_head(s.parser)->length, 0);
        end(&s);
    }
}

static void an_early_end_is_bad(void **state)
{
    static const char *const raws[] = {
        "HTTP/1.1 20",
        OK "Content-Length: 2\r\n",
        OK "Content-Length: 2\r\n\r\n",
        OK "Content-Length: 2\r\n\r\no",
        OK "Transfer-Encoding: chunked\r\n\r\n",
        OK "Transfer-Encoding: chunked\r\n\r\n2\r\no",
        OK "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
        OK "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(raws); i++) {
        struct messages got;

        messages_read(&got, PARSER_RESPONSE, str_of(raws[i]), 1);
        assert_false(got.refused);
        assert_true(got.unfinished);
        assert_int_equal(got.complete, 0);
        messages_done(&got);
    }
}

/* What came before a fault in a body counts as used, so that it can be passed on
   byte for byte and nothing behind it. */
static void a_fault_in_a_body_leaves_what_came_before(void **state)
{
    struct scene s = begin(PARSER_RESPONSE, false);
    struct str body = STR("2\r\nok\r\nzz\r\nno\r\n");
    size_t used;

    (void)state;
    (void)parser_feed(s.parser, STR(OK "Transfer-Encoding: chunked\r\n\r\n"));
    used = parser_feed(s.parser, body);
    assert_int_equal(parser_state(s.parser), PARSER_BAD);
    assert_true(used >= 5 && used <= 7);
    assert_int_equal(parser_error(s.parser)->code, ERR_BAD_RESPONSE);
    end(&s);
}

static void a_parser_is_used_again_and_again(void **state)
{
    struct scene s = begin(PARSER_REQUEST, false);

    (void)state;
    for (int i = 0; i < 3; i++) {
        (void)parser_feed(s.parser, STR("GET /a"));
        parser_begin(s.parser, s.arena, false);
        (void)parser_feed(s.parser, STR("GE\n"));
        assert_int_equal(parser_state(s.parser), PARSER_BAD);
        parser_begin(s.parser, s.arena, false);
        (void)parser_feed(s.parser, STR(FRONT "\r\n"));
        assert_int_equal(parser_state(s.parser), PARSER_DONE);
        unit_assert_str(parser_head(s.parser)->target, "/");
        parser_begin(s.parser, s.arena, false);
    }
    end(&s);
}

static void a_head_keeps_order_and_spelling(void **state)
{
    struct scene s = begin(PARSER_REQUEST, false);
    const struct headers *headers;

    (void)state;
    (void)parser_feed(s.parser,
                      STR(FRONT
                          "x-B:  one \r\nX-a: two\r\nx-b: three\r\n\r\n"));
    headers = &parser_head(s.parser)->headers;
    assert_int_equal(headers->count, 4);
    unit_assert_str(headers->at[1].name, "x-B");
    unit_assert_str(headers->at[1].value, "one");
    unit_assert_str(headers->at[2].name, "X-a");
    unit_assert_str(headers->at[3].value, "three");
    assert_true(parser_head(s.parser)->keep_alive);
    end(&s);
}

static const struct {
    const char *fields;
    bool stays;
} connections[] = {
    { "", true },
    { "Connection: keep-alive\r\n", true },
    { "Connection:\r\n", true },
    { "Connection: closed\r\n", true },
    { "Connection: x-close\r\n", true },
    { "Close: close\r\n", true },
    { "Connection: close\r\n", false },
    { "Connection: CLose\r\n", false },
    { "Connection: close \r\n", false },
    { "Connection: close\t\r\n", false },
    { "Connection: \tclose\r\n", false },
    { "Connection:close\t \t\r\n", false },
    { "Connection: x-tea, close\r\n", false },
    { "Connection: x-tea,\tclose\r\n", false },
    { "Connection: close\t, x-tea\r\n", false },
    { "Connection: , ,close\t,\r\n", false },
    { "Connection: keep-alive, close\t\r\n", false },
    { "Connection: keep-alive\r\nConnection: close\t\r\n", false },
    { "Connection: close\t\r\nconnection: keep-alive\r\n", false },
    { "CONNECTION: x-tea\r\nX-Tea: 1\r\nConnection: close\t\r\n", false },
};

static bool stays_open(enum parser_kind kind, const char *start,
                       const char *fields)
{
    struct scene s = begin(kind, false);
    char raw[256];
    bool stays;

    (void)snprintf(raw, sizeof(raw), "%s%s\r\n", start, fields);
    assert_int_equal(parser_feed(s.parser, str_of(raw)), strlen(raw));
    assert_int_equal(parser_state(s.parser), PARSER_DONE);
    stays = parser_head(s.parser)->keep_alive;
    end(&s);
    return stays;
}

static void close_closes_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(connections); i++) {
        if (stays_open(PARSER_REQUEST, FRONT, connections[i].fields) !=
                connections[i].stays ||
            stays_open(PARSER_RESPONSE, OK "Content-Length: 0\r\n",
                       connections[i].fields) != connections[i].stays)
            fail_msg("%s", connections[i].fields);
        assert_false(stays_open(PARSER_REQUEST,
                                "GET / HTTP/1.0\r\nHost: a\r\n"
                                "Connection: keep-alive\r\n",
                                "Connection: close\t\r\n"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(fields_are_counted),
        cmocka_unit_test(blank_lines_do_not_last_for_ever),
        cmocka_unit_test(feeding_stops_behind_head_and_message),
        cmocka_unit_test(an_answer_to_head_has_no_body),
        cmocka_unit_test(close_closes_wherever_it_stands),
        cmocka_unit_test(an_early_end_is_bad),
        cmocka_unit_test(a_fault_in_a_body_leaves_what_came_before),
        cmocka_unit_test(a_parser_is_used_again_and_again),
        cmocka_unit_test(a_head_keeps_order_and_spelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
