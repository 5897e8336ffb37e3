// SPDX-License-Identifier: MIT
/* The decoder of br, and its memory. */
#include "base/unpack_brotli.h"

#include <brotli/decode.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/unpack.h"

/* No block is larger than the largest window, and what stands behind it. */
#define BLOCK_MAX ((16u << 20) + SLACK)
#define SLACK 4096u
/* So many packed bytes pay for any block. */
#define KEPT_MAX (BLOCK_MAX / 2 / UNPACK_RATIO_MAX)
/* Tables are smaller, mostly; a ring that is, is counted whole. */
#define RING_MIN (64u * 1024)

struct unpack_brotli {
    BrotliDecoderState *state; /* NULL: it waits */
    uint64_t taken;            /* packed bytes */
    uint64_t come;             /* likewise, and those that are there */
    uint64_t plain;            /* bytes that were given */
    uint64_t known;            /* of what comes out, what was given already */
    size_t blocks;             /* bytes of all of them but rings */
    size_t ring;               /* size of the rings: of two for a moment */
    size_t refused;            /* the block that was too large; 0: none */
    struct buf kept; /* what was taken, while a block may be refused */
    size_t at;       /* what of it the decoder has had */
    bool keeps;
};

/* ---- memory ------------------------------------------------------------- */

struct block {
    alignas(max_align_t) size_t size;
};

static uint64_t block_max(const struct unpack_brotli *brotli)
{
    if (brotli->come >= KEPT_MAX)
        return UINT64_MAX;
    return SLACK + 2 * (UNPACK_START_MAX + UNPACK_RATIO_MAX * brotli->come);
}

/* Of a power of two, and little more. */
static size_t *count_of(struct unpack_brotli *brotli, size_t size)
{
    size_t power = RING_MIN;

    while (power <= size / 2)
        power *= 2;
    return size >= power && size - power < SLACK ? &brotli->ring
                                                 : &brotli->blocks;
}

static void *allocate(void *arg, size_t size)
{
    struct unpack_brotli *brotli = arg;
    struct block *block;

    if (size > block_max(brotli)) {
        brotli->refused = size;
        return NULL;
    }
    block = mem_alloc(sizeof(*block) + size);
    block->size = size;
    *count_of(brotli, size) += size;
    return block + 1;
}

static void release(void *arg, void *address)
{
    struct block *block = address ? (struct block *)address - 1 : NULL;

    if (!block)
        return;
    *count_of(arg, block->size) -= block->size;
    mem_free(block);
}

size_t unpack_brotli_size(const struct unpack_brotli *brotli)
{
    uint64_t written = brotli->plain + SLACK;

    return brotli->blocks + brotli->kept.cap +
           (brotli->ring < written ? brotli->ring : (size_t)written);
}

/* ---- beginning, and anew ------------------------------------------------ */

static void begin(struct unpack_brotli *brotli)
{
    brotli->state = BrotliDecoderCreateInstance(allocate, release, brotli);
    if (!brotli->state)
        abort(); /* lint: out of memory, as in base/mem */
}

static void end(struct unpack_brotli *brotli)
{
    BrotliDecoderDestroyInstance(brotli->state);
    brotli->state = NULL;
}

struct unpack_brotli *unpack_brotli_new(void)
{
    struct unpack_brotli *brotli = MEM_NEW(struct unpack_brotli);

    buf_init(&brotli->kept, KEPT_MAX);
    brotli->keeps = true;
    begin(brotli);
    return brotli;
}

void unpack_brotli_free(struct unpack_brotli *brotli)
{
    if (!brotli)
        return;
    if (brotli->state)
        end(brotli);
    buf_done(&brotli->kept);
    mem_free(brotli);
}

/* For as long as the decoder may have to begin anew. */
static void keep(struct unpack_brotli *brotli, struct str bytes)
{
    brotli->taken += bytes.len;
    if (brotli->keeps && !buf_append(&brotli->kept, bytes)) {
        brotli->keeps = false;
        buf_done(&brotli->kept);
    }
    brotli->at = brotli->kept.len;
}

static enum unpack_brotli_answer wait(struct unpack_brotli *brotli,
                                      struct unpack_brotli_step *step)
{
    keep(brotli, step->packed);
    step->packed = STR_EMPTY;
    return UNPACK_BROTLI_HUNGRY;
}

/* What was given comes again, and is passed over. */
static void begin_anew(struct unpack_brotli *brotli)
{
    brotli->refused = 0;
    brotli->known = brotli->plain;
    brotli->at = 0;
    begin(brotli);
}

/* ---- taking ------------------------------------------------------------- */

static BrotliDecoderResult decode(struct unpack_brotli *brotli,
                                  struct str *packed,
                                  struct unpack_brotli_step *step)
{
    size_t in = packed->len;
    size_t room = step->size;
    const uint8_t *from = (const uint8_t *)packed->at;
    uint8_t *to = (uint8_t *)step->room;
    BrotliDecoderResult result =
        BrotliDecoderDecompressStream(brotli->state, &in, &from, &room, &to,
                                      NULL);

    *packed = str_from(*packed, packed->len - in);
    step->filled = step->size - room;
    return result;
}

static void pass_over_known(struct unpack_brotli *brotli,
                            struct unpack_brotli_step *step)
{
    size_t known = step->filled;

    if (known > brotli->known)
        known = (size_t)brotli->known;
    brotli->known -= known;
    step->filled -= known;
    memmove(step->room, step->room + known, step->filled);
    brotli->plain += step->filled;
}

/* Of what is kept, or of what comes. */
static BrotliDecoderResult take(struct unpack_brotli *brotli,
                                struct unpack_brotli_step *step)
{
    struct str again = str_from(buf_str(&brotli->kept), brotli->at);
    struct str *from = again.len > 0 ? &again : &step->packed;
    struct str before = *from;
    BrotliDecoderResult result = decode(brotli, from, step);
    struct str used = str_sub(before, 0, before.len - from->len);

    if (brotli->refused > 0)
        step->packed = from == &again ? step->packed : before;
    else if (from == &again)
        brotli->at += used.len;
    else
        keep(brotli, used);
    return result;
}

enum unpack_brotli_answer unpack_brotli_take(struct unpack_brotli *brotli,
                                             struct unpack_brotli_step *step)
{
    BrotliDecoderResult result;

    brotli->come = brotli->taken + step->packed.len;
    if (!brotli->state && brotli->refused > block_max(brotli))
        return wait(brotli, step);
    if (!brotli->state)
        begin_anew(brotli);
    result = take(brotli, step);
    pass_over_known(brotli, step);
    if (brotli->refused > 0) {
        end(brotli);
        return wait(brotli, step);
    }
    /* It asks for more input although it has more to give, when that came last. */
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT ||
        BrotliDecoderHasMoreOutput(brotli->state))
        return UNPACK_BROTLI_MORE;
    if (result == BROTLI_DECODER_RESULT_ERROR)
        return UNPACK_BROTLI_DAMAGED;
    if (brotli->at == brotli->kept.len && step->packed.len == 0)
        return UNPACK_BROTLI_HUNGRY;
    return result == BROTLI_DECODER_RESULT_SUCCESS ? UNPACK_BROTLI_DAMAGED
                                                   : UNPACK_BROTLI_MORE;
}

bool unpack_brotli_is_whole(const struct unpack_brotli *brotli)
{
    return brotli->state && BrotliDecoderIsFinished(brotli->state);
}

bool unpack_brotli_waits(const struct unpack_brotli *brotli)
{
    return !brotli->state;
}
