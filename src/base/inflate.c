// SPDX-License-Identifier: MIT
/* zlib behind one function; the only file that knows it. */
#include "base/inflate.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"

#define ROOM 16384u
#define WORKSPACE (256u * 1024) /* zlib takes 40 KB, its successors up to 160 */
#define BITS_ZLIB 15
#define BITS_GZIP (15 + 16)
#define BITS_BARE (-15)

bool inflate_is_gzip(struct str packed)
{
    return str_starts(packed, STR("\x1f\x8b"));
}

/* ---- memory ------------------------------------------------------------- */

/* zlib's window holds what was unpacked, tokens too: it lies where it is wiped. */
struct workspace {
    size_t used;
    _Alignas(64) char mem[WORKSPACE];
};

static void *take(void *arg, unsigned count, unsigned size)
{
    struct workspace *space = arg;
    size_t len = ((size_t)count * size + 63) / 64 * 64;
    char *at = space->mem + space->used;

    if (len > WORKSPACE - space->used)
        return NULL;
    space->used += len;
    return at;
}

static void give(void *arg, void *at)
{
    (void)arg;
    (void)at;
}

/* ---- formats ------------------------------------------------------------ */

/* RFC 1950 section 2.2.  "deflate" means this, but some send it without. */
static bool is_zlib(struct str packed)
{
    unsigned first;

    if (packed.len < 2)
        return false;
    first = (unsigned char)packed.at[0];
    return (first & 0x0f) == 8 &&
           (first * 256 + (unsigned char)packed.at[1]) % 31 == 0;
}

static int bits_of(struct str packed)
{
    if (inflate_is_gzip(packed))
        return BITS_GZIP;
    return is_zlib(packed) ? BITS_ZLIB : BITS_BARE;
}

/* ---- unpacking ---------------------------------------------------------- */

/* Some room, or what is left below the ceiling. */
static size_t make_room(struct buf *out, char **room)
{
    size_t len = out->max - out->len < ROOM ? out->max - out->len : ROOM;

    *room = len > 0 ? buf_room(out, len) : NULL;
    return len;
}

/* One call of zlib's: Z_OK while there is more, Z_STREAM_END, or what is wrong. */
static int step(z_stream *zlib, struct buf *out)
{
    char spare; /* zlib wants room even to find the end */
    char *room;
    size_t len = make_room(out, &room);
    int result;

    zlib->next_out = (Bytef *)(len > 0 ? room : &spare);
    zlib->avail_out = len > 0 ? (uInt)len : 1;
    result = inflate(zlib, Z_NO_FLUSH);
    if (len > 0)
        buf_grow(out, len - zlib->avail_out);
    else if (zlib->avail_out == 0)
        return Z_MEM_ERROR;
    return result;
}

/* gzip may follow gzip (RFC 1952 section 2.2). */
static bool goes_on(z_stream *zlib)
{
    struct str left = { (const char *)zlib->next_in, zlib->avail_in };

    return inflate_is_gzip(left) && inflateReset(zlib) == Z_OK;
}

static enum inflate_end unpack(z_stream *zlib, struct buf *out)
{
    int result = Z_OK;

    while (result == Z_OK) {
        result = step(zlib, out);
        if (result == Z_STREAM_END && goes_on(zlib))
            result = Z_OK;
    }
    if (result == Z_MEM_ERROR)
        return INFLATE_LARGE;
    return result == Z_STREAM_END ? INFLATE_WHOLE : INFLATE_CUT;
}

enum inflate_end inflate_text(struct str packed, struct buf *out)
{
    struct workspace *space = mem_alloc(sizeof(*space));
    z_stream zlib = { .next_in = (Bytef *)(uintptr_t)packed.at,
                      .avail_in = (uInt)packed.len,
                      .zalloc = take,
                      .zfree = give,
                      .opaque = space };
    enum inflate_end end;

    space->used = 0;
    if (inflateInit2(&zlib, bits_of(packed)) != Z_OK)
        abort();
    end = unpack(&zlib, out);
    (void)inflateEnd(&zlib);
    mem_wipe(space->mem, space->used);
    mem_free(space);
    return end;
}
