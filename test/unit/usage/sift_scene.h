// SPDX-License-Identifier: MIT
/* What is found in a text that comes in pieces, as one line: "id=number;", "id=text;",
   "id:first byte;", and "id;" of an object that ended. */
#pragma once

#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"
#include "usage/sift.h"

#define LONG16 "0123456789abcdef"
#define LONG128 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16

/* A text, and what is found in it. */
struct sift_case {
    const char *text;
    const char *want;
};

/* The tree, and what is watched inside of what is stepped over. */
struct sift_of {
    const struct sift_node *root;
    const struct sift_node *watched;
    size_t watched_count;
    size_t pieces_max; /* bytes in each of the pieces it is cut into */
};

static inline void sift_scene_note(void *arg, const struct sift_found *found)
{
    struct buf *out = arg;

    if (found->text.len > 0)
        buf_printf(out, "%u=" STR_FMT ";", found->id, STR_ARG(found->text));
    else if (found->begins)
        buf_printf(out, "%u:%c;", found->id, found->first);
    else if (found->id < 4)
        buf_printf(out, "%u=%llu;", found->id,
                   (unsigned long long)found->number);
    else
        buf_printf(out, "%u;", found->id);
}

static inline void sift_scene_begin(const struct sift_of *of, struct sift *sift,
                                    struct buf *got)
{
    buf_init(got, 4096);
    sift_init(sift, of->root, sift_scene_note, got);
    if (of->watched)
        sift_watch(sift, of->watched, of->watched_count);
}

/* Each piece in a block of its own. */
static inline void sift_scene_feed(struct sift *sift, struct str piece)
{
    char *mem = mem_strndup(piece.at, piece.len);

    sift_feed(sift, (struct str){ mem, piece.len });
    mem_free(mem);
}

/* A first piece, and then pieces of one size. */
struct sift_cut {
    size_t first;
    size_t size;
};

static inline void sift_scene_check(const struct sift_of *of, struct str text,
                                    struct sift_cut cut, const char *want)
{
    struct str rest;
    struct sift sift;
    struct buf got;

    sift_scene_begin(of, &sift, &got);
    sift_scene_feed(&sift, str_sub(text, 0, cut.first));
    for (rest = str_from(text, cut.first); rest.len > 0;
         rest = str_from(rest, cut.size))
        sift_scene_feed(&sift, str_sub(rest, 0, cut.size));
    if (!str_eq(buf_str(&got), str_of(want)))
        fail_msg(STR_FMT "\nin pieces of %zu and %zu\ngot  " STR_FMT
                         "\nwant %s",
                 STR_ARG(text), cut.first, cut.size, STR_ARG(buf_str(&got)),
                 want);
    buf_done(&got);
}

/* However the text is cut in two, and in pieces of one size. */
static inline void sift_scene_check_cuts(const struct sift_of *of,
                                         struct str text, const char *want)
{
    for (size_t first = 0; first <= text.len; first++)
        sift_scene_check(of, text, (struct sift_cut){ first, text.len + 1 },
                         want);
    for (size_t size = 1; size <= of->pieces_max; size++)
        sift_scene_check(of, text, (struct sift_cut){ 0, size }, want);
}
