// SPDX-License-Identifier: MIT
/* Four codings behind one function. */
#define ZLIB_CONST /* its input is const */
#include "base/unpack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/unpack_brotli.h"

#define KB 1024u
#define ROOM (16 * KB)
#define BITS_ZLIB 15
#define BITS_GZIP (15 + 16)
#define BITS_BARE (-15)
#define ZSTD_WINDOW_LOG 23 /* what RFC 8878 asks decoders to support */
#define ZSTD_WINDOW ((1u << ZSTD_WINDOW_LOG) + 256 * KB)

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
    UNPACK_SHORT, /* it ends before its end */
    UNPACK_WIDE,  /* its window is too large */
    UNPACK_BOMB,
    UNPACK_CROWDED, /* the room is full */
};

struct coding {
    struct str name;
    bool (*open)(struct unpack *unpack);
    enum outcome (*take)(struct unpack *unpack, struct step *step);
    void (*close)(struct unpack *unpack);
    size_t (*size)(const struct unpack *unpack); /* what it holds, at most */
};

struct unpack {
    const struct coding *coding;
    struct unpack_room *room;
    size_t held;          /* of the room */
    enum outcome outcome; /* of the last step */
    uint64_t packed;      /* bytes that were taken */
    uint64_t plain;       /* bytes that came of them */
    int bits;             /* of zlib; 0: the first byte will tell */
    bool ended; /* what it reads is whole: more may follow in gzip and zstd */
    z_stream zlib;
    struct unpack_brotli *brotli;
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

static size_t size_zlib(const struct unpack *unpack)
{
    (void)unpack;
    return 48 * KB;
}

/* ---- br ----------------------------------------------------------------- */

static bool open_brotli(struct unpack *unpack)
{
    unpack->brotli = unpack_brotli_new();
    return true;
}

static enum outcome take_brotli(struct unpack *unpack, struct step *step)
{
    static const enum outcome outcomes[] = {
        [UNPACK_BROTLI_MORE] = UNPACK_MORE,
        [UNPACK_BROTLI_HUNGRY] = UNPACK_HUNGRY,
        [UNPACK_BROTLI_DAMAGED] = UNPACK_DAMAGED,
    };
    struct unpack_brotli_step taken = { .packed = step->packed,
                                        .room = step->room,
                                        .size = ROOM };
    enum unpack_brotli_answer answer =
        unpack_brotli_take(unpack->brotli, &taken);

    step->packed = taken.packed;
    step->filled = taken.filled;
    unpack->ended = unpack_brotli_is_whole(unpack->brotli);
    return outcomes[answer];
}

static void close_brotli(struct unpack *unpack)
{
    unpack_brotli_free(unpack->brotli);
}

static size_t size_brotli(const struct unpack *unpack)
{
    return unpack_brotli_size(unpack->brotli);
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
    if (in.pos > 0 || out.pos > 0)
        unpack->ended = status == 0;
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

/* Pages of its window that nothing was written to take no memory. */
static size_t size_zstd(const struct unpack *unpack)
{
    uint64_t bytes = unpack->packed + unpack->plain;

    return 96 * KB + (bytes < ZSTD_WINDOW ? (size_t)bytes : ZSTD_WINDOW);
}

/* ---- all of them -------------------------------------------------------- */

static const struct coding codings[] = {
    { { "gzip", 4 }, open_gzip, take_zlib, close_zlib, size_zlib },
    { { "x-gzip", 6 }, open_gzip, take_zlib, close_zlib, size_zlib },
    { { "deflate", 7 }, open_deflate, take_zlib, close_zlib, size_zlib },
    { { "br", 2 }, open_brotli, take_brotli, close_brotli, size_brotli },
    { { "zstd", 4 }, open_zstd, take_zstd, close_zstd, size_zstd },
};

static const struct coding *find_coding(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        if (str_ieq(codings[i].name, str_trim(name)))
            return &codings[i];
    }
    return NULL;
}

/* May it have that?  False, and nothing changed, if the room is full. */
static bool hold(struct unpack *unpack, size_t size)
{
    struct unpack_room *room = unpack->room;

    if (size > unpack->held && size - unpack->held > room->max - room->held)
        return false;
    room->held = room->held - unpack->held + size;
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

/* What came of the bytes taken so far is judged, and not of those that were given, so
   that a bomb has no more room at the beginning of a large piece. */
static enum outcome judge(struct unpack *unpack, enum outcome outcome)
{
    if (outcome > UNPACK_HUNGRY)
        return outcome;
    if (unpack->plain >
        UNPACK_START_MAX + unpack->packed * (uint64_t)UNPACK_RATIO_MAX)
        return UNPACK_BOMB;
    return hold(unpack, unpack->coding->size(unpack)) ? outcome
                                                      : UNPACK_CROWDED;
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

/* What it waits for cannot come any more. */
static enum outcome judge_end(const struct unpack *unpack)
{
    if (unpack->brotli && unpack_brotli_waits(unpack->brotli))
        return UNPACK_BOMB;
    return unpack->ended ? unpack->outcome : UNPACK_SHORT;
}

void unpack_end(struct unpack *unpack)
{
    if (is_given_up(unpack))
        return;
    unpack->outcome = judge_end(unpack);
    if (is_given_up(unpack))
        close_all(unpack);
}

const char *unpack_why(const struct unpack *unpack)
{
    static const char *const texts[] = {
        [UNPACK_DAMAGED] = "its compressed bytes are damaged",
        [UNPACK_SHORT] = "its compressed bytes end early",
        [UNPACK_WIDE] = "its compression needs a window of more than 8 MB",
        [UNPACK_BOMB] = "it unpacks to more than 64 times its size",
        [UNPACK_CROWDED] = "too many compressed answers are read at once",
    };

    return texts[unpack->outcome];
}
