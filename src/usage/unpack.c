// SPDX-License-Identifier: MIT
/* Four codings behind one function. */
#define ZLIB_CONST /* its input is const */
#include "usage/unpack.h"

#include <assert.h>
#include <brotli/decode.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/macros.h"
#include "base/mem.h"

#define ROOM 16384u
#define BITS_ZLIB 15
#define BITS_GZIP (15 + 16)
#define BITS_BARE (-15)
#define ZSTD_WINDOW_LOG 23 /* what RFC 8878 asks decoders to support */

/* What one step has taken and given. */
struct step {
    struct str packed; /* what is left of it */
    char *room;
    size_t filled; /* of ROOM */
};

enum outcome {
    UNPACK_MORE, /* there is more to give without further bytes, perhaps */
    UNPACK_HUNGRY,
    UNPACK_DAMAGED,
    UNPACK_WIDE, /* its window is too large */
    UNPACK_BOMB,
    UNPACK_CROWDED, /* the room is full */
};

/* What a coding holds: `base`, and `growth` for each byte that came out or went in, up
   to `window_max`: pages that nothing was written to take no memory. */
struct coding {
    struct str name;
    bool (*open)(struct unpack *unpack);
    enum outcome (*take)(struct unpack *unpack, struct step *step);
    void (*close)(struct unpack *unpack);
    size_t base;
    size_t growth;
    size_t window_max;
};

struct unpack {
    const struct coding *coding;
    struct unpack_room *room;
    size_t held;          /* of the room */
    enum outcome outcome; /* of the last step */
    uint64_t packed;      /* bytes that were taken */
    uint64_t plain;       /* bytes that came of them */
    int bits;             /* of zlib; 0: the first byte will tell */
    bool ended; /* what zlib reads is whole: only in gzip may more follow */
    z_stream zlib;
    BrotliDecoderState *brotli;
    ZSTD_DStream *zstd;
};

/* ---- gzip and deflate --------------------------------------------------- */

static bool open_gzip(struct unpack *unpack)
{
    unpack->bits = BITS_GZIP;
    return inflateInit2(&unpack->zlib, BITS_GZIP) == Z_OK;
}

static bool open_deflate(struct unpack *unpack)
{
    unpack->bits = 0;
    return inflateInit2(&unpack->zlib, BITS_ZLIB) == Z_OK;
}

/* "deflate" means RFC 1950, whose first byte is x8; some send it bare. */
static void find_bits(struct unpack *unpack, struct str packed)
{
    bool wrapped = (packed.at[0] & 0x0f) == 8;

    unpack->bits = wrapped ? BITS_ZLIB : BITS_BARE;
    if (!wrapped)
        (void)inflateReset2(&unpack->zlib, BITS_BARE);
}

/* After a gzip member another one may follow (RFC 1952 section 2.2). */
static void begin_member(struct unpack *unpack)
{
    unpack->ended = false;
    (void)inflateReset(&unpack->zlib);
}

static enum outcome take_zlib(struct unpack *unpack, struct step *step)
{
    z_stream *zlib = &unpack->zlib;
    int status;

    if (step->packed.len > 0 && unpack->bits == 0)
        find_bits(unpack, step->packed);
    if (step->packed.len > 0 && unpack->ended) {
        if (unpack->bits != BITS_GZIP)
            return UNPACK_DAMAGED;
        begin_member(unpack);
    }
    zlib->next_in = (const unsigned char *)step->packed.at;
    zlib->avail_in = (unsigned)step->packed.len;
    zlib->next_out = (unsigned char *)step->room;
    zlib->avail_out = ROOM;
    status = inflate(zlib, Z_SYNC_FLUSH);
    step->packed = str_from(step->packed, step->packed.len - zlib->avail_in);
    step->filled = ROOM - zlib->avail_out;
    unpack->ended |= status == Z_STREAM_END;
    if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END)
        return UNPACK_DAMAGED;
    return step->packed.len > 0 || step->filled == ROOM ? UNPACK_MORE
                                                        : UNPACK_HUNGRY;
}

static void close_zlib(struct unpack *unpack)
{
    (void)inflateEnd(&unpack->zlib);
}

/* ---- br ----------------------------------------------------------------- */

static bool open_brotli(struct unpack *unpack)
{
    unpack->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    return unpack->brotli;
}

static enum outcome take_brotli(struct unpack *unpack, struct step *step)
{
    size_t in = step->packed.len;
    size_t room = ROOM;
    const uint8_t *from = (const uint8_t *)step->packed.at;
    uint8_t *to = (uint8_t *)step->room;
    BrotliDecoderResult result =
        BrotliDecoderDecompressStream(unpack->brotli, &in, &from, &room, &to,
                                      NULL);

    step->packed = str_from(step->packed, step->packed.len - in);
    step->filled = ROOM - room;
    /* It asks for more input although it has more to give, when that came last. */
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT ||
        BrotliDecoderHasMoreOutput(unpack->brotli))
        return UNPACK_MORE;
    return result == BROTLI_DECODER_RESULT_ERROR || step->packed.len > 0
               ? UNPACK_DAMAGED
               : UNPACK_HUNGRY;
}

static void close_brotli(struct unpack *unpack)
{
    BrotliDecoderDestroyInstance(unpack->brotli);
}

/* ---- zstd --------------------------------------------------------------- */

