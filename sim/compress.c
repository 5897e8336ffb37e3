// SPDX-License-Identifier: MIT
/* Content codings for answers. */
#include "compress.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"

#define ROOM 65536u

enum coding { GZIP, DEFLATE, BROTLI, ZSTD };

struct compress {
    enum coding coding;
    z_stream zlib;
    BrotliEncoderState *brotli;
    ZSTD_CStream *zstd;
};

static const struct {
    struct str name;
    enum coding coding;
} codings[] = {
    { { "gzip", 4 }, GZIP },
    { { "deflate", 7 }, DEFLATE },
    { { "br", 2 }, BROTLI },
    { { "zstd", 4 }, ZSTD },
};

static void start(struct compress *c)
{
    switch (c->coding) {
    case GZIP:
    case DEFLATE:
        (void)deflateInit2(&c->zlib, 6, Z_DEFLATED,
                           c->coding == GZIP ? 15 + 16 : 15, 8,
                           Z_DEFAULT_STRATEGY);
        break;
    case BROTLI:
        c->brotli = BrotliEncoderCreateInstance(NULL, NULL, NULL);
        break;
    case ZSTD:
        c->zstd = ZSTD_createCStream();
        break;
    }
}

struct compress *compress_new(struct str coding)
{
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct compress *c;

        if (!str_eq(codings[i].name, coding))
            continue;
        c = MEM_NEW(struct compress);
        c->coding = codings[i].coding;
        start(c);
        return c;
    }
    return NULL;
}

void compress_free(struct compress *c)
{
    if (!c)
        return;
    if (c->coding == GZIP || c->coding == DEFLATE)
        (void)deflateEnd(&c->zlib);
    BrotliEncoderDestroyInstance(c->brotli);
    (void)ZSTD_freeCStream(c->zstd);
    mem_free(c);
}

static void add_zlib(struct compress *c, struct str piece, bool last,
                     struct buf *out)
{
    c->zlib.next_in = (unsigned char *)(uintptr_t)piece.at;
    c->zlib.avail_in = (unsigned)piece.len;
    do {
        c->zlib.next_out = (unsigned char *)buf_room(out, ROOM);
        c->zlib.avail_out = ROOM;
        (void)deflate(&c->zlib, last ? Z_FINISH : Z_SYNC_FLUSH);
        buf_grow(out, ROOM - c->zlib.avail_out);
    } while (c->zlib.avail_out == 0);
}

static void add_brotli(struct compress *c, struct str piece, bool last,
                       struct buf *out)
{
    const uint8_t *in = (const uint8_t *)(uintptr_t)piece.at;
    size_t in_len = piece.len;

    do {
        uint8_t *room = (uint8_t *)buf_room(out, ROOM);
        size_t left = ROOM;

        (void)BrotliEncoderCompressStream(
            c->brotli,
            last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH, &in_len,
            &in, &left, &room, NULL);
        buf_grow(out, ROOM - left);
    } while (in_len > 0 || BrotliEncoderHasMoreOutput(c->brotli));
}

static void add_zstd(struct compress *c, struct str piece, bool last,
                     struct buf *out)
{
    ZSTD_inBuffer in = { piece.at, piece.len, 0 };
    size_t left;

    do {
        ZSTD_outBuffer room = { buf_room(out, ROOM), ROOM, 0 };

        left = ZSTD_compressStream2(c->zstd, &room, &in,
                                    last ? ZSTD_e_end : ZSTD_e_flush);
        buf_grow(out, room.pos);
    } while (left > 0 && !ZSTD_isError(left));
}

void compress_add(struct compress *c, struct str piece, bool last,
                  struct buf *out)
{
    switch (c->coding) {
    case GZIP:
    case DEFLATE:
        add_zlib(c, piece, last, out);
        break;
    case BROTLI:
        add_brotli(c, piece, last, out);
        break;
    case ZSTD:
        add_zstd(c, piece, last, out);
        break;
    }
}
