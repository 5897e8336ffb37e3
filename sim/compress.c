// SPDX-License-Identifier: MIT
/* zlib, brotli and zstd behind one function each; the only file that knows them.
   Small windows and low effort: thousands of streams hold one each. */
#include "sim/compress.h"

#include <assert.h>
#include <brotli/encode.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"

#define ROOM 16384u
#define WINDOW_BITS 12
#define GZIP_BITS 16 /* zlib: added to the window's, makes the format gzip */

struct compress {
    const struct coding *coding;
    z_stream zlib;
    BrotliEncoderState *brotli;
    ZSTD_CCtx *zstd;
};

struct coding {
    struct str name;
    void (*init)(struct compress *compress);
    void (*done)(struct compress *compress);
    void (*add)(struct compress *compress, struct str in, bool last,
                struct buf *out);
};

/* ---- gzip and deflate --------------------------------------------------- */

static void zlib_open(struct compress *compress, int bits)
{
    if (deflateInit2(&compress->zlib, 1, Z_DEFLATED, bits, 5,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
}

static void gzip_init(struct compress *compress)
{
    zlib_open(compress, WINDOW_BITS + GZIP_BITS);
}

static void deflate_init(struct compress *compress)
{
    zlib_open(compress, WINDOW_BITS);
}

static void zlib_done(struct compress *compress)
{
    (void)deflateEnd(&compress->zlib);
}

static void zlib_add(struct compress *compress, struct str in, bool last,
                     struct buf *out)
{
    z_stream *zlib = &compress->zlib;

    zlib->next_in = (Bytef *)(uintptr_t)in.at;
    zlib->avail_in = (uInt)in.len;
    do {
        zlib->next_out = (Bytef *)buf_room(out, ROOM);
        zlib->avail_out = ROOM;
        (void)deflate(zlib, last ? Z_FINISH : Z_SYNC_FLUSH);
        buf_grow(out, ROOM - zlib->avail_out);
    } while (zlib->avail_out == 0);
}

/* ---- brotli ------------------------------------------------------------- */

static void brotli_init(struct compress *compress)
{
    compress->brotli = BrotliEncoderCreateInstance(NULL, NULL, NULL);
    if (!compress->brotli)
        abort();
    (void)BrotliEncoderSetParameter(compress->brotli, BROTLI_PARAM_QUALITY, 1);
    (void)BrotliEncoderSetParameter(compress->brotli, BROTLI_PARAM_LGWIN, 14);
}

static void brotli_done(struct compress *compress)
{
    BrotliEncoderDestroyInstance(compress->brotli);
}

static void brotli_add(struct compress *compress, struct str in, bool last,
                       struct buf *out)
{
    BrotliEncoderState *brotli = compress->brotli;
    const uint8_t *next_in = (const uint8_t *)in.at;
    size_t in_left = in.len;

    do {
        uint8_t *next_out = (uint8_t *)buf_room(out, ROOM);
        size_t out_left = ROOM;

        if (!BrotliEncoderCompressStream(
                brotli, last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH,
                &in_left, &next_in, &out_left, &next_out, NULL))
            abort();
        buf_grow(out, ROOM - out_left);
    } while (in_left > 0 || BrotliEncoderHasMoreOutput(brotli));
}

/* ---- zstd --------------------------------------------------------------- */

static void zstd_init(struct compress *compress)
{
    compress->zstd = ZSTD_createCCtx();
    if (!compress->zstd)
        abort();
    (void)ZSTD_CCtx_setParameter(compress->zstd, ZSTD_c_compressionLevel, 1);
    (void)ZSTD_CCtx_setParameter(compress->zstd, ZSTD_c_windowLog, 14);
}

static void zstd_done(struct compress *compress)
{
    (void)ZSTD_freeCCtx(compress->zstd);
}

static void zstd_add(struct compress *compress, struct str in, bool last,
                     struct buf *out)
{
    ZSTD_inBuffer input = { in.at, in.len, 0 };
    size_t left;

    do {
        ZSTD_outBuffer output = { buf_room(out, ROOM), ROOM, 0 };

        left = ZSTD_compressStream2(compress->zstd, &output, &input,
                                    last ? ZSTD_e_end : ZSTD_e_flush);
        if (ZSTD_isError(left))
            abort();
        buf_grow(out, output.pos);
    } while (left > 0);
}

/* ---- the table ---------------------------------------------------------- */

static const struct coding codings[] = {
    [ENCODING_GZIP] = { { "gzip", 4 }, gzip_init, zlib_done, zlib_add },
    [ENCODING_BR] = { { "br", 2 }, brotli_init, brotli_done, brotli_add },
    [ENCODING_ZSTD] = { { "zstd", 4 }, zstd_init, zstd_done, zstd_add },
    [ENCODING_DEFLATE] = { { "deflate", 7 },
                           deflate_init,
                           zlib_done,
                           zlib_add },
};

struct compress *compress_new(enum directive_encoding encoding)
{
    struct compress *compress = MEM_NEW(struct compress);

    assert(encoding != ENCODING_NONE);
    compress->coding = &codings[encoding];
    compress->coding->init(compress);
    return compress;
}

void compress_free(struct compress *compress)
{
    if (!compress)
        return;
    compress->coding->done(compress);
    mem_free(compress);
}

void compress_add(struct compress *compress, struct str in, bool last,
                  struct buf *out)
{
    compress->coding->add(compress, in, last, out);
}

struct str compress_name(enum directive_encoding encoding)
{
    return codings[encoding].name;
}

/* True if an element of the list names the coding and does not say q=0. */
static bool offers(struct str list, struct str name)
{
    struct str element;

    while (headers_list_next(&list, &element)) {
        size_t semicolon = str_index(element, ';');
        struct str quality = str_trim(str_from(element, semicolon + 1));

        if (str_ieq(str_trim(str_sub(element, 0, semicolon)), name))
            return !str_eq(quality, STR("q=0"));
    }
    return false;
}

enum directive_encoding compress_offered(enum directive_encoding asked,
                                         const struct headers *headers)
{
    const struct str *offer = headers_get(headers, STR("accept-encoding"));

    if (asked == ENCODING_NONE || !offer ||
        !offers(*offer, compress_name(asked)))
        return ENCODING_NONE;
    return asked;
}
