// SPDX-License-Identifier: MIT
/* The upstream's path: bytes of an answer, cut into pieces, through a real call.
   What must hold: status, bytes as they came, decoded bytes and the verdict do not
   depend on how the answer was cut; a connection is kept only while nothing about
   it is in doubt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "pieces.h"
#include "upstream/call.h"

#define OUTPUT_MAX (8u * 1024 * 1024)
#define HOUR_MS 3600000u

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What one run over the input saw. */
struct run {
    struct call *call;
    struct buf raw;
    struct buf decoded;
    unsigned status;
    size_t fields;
    enum call_data verdict; /* CALL_AGAIN: none yet */
    bool slow;              /* the reader stops now and then */
    unsigned wakes;
};

static struct loop *loop;
static struct upstream *upstream;
static struct origin *origin;

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_response.c:%d: does not hold: %s\n", line, claim);
    abort();
}

static void keep_decoded(void *arg, struct str bytes)
{
    struct run *run = arg;

    buf_add(&run->decoded, bytes);
}

static void look_at_head(struct run *run)
{
    const struct parser_head *head = call_head(run->call);

    if (run->status != 0)
        return;
    run->status = head->status;
    run->fields = head->headers.count;
    MUST(head->status >= 200 && head->status <= 999);
    MUST(!head->chunked || head->length == PARSER_LENGTH_UNKNOWN ||
         head->length == 0);
    call_on_body(run->call, keep_decoded, run);
}

static void take_body(struct run *run)
{
    struct str bytes;
    enum call_data got;

    for (;;) {
        got = call_read(run->call, &bytes);
        if (got != CALL_DATA)
            break;
        buf_add(&run->raw, bytes);
    }
    if (got != CALL_AGAIN)
        run->verdict = got;
}

static void wake(void *arg)
{
    struct run *run = arg;

    switch (call_state(run->call)) {
    case CALL_READING:
    case CALL_DONE:
        look_at_head(run);
        /* Every second time the reader is busy: the bytes must wait. */
        if (run->slow && ++run->wakes % 2 == 1)
            call_pause(run->call, true);
        else
            take_body(run);
        break;
    case CALL_FAILED:
        run->verdict = CALL_CUT;
        break;
    case CALL_DIALING:
    case CALL_SECURING:
    case CALL_SENDING:
    case CALL_WAITING:
        break;
    }
}

static void turn(struct run *run)
{
    pieces_turn(loop);
    if (!run->slow || run->verdict != CALL_AGAIN || run->status == 0)
        return;
    call_pause(run->call, false);
    take_body(run);
    pieces_turn(loop);
}

static void start(struct run *run, int fd, uint8_t choice)
{
    struct stream *stream = stream_new(loop, fd, NULL, NULL);
    struct call_options options = {
        .upstream = upstream,
        .origin = origin,
        .head = STR("GET / HTTP/1.1\r\nhost: fuzz\r\n\r\n"),
        .to_head = (choice & 1) != 0,
        .body_kind = (choice & 2) ? CALL_BODY_CHUNKED : CALL_BODY_WHOLE,
        .connect_ms = HOUR_MS,
        .first_byte_ms = HOUR_MS,
        .idle_ms = HOUR_MS,
    };

    upstream_keep(link_new(upstream, stream, origin, NULL));
    run->call = call_start(&options, wake, run);
    MUST(call_facts(run->call).reused);
}

static void finish(struct run *run, int fd)
{
    (void)shutdown(fd, SHUT_WR);
    for (int i = 0; i < 4; i++)
        turn(run);
    MUST(run->verdict != CALL_AGAIN);
    MUST(list_is_empty(&upstream->idle));
    call_free(run->call);
    (void)close(fd);
}

static void run_over(struct run *run, struct pieces pieces)
{
    struct str piece;
    int ends[2];

    *run =
        (struct run){ .verdict = CALL_AGAIN, .slow = (pieces.choice & 4) != 0 };
    buf_init(&run->raw, OUTPUT_MAX);
    buf_init(&run->decoded, OUTPUT_MAX);
    pieces_connect(ends);
    start(run, ends[0], pieces.choice);
    while (pieces_next(&pieces, &piece) && pieces_send(ends[1], piece))
        turn(run);
    finish(run, ends[1]);
}

static void compare(const struct run *whole, const struct run *cut)
{
    MUST(whole->status == cut->status);
    MUST(whole->fields == cut->fields);
    MUST(whole->verdict == cut->verdict);
    MUST(str_eq(buf_str(&whole->decoded), buf_str(&cut->decoded)));
    /* In front of a fault, half a line of framing may have been passed on. */
    if (whole->verdict == CALL_END)
        MUST(str_eq(buf_str(&whole->raw), buf_str(&cut->raw)));
    else
        MUST(str_starts(buf_str(&cut->raw), buf_str(&whole->raw)));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    loop = loop_new();
    upstream = upstream_new(loop, NULL);
    origin = origin_new(STR("fuzz"), 80, NULL);
    return 0;
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
    buf_done(&whole.raw);
    buf_done(&whole.decoded);
    buf_done(&cut.raw);
    buf_done(&cut.decoded);
    return 0;
}
