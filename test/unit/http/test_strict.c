// SPDX-License-Identifier: MIT
/* Strictness without a parser: lines in pieces, heads made by hand. */
#include "http/strict.h"

#include <string.h>

#include "unit.h"

static const struct {
    const char *name;
    const char *bytes;
    size_t extension_max;
    const char *why; /* NULL: fine */
} lines[] = {
    { "lines", "a\r\nb: c\r\n\r\n", 0, NULL },
    { "a tab inside", "a\tb\r\n", 0, NULL },
    { "bytes above 127", "\xff\xc3\r\n", 0, NULL },
    { "no end yet", "abc", 0, NULL },
    { "CR at the end", "abc\r", 0, NULL },
    { "extensions at the limit", "1;abcd\r\n00;abcd\r\n", 5, NULL },
    { "digits at the limit", "0000000000000001\r\n", 5, NULL },
    { "bare LF", "a\nb", 0, "a line ends without CR" },
    { "LF first", "\n", 0, "a line ends without CR" },
    { "bare CR", "a\rb", 0, "CR without LF" },
    { "CR CR LF", "a\r\r\n", 0, "CR without LF" },
    { "a space first", " a\r\n", 0, "a folded or indented line" },
    { "a tab first", "a\r\n\tb\r\n", 0, "a folded or indented line" },
    { "a control character", "a\x01\r\n", 0, "a control character" },
    { "DEL", "a\x7f\r\n", 0, "a control character" },
    { "extensions over the limit", "1;abcde\r\n", 5,
      "chunk extensions are too long" },
    { "over the limit, no end", "1;abcdefgh", 5,
      "chunk extensions are too long" },
    { "one digit too many", "00000000000000001\r\n", 5,
      "chunk extensions are too long" },
};

static bool check_in_steps(struct str bytes, size_t step, size_t extension_max,
                           struct err *err)
{
    struct strict_lines state = { .at_start = true };

    for (size_t at = 0; at < bytes.len; at += step) {
        if (!strict_check_lines(&state, str_sub(bytes, at, step), extension_max,
                                err))
            return false;
    }
    return true;
}

static void lines_are_checked_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct str bytes = str_of(lines[i].bytes);

        for (size_t step = 1; step <= bytes.len; step++) {
            struct err err = { .text = "" };
            bool fine =
                check_in_steps(bytes, step, lines[i].extension_max, &err);

            if (fine != !lines[i].why ||
                (lines[i].why && !strstr(err.text, lines[i].why)))
                fail_msg("%s, step %zu: %d %s", lines[i].name, step, fine,
                         err.text);
        }
    }
}

typedef bool (*start_fn)(struct strict_start *start, struct str bytes,
                         struct err *err);

static const struct {
    start_fn check;
    const char *bytes;
    bool fine;
} starts[] = {
    { strict_check_request_line, "GET / HTTP/1.1\r\nX: a b c\r\n", true },
    { strict_check_request_line, "\r\n\r\nGET / HTTP/1.1\r\n", true },
    { strict_check_request_line, "GET / HT", true },
    { strict_check_request_line, "GET  / HTTP/1.1\r\n", false },
    { strict_check_request_line, "GET /  HTTP/1.1\r\n", false },
    { strict_check_request_line, "GET / HTTP/1.1 \r\n", false },
    { strict_check_request_line, "GET / RTSP/1.0\r\n", false },
    { strict_check_request_line, "GET / http/1.1\r\n", false },
    { strict_check_request_line, "GET /\r\n", false },
    { strict_check_request_line, "GET\r\n", false },
    { strict_check_status_line, "HTTP/1.1 200 OK\r\nX:  y\r\n", true },
    { strict_check_status_line, "HTTP/1.0 200\r\n", true },
    { strict_check_status_line, "\r\nHTTP/1.1 529 \r\n", true },
    { strict_check_status_line, "HTTP/1.1 2", true },
    { strict_check_status_line, "HTTP/1.1  200 OK\r\n", false },
    { strict_check_status_line, "\r\nHTTP/1.1  200 OK\r\n", false },
    { strict_check_status_line, "HTTP/1.1 20 OK\r\n", false },
    { strict_check_status_line, "HTTP/1.1 2000 OK\r\n", false },
    { strict_check_status_line, "HTTP/2 200 OK\r\n", false },
    { strict_check_status_line, "HTTP/2.0 200 OK\r\n", false },
    { strict_check_status_line, "HTTP/1.1\t200 OK\r\n", false },
    { strict_check_status_line, " HTTP/1.1 200 OK\r\n", false },
};

