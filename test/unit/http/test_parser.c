// SPDX-License-Identifier: MIT
/* The parser: every rule of docs/architecture.md as a row, each read whole, byte by
   byte, in threes, and behind a good request. */
#include "http/parser.h"

#include <stdio.h>
#include <string.h>

#include "messages.h"
#include "unit.h"

#define HOST "Host: a\r\n"
#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
#define LENGTH(n) "POST / HTTP/1.1\r\n" HOST "Content-Length: " n "\r\n\r\n"
#define GOOD "GET /good HTTP/1.1\r\n" HOST "\r\n"
#define OK "HTTP/1.1 200 OK\r\n"
#define NUL_AT "\x01" /* stands for a NUL byte in a row */

struct row {
    const char *name;
    const char *raw;
    const char *heads; /* what is read; NULL: refused */
    const char *body;
};

struct refused {
    const char *name;
    const char *raw;
};

static const struct row requests[] = {
    { "a request", "GET / HTTP/1.1\r\n" HOST "\r\n", "GET /\n", "" },
    { "HTTP/1.0", "GET / HTTP/1.0\r\n" HOST "\r\n", "GET /\n", "" },
    { "a query", "GET /a?b=c&d=%20 HTTP/1.1\r\n" HOST "\r\n",
      "GET /a?b=c&d=%20\n", "" },
    { "blank lines in front", "\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
      "GET /\n", "" },
    { "a body of a length", LENGTH("5") "hello", "POST / 5\n", "hello" },
    { "a length of zero", LENGTH("0"), "POST /\n", "" },
    { "chunks", CHUNKED "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
      "POST / chunked\n", "abc0123456789" },
    { "CHUNKED in any case",
      "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
      "POST / chunked\n", "" },
    { "an extension", CHUNKED "3;a=b\r\nabc\r\n0\r\n\r\n", "POST / chunked\n",
      "abc" },
    { "LF, CR, NUL in a body", LENGTH("4") "\n\r" NUL_AT "\n", "POST / 4\n",
      "\n\r" NUL_AT "\n" },
    { "LF in a chunk", CHUNKED "2\r\n\n\n\r\n0\r\n\r\n", "POST / chunked\n",
      "\n\n" },
    { "white space around a value", "GET / HTTP/1.1\r\nHost: \t a \t\r\n\r\n",
      "GET /\n", "" },
    { "bytes above 127 in a value",
      "GET / HTTP/1.1\r\n" HOST "X: \xc3\xa9\xff\r\n\r\n", "GET /\n", "" },
    { "a tab in a value", "GET / HTTP/1.1\r\n" HOST "X: a\tb\r\n\r\n",
      "GET /\n", "" },
    { "an empty value", "GET / HTTP/1.1\r\n" HOST "X:\r\n\r\n", "GET /\n", "" },
    { "Upgrade means nothing here",
      "GET / HTTP/1.1\r\n" HOST
      "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n" GOOD,
      "GET /\nGET /good\n", "" },
};

