// SPDX-License-Identifier: MIT
/* The usage reader over what is compressed: bytes that claim to be gzip, deflate, br
   or zstd, and texts that were packed so, whole, damaged and cut off, in pieces.  What
   must hold: what was packed tells what it would tell plain, and cuts change nothing;
   whatever comes, no more is unpacked than base/unpack.h says, and all memory is
   given back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/unpack.h"
#include "pieces.h"
#include "sim/compress.h"
#include "usage/meter.h"

#define PACKED_MAX (1u << 20)
/* What a step may have given before it is looked at. */
#define STEP 16384u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_packed.c:%d: does not hold: %s\n", line, claim);
    abort();
}

/* One reading of one body. */
struct reading {
    struct meter meter;
    uint64_t plain;
    bool given_up;
};

static void take(void *arg, struct str bytes)
{
    struct reading *reading = arg;

    reading->plain += bytes.len;
    meter_feed(&reading->meter, bytes);
}

/* Each piece in a block of exactly its size, so that a step too far is seen.  `whole`:
   nothing more would come. */
static void read_packed(struct reading *reading, struct str coding,
                        struct pieces pieces, bool whole)
{
    struct unpack_room room = { .max = 64u << 20 };
    struct unpack *unpack = unpack_new(coding, &room);
    uint64_t packed = 0;
    struct str piece;

    *reading = (struct reading){ .plain = 0 };
    meter_init(&reading->meter, METER_STREAM);
    while (pieces_next(&pieces, &piece)) {
        char *mem = mem_strndup(piece.at, piece.len);

        packed += piece.len;
        reading->given_up =
            !unpack_feed(unpack, (struct str){ mem, piece.len }, take, reading);
        mem_free(mem);
        MUST(reading->given_up == (unpack_why(unpack) != NULL));
        MUST(!reading->given_up || room.held == 0);
        MUST(reading->plain <=
             UNPACK_START_MAX + UNPACK_RATIO_MAX * packed + STEP);
    }
    if (whole)
        unpack_end(unpack);
    reading->given_up = unpack_why(unpack) != NULL;
    unpack_free(unpack);
    MUST(room.held == 0);
}

static void check_same(const struct meter_usage *a, const struct meter_usage *b)
{
    MUST(memcmp(a->counts, b->counts, sizeof(a->counts)) == 0);
    MUST(a->told == b->told);
    MUST(a->final == b->final);
    MUST(a->stopped == b->stopped);
    MUST(a->failed == b->failed);
    MUST(strcmp(a->model, b->model) == 0);
}

/* Whatever they are; what is given up at all may be given up a bit later in other
   pieces. */
static void check_cuts(struct str coding, struct pieces cut, struct str bytes)
{
    struct pieces joined;
    struct reading whole;
    struct reading pieced;

    cut.left = bytes;
    joined = cut;
    pieces_join(&joined);
    read_packed(&whole, coding, joined, false);
    read_packed(&pieced, coding, cut, false);
    if (!whole.given_up && !pieced.given_up) {
        MUST(whole.plain == pieced.plain);
        check_same(&whole.meter.usage, &pieced.meter.usage);
    }
    meter_done(&whole.meter);
    meter_done(&pieced.meter);
}

/* As a server does that flushes after each piece of its own. */
static void pack(enum directive_encoding encoding, struct str text,
                 struct buf *packed)
{
    struct compress *compress = compress_new(encoding);
    size_t part = text.len / 3 + 1;

    for (; text.len > part; text = str_from(text, part))
        compress_add(compress, str_sub(text, 0, part), false, packed);
    compress_add(compress, text, true, packed);
    compress_free(compress);
}

static void check_packed(struct str coding, struct pieces cut, struct str text,
                         struct str packed)
{
    struct meter plain;
    struct reading reading;

    meter_init(&plain, METER_STREAM);
    meter_feed(&plain, text);
    cut.left = packed;
    read_packed(&reading, coding, cut, true);
    if (!reading.given_up) {
        MUST(reading.plain == text.len);
        check_same(&plain.usage, &reading.meter.usage);
    }
    MUST(!reading.given_up || text.len > UNPACK_START_MAX);
    meter_done(&plain);
    meter_done(&reading.meter);
}

static void check_coding(enum directive_encoding encoding, struct pieces cut,
                         struct str text)
{
    struct str coding = compress_name(encoding);
    struct buf packed;

    check_cuts(coding, cut, text);
    buf_init(&packed, PACKED_MAX);
    pack(encoding, text, &packed);
    check_packed(coding, cut, text, buf_str(&packed));
    check_cuts(coding, cut,
               str_sub(buf_str(&packed), 0, cut.choice * packed.len / 256));
    packed.mem[cut.choice * packed.len / 256] ^= (char)(cut.sizes[0] | 1);
    check_cuts(coding, cut, buf_str(&packed));
    buf_done(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum directive_encoding encodings[] = {
        ENCODING_GZIP, ENCODING_DEFLATE, ENCODING_BR, ENCODING_ZSTD
    };
    struct pieces cut;

    pieces_init(&cut, data, size);
    for (size_t i = 0; i < COUNT_OF(encodings); i++)
        check_coding(encodings[i], cut, cut.left);
    return 0;
}
