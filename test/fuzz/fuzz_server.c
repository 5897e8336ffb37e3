// SPDX-License-Identifier: MIT
/* The server's path: bytes of a client, cut into pieces, through a real connection
   to a handler that takes bodies and answers.  What must hold: whatever is handed
   over keeps the strict rules, says the same when it is written down again, and
   does not depend on how the bytes were cut; nothing comes behind a last request;
   a client that leaves leaves nothing behind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "http/connection.h"
#include "http/problem.h"
#include "http/strict.h"
#include "pieces.h"

#define BODY_MAX 16384
#define WINDOW 64
#define TRACE_MAX (8u * 1024 * 1024)
#define REQUESTS_MAX 100000

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What one run over the input saw. */
struct run {
    struct buf trace;  /* whole requests in words, up to the last one */
    struct buf output; /* what the client got */
    uint8_t choice;
    bool last_seen; /* a request that is the last of its connection */
};

struct exchange_of_ours {
    struct run *run;
    struct request *req;
    uint64_t taken;
};

static struct loop *loop;
static struct server *server;
static struct run *current;

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_server.c:%d: does not hold: %s\n", line, claim);
    abort();
}

/* ---- what a request must be --------------------------------------------- */

static struct parser_head head_of(const struct request *req)
{
    return (struct parser_head){ .method = req->method,
                                 .target = req->target,
                                 .http_1_0 = req->http_1_0,
                                 .length = req->length,
                                 .chunked =
                                     req->length == REQUEST_LENGTH_UNKNOWN,
                                 .headers = req->headers };
}

static void write_down(struct buf *out, const struct request *req)
{
    buf_printf(out, STR_FMT " " STR_FMT " HTTP/1.%d\r\n", STR_ARG(req->method),
               STR_ARG(req->target), !req->http_1_0);
    for (size_t i = 0; i < req->headers.count; i++) {
        buf_add(out, req->headers.at[i].name);
        buf_add(out, STR(": "));
        buf_add(out, req->headers.at[i].value);
        buf_add(out, STR("\r\n"));
    }
    buf_add(out, STR("\r\n"));
}

static void check_same_again(const struct request *req)
{
    struct parser *parser = parser_new(PARSER_REQUEST);
    struct arena *arena = arena_new();
    struct buf text;

    buf_init(&text, TRACE_MAX);
    write_down(&text, req);
    parser_begin(parser, arena, false);
    MUST(parser_feed(parser, buf_str(&text)) == text.len ||
         text.len > HEADERS_BYTES_MAX);
    if (text.len <= HEADERS_BYTES_MAX) {
        MUST(parser_head(parser) != NULL);
        MUST(parser_head(parser)->length == req->length);
        MUST(parser_head(parser)->headers.count == req->headers.count);
        MUST(str_eq(parser_head(parser)->target, req->target));
    }
    buf_done(&text);
    parser_free(parser);
    arena_free(arena);
}

static void check_fields(const struct headers *headers)
{
    MUST(headers->count <= HEADERS_COUNT_MAX);
    for (size_t i = 0; i < headers->count; i++) {
        struct str value = headers->at[i].value;

        MUST(headers_is_token(headers->at[i].name));
        for (size_t j = 0; j < value.len; j++) {
            unsigned char c = (unsigned char)value.at[j];

            MUST((c >= ' ' && c != 0x7f) || c == '\t');
        }
    }
}

static void check_request(const struct request *req)
{
    struct parser_head head = head_of(req);
    struct err err;
    const struct str *length =
        headers_get(&req->headers, STR("content-length"));
    const struct str *coding =
        headers_get(&req->headers, STR("transfer-encoding"));

    MUST(strict_check_request(&head, &err));
    MUST(headers_count(&req->headers, STR("host")) == 1);
    MUST(req->target.at[0] == '/' && req->target.len <= PARSER_TARGET_MAX);
    MUST(!(length && coding));
    MUST((coding != NULL) == (req->length == REQUEST_LENGTH_UNKNOWN));
    MUST(!coding || str_ieq(*coding, STR("chunked")));
    MUST(length || coding || req->length == 0);
    check_fields(&req->headers);
    check_same_again(req);
}

/* ---- the handler -------------------------------------------------------- */

static bool is_last(const struct request *req)
{
    return req->http_1_0 ||
           headers_list_has(&req->headers, STR("connection"), STR("close"));
}

static void record(struct exchange_of_ours *ours, const char *verdict)
{
    struct run *run = ours->run;

    if (run->last_seen)
        return;
    write_down(&run->trace, ours->req);
    buf_printf(&run->trace, "%s %llu\n", verdict,
               (unsigned long long)ours->taken);
}

/* Takes what came; with a window the bytes pass by, otherwise they are kept. */
static void take(struct exchange_of_ours *ours)
{
    struct str body = request_body(ours->req);

    if (!(ours->run->choice & 1)) {
        ours->taken = body.len;
        return;
    }
    ours->taken += body.len;
    request_consume(ours->req, body.len);
}