static bool open_zstd(struct unpack *unpack)
{
    unpack->zstd = ZSTD_createDStream();
    return unpack->zstd &&
           !ZSTD_isError(ZSTD_DCtx_setParameter(unpack->zstd,
                                                ZSTD_d_windowLogMax,
                                                ZSTD_WINDOW_LOG));
}

/* Frames may follow each other. */
static enum outcome take_zstd(struct unpack *unpack, struct step *step)
{
    ZSTD_inBuffer in = { step->packed.at, step->packed.len, 0 };
    ZSTD_outBuffer out = { step->room, ROOM, 0 };
    size_t status = ZSTD_decompressStream(unpack->zstd, &out, &in);

    step->packed = str_from(step->packed, in.pos);
    step->filled = out.pos;
    if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge)
        return UNPACK_WIDE;
    if (ZSTD_isError(status))
        return UNPACK_DAMAGED;
    return step->packed.len > 0 || step->filled == ROOM ? UNPACK_MORE
                                                        : UNPACK_HUNGRY;
}

static void close_zstd(struct unpack *unpack)
{
    (void)ZSTD_freeDStream(unpack->zstd);
}

/* ---- all of them -------------------------------------------------------- */

#define KB 1024u
#define MB (1024u * KB)

static const struct coding codings[] = {
    { { "gzip", 4 }, open_gzip, take_zlib, close_zlib, 48 * KB, 0, 0 },
    { { "x-gzip", 6 }, open_gzip, take_zlib, close_zlib, 48 * KB, 0, 0 },
    { { "deflate", 7 }, open_deflate, take_zlib, close_zlib, 48 * KB, 0, 0 },
    { { "br", 2 },
      open_brotli,
      take_brotli,
      close_brotli,
      64 * KB,
      2,
      16 * MB },
    { { "zstd", 4 },
      open_zstd,
      take_zstd,
      close_zstd,
      96 * KB,
      1,
      8 * MB + 256 * KB },
};

static const struct coding *find_coding(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        if (str_ieq(codings[i].name, str_trim(name)))
            return &codings[i];
    }
    return NULL;
}

/* May it grow to that?  False, and nothing changed, if the room is full. */
static bool hold(struct unpack *unpack, size_t size)
{
    struct unpack_room *room = unpack->room;

    if (size <= unpack->held)
        return true;
    if (size - unpack->held > room->max - room->held)
        return false;
    room->held += size - unpack->held;
    unpack->held = size;
    return true;
}

static void close_all(struct unpack *unpack)
{
    unpack->coding->close(unpack);
    unpack->room->held -= unpack->held;
    unpack->held = 0;
}

struct unpack *unpack_new(struct str coding, struct unpack_room *room)
{
    const struct coding *found = find_coding(coding);
    struct unpack *unpack;

    if (!found)
        return NULL;
    unpack = MEM_NEW(struct unpack);
    unpack->coding = found;
    unpack->room = room;
    if (!found->open(unpack))
        abort(); /* lint: out of memory, as in base/mem */
    return unpack;
}

static bool is_given_up(const struct unpack *unpack)
{
    return unpack->outcome > UNPACK_HUNGRY;
}

void unpack_free(struct unpack *unpack)
{
    if (!unpack)
        return;
    if (!is_given_up(unpack))
        close_all(unpack);
    mem_free(unpack);
}

/* What it holds now, at most. */
static size_t size_of(const struct unpack *unpack)
{
    const struct coding *coding = unpack->coding;
    uint64_t bytes = unpack->packed + unpack->plain;

    if (coding->growth == 0)
        return coding->base;
    return coding->base + (bytes < coding->window_max / coding->growth
                               ? (size_t)bytes * coding->growth
                               : coding->window_max);
}

/* What came of the bytes taken so far is judged, and not of those that were given, so
   that a bomb has no more room at the beginning of a large piece. */
static enum outcome judge(struct unpack *unpack, enum outcome outcome)
{
    if (outcome > UNPACK_HUNGRY)
        return outcome;
    if (unpack->plain >
        UNPACK_START_MAX + unpack->packed * (uint64_t)UNPACK_RATIO_MAX)
        return UNPACK_BOMB;
    return hold(unpack, size_of(unpack)) ? outcome : UNPACK_CROWDED;
}

static struct str take(struct unpack *unpack, struct step *step)
{
    size_t before = step->packed.len;
    enum outcome outcome = unpack->coding->take(unpack, step);

    unpack->packed += before - step->packed.len;
    unpack->plain += step->filled;
    unpack->outcome = judge(unpack, outcome);
    return (struct str){ step->room, step->filled };
}

bool unpack_feed(struct unpack *unpack, struct str packed,
                 void (*plain)(void *arg, struct str bytes), void *arg)
{
    char room[ROOM];
    struct step step = { .packed = packed, .room = room };
    struct str came;

    if (is_given_up(unpack))
        return false;
    do {
        came = take(unpack, &step);
        if (came.len > 0 && unpack->outcome <= UNPACK_DAMAGED)
            plain(arg, came);
    } while (unpack->outcome == UNPACK_MORE);
    if (is_given_up(unpack))
        close_all(unpack);
    return !is_given_up(unpack);
}

const char *unpack_why(const struct unpack *unpack)
{
    static const char *const texts[] = {
        [UNPACK_DAMAGED] = "its compressed bytes are damaged",
        [UNPACK_WIDE] = "its compression needs a window of more than 8 MB",
        [UNPACK_BOMB] = "it unpacks to more than 64 times its size",
        [UNPACK_CROWDED] = "too many compressed answers are read at once",
    };

    return texts[unpack->outcome];
}