static void start_lines_are_checked_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        struct str bytes = str_of(starts[i].bytes);

        for (size_t step = 1; step <= bytes.len; step++) {
            struct strict_start start = { 0 };
            struct err err = { .code = ERR_INTERNAL };
            bool fine = true;

            for (size_t at = 0; at < bytes.len && fine; at += step)
                fine = starts[i].check(&start, str_sub(bytes, at, step), &err);
            if (fine != starts[i].fine)
                fail_msg("%s, step %zu: %d", starts[i].bytes, step, fine);
            assert_int_equal(err.code, fine ? ERR_INTERNAL : ERR_BAD_REQUEST);
        }
    }
}

static void a_nul_is_a_control_character(void **state)
{
    struct strict_lines lines_state = { .at_start = true };
    struct err err;

    (void)state;
    assert_false(strict_check_lines(&lines_state, STR("a\0b"), 0, &err));
    assert_int_equal(err.code, ERR_BAD_REQUEST);
}

/* Read by eights or by ones: the same, whichever byte stands wherever. */
static void every_byte_counts_in_every_place(void **state)
{
    char line[] = "name: a value that is longer than three words\r\n"
                  "next: one\r\n\r\n";
    struct str bytes = STR(line);

    (void)state;
    for (size_t at = 0; at < bytes.len; at++) {
        char kept = line[at];

        for (int c = 0; c < 256; c++) {
            struct err whole = { .text = "" };
            struct err single = { .text = "" };

            line[at] = (char)c;
            if (check_in_steps(bytes, bytes.len, 0, &whole) !=
                    check_in_steps(bytes, 1, 0, &single) ||
                strcmp(whole.text, single.text) != 0)
                fail_msg("byte %d at %zu: %s; %s", c, at, whole.text,
                         single.text);
        }
        line[at] = kept;
    }
}

static const struct {
    const char *text;
    bool fine;
    uint64_t length;
} lengths[] = {
    { "0", true, 0 },
    { "1", true, 1 },
    { "007", true, 7 },
    { "9223372036854775807", true, INT64_MAX },
    { "9223372036854775808", false, 0 },
    { "99999999999999999999999", false, 0 },
    { "", false, 0 },
    { "+1", false, 0 },
    { "-1", false, 0 },
    { " 1", false, 0 },
    { "1 ", false, 0 },
    { "1,1", false, 0 },
    { "0x1", false, 0 },
    { "1e1", false, 0 },
    { "1.0", false, 0 },
};

static void a_length_is_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        uint64_t length = 0;
        bool fine = strict_parse_length(str_of(lengths[i].text), &length);

        if (fine != lengths[i].fine || (fine && length != lengths[i].length))
            fail_msg("\"%s\": %d", lengths[i].text, fine);
    }
}