static void answer(struct exchange_of_ours *ours)
{
    if (ours->req->length != REQUEST_LENGTH_UNKNOWN)
        MUST(ours->taken == ours->req->length);
    if (!(ours->run->choice & 1) && !ours->run->last_seen)
        buf_add(&ours->run->trace, request_body(ours->req));
    record(ours, "whole");
    response_send(ours->req, 200, STR("text/plain"), STR_EMPTY, STR("fine"));
    mem_free(ours);
}

static void go_on(void *arg)
{
    struct exchange_of_ours *ours = arg;

    if (request_is_gone(ours->req)) {
        request_release(ours->req);
        mem_free(ours);
        return;
    }
    take(ours);
    switch (request_body_state(ours->req)) {
    case REQUEST_BODY_COMPLETE:
        answer(ours);
        break;
    case REQUEST_BODY_FAILED:
        problem_send(ours->req, request_body_error(ours->req));
        mem_free(ours);
        break;
    case REQUEST_BODY_UNREAD:
    case REQUEST_BODY_READING:
        break;
    }
}

/* Refused without a look at its body; the connection cannot go on then. */
static void answer_at_once(struct request *req)
{
    struct err err;

    err_set(&err, ERR_NOT_FOUND, "nothing here");
    problem_send(req, &err);
}

static void handle(void *arg, struct request *req)
{
    struct exchange_of_ours *ours;

    (void)arg;
    check_request(req);
    MUST(!current->last_seen);
    current->last_seen = is_last(req);
    if ((current->choice & 2) && req->length > 100) {
        answer_at_once(req);
        return;
    }
    ours = MEM_NEW(struct exchange_of_ours);
    ours->run = current;
    ours->req = req;
    request_watch(req, go_on, ours);
    request_receive(req, BODY_MAX, (current->choice & 1) ? WINDOW : 0);
    go_on(ours);
}

/* ---- one run ------------------------------------------------------------ */

static void drain(struct run *run, int fd)
{
    char bytes[65536];
    ssize_t got;

    for (;;) {
        got = recv(fd, bytes, sizeof(bytes), 0);
        if (got <= 0)
            return;
        buf_add(&run->output, (struct str){ bytes, (size_t)got });
    }
}

/* Until nothing comes any more. */
static void settle(struct run *run, int fd)
{
    size_t before;

    do {
        before = run->output.len;
        pieces_turn(loop);
        drain(run, fd);
    } while (run->output.len != before);
}

static void leave(struct run *run, int fd)
{
    settle(run, fd);
    pieces_turn(loop);
    (void)close(fd);
    for (int i = 0; i < 4 && server_connections(server) > 0; i++)
        pieces_turn(loop);
    MUST(server_connections(server) == 0);
}

static void run_over(struct run *run, struct pieces pieces)
{
    struct addr peer = { .len = 0 };
    struct peer_process process = { .client = &peer };
    struct str piece;
    int ends[2];

    *run = (struct run){ .choice = pieces.choice };
    buf_init(&run->trace, TRACE_MAX);
    buf_init(&run->output, TRACE_MAX * 4);
    current = run;
    pieces_connect(ends);
    process.fd = ends[0];
    (void)connection_new(server, &process, SEAT_SERVE);
    while (pieces_next(&pieces, &piece)) {
        if (!pieces_send(ends[1], piece))
            break;
        settle(run, ends[1]);
    }
    leave(run, ends[1]);
}

/* The status codes in order, refusals as one: which of several faults is found
   first may depend on the cuts. */
static size_t statuses(struct str output, char *out, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i + 12 <= output.len && count < max; i++) {
        const char *at = output.at + i;

        if (memcmp(at, "HTTP/1.1 ", 9) != 0 || at[9] == '1')
            continue;
        out[count++] = at[9];
    }
    return count;
}

static void compare(const struct run *whole, const struct run *cut)
{
    static char a[REQUESTS_MAX];
    static char b[REQUESTS_MAX];
    size_t count;

    MUST(str_eq(buf_str(&whole->trace), buf_str(&cut->trace)));
    /* Bytes behind a last request are refused only if they came with it. */
    if (whole->last_seen || cut->last_seen)
        return;
    count = statuses(buf_str(&whole->output), a, sizeof(a));
    MUST(count == statuses(buf_str(&cut->output), b, sizeof(b)));
    MUST(memcmp(a, b, count) == 0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const struct server_options options = {
        .listen = { .host = "127.0.0.1" },
        .head_timeout_ms = 3600000,
        .idle_timeout_ms = 3600000,
        .body_grace_ms = 3600000,
    };
    struct err err;

    (void)argc;
    (void)argv;
    loop = loop_new();
    server = server_new(loop, &options, handle, NULL, &err);
    return server ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pieces pieces;
    struct run whole;
    struct run cut;

    pieces_init(&pieces, data, size);
    run_over(&cut, pieces);
    pieces_join(&pieces);
    run_over(&whole, pieces);
    compare(&whole, &cut);
    buf_done(&whole.trace);
    buf_done(&whole.output);
    buf_done(&cut.trace);
    buf_done(&cut.output);
    return 0;
}