static const struct refused bad_requests[] = {
    { "bare LF behind the request line", "GET / HTTP/1.1\n" HOST "\r\n" },
    { "bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\n\r\n" },
    { "bare LF at the end", "GET / HTTP/1.1\r\n" HOST "\n" },
    { "bare LF in front", "\nGET / HTTP/1.1\r\n" HOST "\r\n" },
    { "bare LF behind a chunk size", CHUNKED "1\na\r\n0\r\n\r\n" },
    { "bare LF behind an extension", CHUNKED "1;a=b\na\r\n0\r\n\r\n" },
    { "bare LF behind chunk data", CHUNKED "1\r\na\n0\r\n\r\n" },
    { "bare LF behind the last size", CHUNKED "1\r\na\r\n0\n\r\n" },
    { "bare LF at the very end", CHUNKED "1\r\na\r\n0\r\n\n" },
    { "bare CR in a value", "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n" },
    { "bare CR for a line end",
      "GET / HTTP/1.1\r\n" HOST "X: a\rY: b\r\n\r\n" },
    { "CR CR LF", "GET / HTTP/1.1\r\n" HOST "X: a\r\r\n\r\n" },
    { "an extension with CR", CHUNKED "1;a\rb\r\na\r\n0\r\n\r\n" },
    { "obs-fold", "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n" },
    { "obs-fold with a tab", "GET / HTTP/1.1\r\n" HOST "X: a\r\n\tb\r\n\r\n" },
    { "an indented first field", "GET / HTTP/1.1\r\n " HOST "\r\n" },
    { "white space on the last line", "GET / HTTP/1.1\r\n" HOST " \r\n\r\n" },
    { "gzip", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n" },
    { "identity",
      "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n" },
    { "gzip, chunked", "POST / HTTP/1.1\r\n" HOST
                       "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" },
    { "chunked, chunked",
      "POST / HTTP/1.1\r\n" HOST
      "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" },
    { "chunked, gzip", "POST / HTTP/1.1\r\n" HOST
                       "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" },
    { "chunked twice", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked"
                       "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
    { "chunked;q=1", "POST / HTTP/1.1\r\n" HOST
                     "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n" },
    { "an empty coding",
      "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n0\r\n\r\n" },
    { "chunked and a tab",
      "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\t\r\n\r\n" GOOD },
    { "chunked and a tab, with chunks",
      "POST / HTTP/1.1\r\n" HOST
      "Transfer-Encoding: chunked \t \r\n\r\n0\r\n\r\n" },
    { "Transfer_Encoding", "POST / HTTP/1.1\r\n" HOST
                           "Transfer_Encoding: chunked\r\n\r\n0\r\n\r\n" },
    { "length, then chunked", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
    { "chunked, then length",
      "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
      "Content-Length: 5\r\n\r\n0\r\n\r\n" },
    { "chunked in HTTP/1.0", "POST / HTTP/1.0\r\n" HOST
                             "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
    { "two lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n"
                     "Content-Length: 6\r\n\r\nabcdef" },
    { "the same length twice",
      "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n"
      "Content-Length: 1\r\n\r\na" },
    { "a list of lengths", LENGTH("1, 1") "a" },
    { "a signed length", LENGTH("+1") "a" },
    { "a negative length", LENGTH("-1") "a" },
    { "a hexadecimal length", LENGTH("0x1") "a" },
    { "an empty length", LENGTH("") },
    { "a length beyond 64 bits", LENGTH("18446744073709551617") "a" },
    { "a length beyond 63 bits", LENGTH("9223372036854775808") "a" },
    { "a length with a space inside", LENGTH("1 1") "abcdefghijk" },
    { "no Host", "GET / HTTP/1.1\r\n\r\n" },
    { "no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n" },
    { "two Hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n" },
    { "an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n" },
    { "two Hosts in one", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n" },
    { "a NUL in a value", "GET / HTTP/1.1\r\n" HOST "X: a" NUL_AT "\r\n\r\n" },
    { "a bell in a value", "GET / HTTP/1.1\r\n" HOST "X: a\a\r\n\r\n" },
    { "DEL in a value", "GET / HTTP/1.1\r\n" HOST "X: a\x7f\r\n\r\n" },
    { "no colon", "GET / HTTP/1.1\r\n" HOST "nothing\r\n\r\n" },
    { "nothing before the colon", "GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n" },
    { "a space before the colon", "GET / HTTP/1.1\r\n" HOST "X : a\r\n\r\n" },
    { "a tab before the colon", "GET / HTTP/1.1\r\n" HOST "X\t: a\r\n\r\n" },
    { "a space in a name", "GET / HTTP/1.1\r\n" HOST "X Y: a\r\n\r\n" },
    { "a bracket in a name", "GET / HTTP/1.1\r\n" HOST "X[]: a\r\n\r\n" },
    { "a quote in a name", "GET / HTTP/1.1\r\n" HOST "\"X\": a\r\n\r\n" },
    { "bytes above 127 in a name",
      "GET / HTTP/1.1\r\n" HOST "X\xc3\xa9: a\r\n\r\n" },
    { "absolute-form", "GET http://a/ HTTP/1.1\r\n" HOST "\r\n" },
    { "authority-form", "CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n" },
    { "authority-form for GET", "GET a:443 HTTP/1.1\r\n" HOST "\r\n" },
    { "asterisk-form", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n" },
    { "CONNECT to a path", "CONNECT /a HTTP/1.1\r\n" HOST "\r\n" },
    { "a fragment", "GET /a#b HTTP/1.1\r\n" HOST "\r\n" },
    { "a control character in the target",
      "GET /a\x02 HTTP/1.1\r\n" HOST "\r\n" },
    { "a tab in the target", "GET /a\tb HTTP/1.1\r\n" HOST "\r\n" },
    { "bytes above 127 in the target",
      "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n" },
    { "no target", "GET HTTP/1.1\r\n" HOST "\r\n" },
    { "two spaces behind the method", "GET  / HTTP/1.1\r\n" HOST "\r\n" },
    { "two spaces behind the target", "GET /  HTTP/1.1\r\n" HOST "\r\n" },
    { "a tab behind the method", "GET\t/ HTTP/1.1\r\n" HOST "\r\n" },
    { "a space behind the version", "GET / HTTP/1.1 \r\n" HOST "\r\n" },
    { "a small method", "get / HTTP/1.1\r\n" HOST "\r\n" },
    { "no method", " / HTTP/1.1\r\n" HOST "\r\n" },
    { "HTTP/0.9", "GET /\r\n" },
    { "HTTP/0.9 by name", "GET / HTTP/0.9\r\n" HOST "\r\n" },
    { "HTTP/1.2", "GET / HTTP/1.2\r\n" HOST "\r\n" },
    { "HTTP/2.0", "GET / HTTP/2.0\r\n" HOST "\r\n" },
    { "HTTP/1.10", "GET / HTTP/1.10\r\n" HOST "\r\n" },
    { "HTTP/01.1", "GET / HTTP/01.1\r\n" HOST "\r\n" },
    { "http/1.1", "GET / http/1.1\r\n" HOST "\r\n" },
    { "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
    { "RTSP", "OPTIONS /a RTSP/1.0\r\n" HOST "\r\n" },
    { "ICE", "SOURCE /a ICE/1.0\r\n" HOST "\r\n" },
    { "a TLS hello", "\x16\x03\x01\x02" },
    { "a trailer", CHUNKED "0\r\nX: y\r\n\r\n" },
    { "a trailer that reframes", CHUNKED "0\r\nContent-Length: 5\r\n\r\n" },
    { "a chunk size that is none", CHUNKED "x\r\na\r\n0\r\n\r\n" },
    { "an empty chunk size", CHUNKED "\r\na\r\n0\r\n\r\n" },
    { "a signed chunk size", CHUNKED "+1\r\na\r\n0\r\n\r\n" },
    { "0x in a chunk size", CHUNKED "0x1\r\na\r\n0\r\n\r\n" },
    { "a space in front of a chunk size", CHUNKED " 1\r\na\r\n0\r\n\r\n" },
    { "a chunk size beyond 64 bits",
      CHUNKED "10000000000000001\r\na\r\n0\r\n\r\n" },
    { "a chunk longer than it says", CHUNKED "1\r\nab\r\n0\r\n\r\n" },
    { "a control character in an extension",
      CHUNKED "1;a=\x02\r\na\r\n0\r\n\r\n" },
    { "bytes behind the last request",
      "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n" GOOD },
};

static const struct row responses[] = {
    { "empty lines in front", "\r\n\r\n\r\n" OK "Content-Length: 0\r\n\r\n",
      "200\n", "" },
    { "a length", OK "Content-Length: 5\r\n\r\nhello", "200 5\n", "hello" },
    { "a length of zero", OK "Content-Length: 0\r\n\r\n", "200\n", "" },
    { "chunks", OK "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      "200 chunked\n", "ok" },
    { "until the end", OK "\r\nall of it", "200 end\n", "all of it" },
    { "until the end in HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nall", "200 end\n",
      "all" },
    { "204", "HTTP/1.1 204 No Content\r\n\r\n", "204\n", "" },
    { "304 with a length",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304\n", "" },
    { "100 first",
      "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 2\r\n\r\nok",
      "100\n200 2\n", "ok" },
    { "a trailer is passed by",
      OK "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
      "200 chunked\n", "a" },
    { "no reason", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "200 2\n",
      "ok" },
    { "an unusual status",
      "HTTP/1.1 529 Overloaded\r\nContent-Length: 0\r\n\r\n", "529\n", "" },
};

static const struct refused bad_responses[] = {
    { "101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n"
             "Connection: upgrade\r\n\r\n" },
    { "two spaces before the status",
      "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n" },
    { "two spaces behind an empty line",
      "\r\nHTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n" },
    { "a status of four digits",
      "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n" },
    { "a status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n" },
    { "no HTTP", "SSH-2.0-OpenSSH\r\n" },
    { "HTTP/2", "HTTP/2 200 OK\r\n\r\n" },
    { "bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n" },
    { "bare LF in a chunk line",
      OK "Transfer-Encoding: chunked\r\n\r\n2\nok\r\n0\r\n\r\n" },
    { "length and chunked", OK "Content-Length: 2\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
    { "two lengths", OK "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc" },
    { "a negative length", OK "Content-Length: -1\r\n\r\n" },
    { "gzip", OK "Transfer-Encoding: gzip\r\n\r\nxyz" },
    { "gzip, chunked", OK "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" },
    { "chunked and a tab", OK "Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n" },
    { "chunked twice", OK "Transfer-Encoding: chunked\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
    { "obs-fold", OK "X: a\r\n b\r\nContent-Length: 0\r\n\r\n" },
    { "a bad chunk size",
      OK "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\nxx\r\n" },
    { "a control character", OK "X: a\x02\r\nContent-Length: 0\r\n\r\n" },
};

#define ROW_OF(r) ((struct row){ (r).name, (r).raw, NULL, NULL })

/* The row's bytes, a \1 turned into NUL. */
static void add_raw(struct buf *out, const char *raw)
{
    char nul = '\0';

    for (; *raw; raw++)
        buf_add(out, (struct str){ *raw == NUL_AT[0] ? &nul : raw, 1 });
}

static void check(const struct row *row, const struct messages *got,
                  const char *mode, enum err_code code)
{
    struct buf body;
    bool fine;

    buf_init(&body, 4096);
    add_raw(&body, row->body ? row->body : "");
    fine = row->heads ? !got->refused && !got->unfinished &&
                            str_eq(buf_str(&got->heads), str_of(row->heads)) &&
                            str_eq(buf_str(&got->body), buf_str(&body))
                      : got->refused && got->code == code;
    buf_done(&body);
    if (!fine)
        fail_msg("%s, %s: refused %d (%s), unfinished %d, heads " STR_FMT
                 ", body " STR_FMT,
                 row->name, mode, got->refused,
                 got->refused ? got->last_text : "", got->unfinished,
                 STR_ARG(buf_str(&got->heads)), STR_ARG(buf_str(&got->body)));
}

static void read_row(const struct row *row, enum parser_kind kind)
{
    static const size_t steps[] = { 0, 1, 3 };
    static const char *const modes[] = { "whole", "by bytes", "in threes" };
    enum err_code code =
        kind == PARSER_REQUEST ? ERR_BAD_REQUEST : ERR_BAD_RESPONSE;
    struct buf raw;

    buf_init(&raw, 65536);
    add_raw(&raw, row->raw);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct messages got;

        messages_read(&got, kind, buf_str(&raw), steps[i]);
        check(row, &got, modes[i], code);
        messages_done(&got);
    }
    buf_done(&raw);
}

static void requests_are_read_strictly(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(requests); i++)
        read_row(&requests[i], PARSER_REQUEST);
    for (size_t i = 0; i < COUNT_OF(bad_requests); i++)
        read_row(&ROW_OF(bad_requests[i]), PARSER_REQUEST);
}

static void responses_are_read_strictly(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(responses); i++)
        read_row(&responses[i], PARSER_RESPONSE);
    for (size_t i = 0; i < COUNT_OF(bad_responses); i++)
        read_row(&ROW_OF(bad_responses[i]), PARSER_RESPONSE);
}

/* The same verdict behind a good request. */
static void read_behind(const struct row *row, size_t step)
{
    char heads[256];
    struct row behind = *row;
    struct messages got;
    struct buf raw;

    buf_init(&raw, 65536);
    add_raw(&raw, GOOD);
    add_raw(&raw, row->raw);
    if (row->heads)
        (void)snprintf(heads, sizeof(heads), "GET /good\n%s", row->heads);
    behind.heads = row->heads ? heads : NULL;
    messages_read(&got, PARSER_REQUEST, buf_str(&raw), step);
    check(&behind, &got, "behind a good one", ERR_BAD_REQUEST);
    assert_true(got.complete >= 1);
    messages_done(&got);
    buf_done(&raw);
}

static void a_good_request_in_front_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        read_behind(&requests[i], 0);
        read_behind(&requests[i], 1);
    }
    for (size_t i = 0; i < COUNT_OF(bad_requests); i++) {
        read_behind(&ROW_OF(bad_requests[i]), 0);
        read_behind(&ROW_OF(bad_requests[i]), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_read_strictly),
        cmocka_unit_test(responses_are_read_strictly),
        cmocka_unit_test(a_good_request_in_front_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