/* Up to four fields; Host comes first unless `bare`. */
static const struct {
    const char *name;
    const char *target;
    const char *fields[4]; /* name, value, name, value */
    bool http_1_0;
    bool bare;
    bool disagrees; /* the parser did not take it for chunked */
    const char *why;
} heads[] = {
    { .name = "nothing special", .target = "/" },
    { .name = "a query", .target = "/a?b=%20&c[]=d" },
    { .name = "a length", .target = "/", .fields = { "Content-Length", "5" } },
    { .name = "chunked",
      .target = "/",
      .fields = { "transfer-encoding", "CHUNKED" } },
    { .name = "chunked for us alone",
      .target = "/",
      .fields = { "transfer-encoding", "chunked" },
      .disagrees = true,
      .why = "other than one" },
    { .name = "length and chunked",
      .target = "/",
      .fields = { "Content-Length", "5", "Transfer-Encoding", "chunked" },
      .why = "together" },
    { .name = "chunked in 1.0",
      .target = "/",
      .fields = { "Transfer-Encoding", "chunked" },
      .http_1_0 = true,
      .why = "HTTP/1.0" },
    { .name = "chunked twice",
      .target = "/",
      .fields = { "Transfer-Encoding", "chunked", "Transfer-Encoding",
                  "chunked" },
      .why = "other than one" },
    { .name = "a list",
      .target = "/",
      .fields = { "Transfer-Encoding", "gzip, chunked" },
      .why = "other than one" },
    { .name = "two lengths",
      .target = "/",
      .fields = { "Content-Length", "5", "content-length", "5" },
      .why = "bad or repeated" },
    { .name = "a bad length",
      .target = "/",
      .fields = { "Content-Length", "5, 5" },
      .why = "bad or repeated" },
    { .name = "no host", .target = "/", .bare = true, .why = "no Host" },
    { .name = "two hosts",
      .target = "/",
      .fields = { "host", "b" },
      .why = "more than one Host" },
    { .name = "an empty host",
      .target = "/",
      .fields = { "Host", "" },
      .bare = true,
      .why = "an empty Host" },
    { .name = "a host with a path",
      .target = "/",
      .fields = { "Host", "a/b" },
      .bare = true,
      .why = "not valid" },
    { .name = "a host with a user",
      .target = "/",
      .fields = { "Host", "u@a" },
      .bare = true,
      .why = "not valid" },
    { .name = "an IPv6 host",
      .target = "/",
      .fields = { "Host", "[::1]:80" },
      .bare = true },
    { .name = "Transfer_Encoding",
      .target = "/",
      .fields = { "Transfer_Encoding", "x" },
      .why = "imitates" },
    { .name = "TransferEncoding",
      .target = "/",
      .fields = { "TRANSFERENCODING", "x" },
      .why = "imitates" },
    { .name = "Content.Length",
      .target = "/",
      .fields = { "Content.Length", "1" },
      .why = "imitates" },
    { .name = "X-Content-Length",
      .target = "/",
      .fields = { "X-Content-Length", "1" } },
    { .name = "a name with a space",
      .target = "/",
      .fields = { "X Y", "1" },
      .why = "a field name" },
    { .name = "an empty name",
      .target = "/",
      .fields = { "", "1" },
      .why = "a field name" },
    { .name = "absolute", .target = "http://a/", .why = "must be a path" },
    { .name = "authority", .target = "a:80", .why = "must be a path" },
    { .name = "asterisk", .target = "*", .why = "must be a path" },
    { .name = "empty", .target = "", .why = "must be a path" },
    { .name = "a fragment", .target = "/a#b", .why = "forbidden character" },
    { .name = "a space", .target = "/a b", .why = "forbidden character" },
    { .name = "DEL", .target = "/a\x7f", .why = "forbidden character" },
    { .name = "UTF-8", .target = "/\xc3\xa9", .why = "forbidden character" },
};

static bool check_head(size_t i, struct err *err)
{
    struct header fields[3] = { { STR("Host"), STR("a") } };
    struct parser_head head = { .method = STR("GET"),
                                .target = str_of(heads[i].target),
                                .http_1_0 = heads[i].http_1_0,
                                .chunked = !heads[i].disagrees };
    size_t count = heads[i].bare ? 0 : 1;

    for (size_t j = 0; j < 4 && heads[i].fields[j]; j += 2)
        fields[count++] = (struct header){ str_of(heads[i].fields[j]),
                                           str_of(heads[i].fields[j + 1]) };
    head.headers = headers_of(fields, count);
    return strict_check_request(&head, err);
}

static void heads_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        struct err err = { .text = "" };
        bool fine = check_head(i, &err);

        if (fine != !heads[i].why ||
            (heads[i].why && !strstr(err.text, heads[i].why)))
            fail_msg("%s: %d %s", heads[i].name, fine, err.text);
        assert_true(fine || err.code == ERR_BAD_REQUEST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_checked_in_any_pieces),
        cmocka_unit_test(every_byte_counts_in_every_place),
        cmocka_unit_test(start_lines_are_checked_in_any_pieces),
        cmocka_unit_test(a_nul_is_a_control_character),
        cmocka_unit_test(a_length_is_digits),
        cmocka_unit_test(heads_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
