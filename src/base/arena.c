// SPDX-License-Identifier: MIT
/* An arena of chained blocks; large requests get a block of their own. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* With its head and malloc's: one kilobyte. */
#define BLOCK_SIZE 992

struct block {
    struct block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char bytes[];
};

/* Lives in its own first block. */
struct arena {
    struct block *blocks; /* the newest first */
    bool secret;
};

static size_t rounded(size_t size)
{
    size_t align = alignof(max_align_t);

    return (size + align - 1) / align * align;
}

static struct block *block_new(struct block *next, size_t size)
{
    size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    struct block *block = mem_alloc(sizeof(*block) + room);

    block->next = next;
    block->used = 0;
    block->size = room;
    return block;
}

struct arena *arena_new(void)
{
    struct block *block = block_new(NULL, 0);
    struct arena *arena = (struct arena *)(void *)block->bytes;

    block->used = rounded(sizeof(*arena));
    arena->blocks = block;
    arena->secret = false;
    return arena;
}

struct arena *arena_new_secret(void)
{
    struct arena *arena = arena_new();

    arena->secret = true;
    return arena;
}

void arena_free(struct arena *arena)
{
    struct block *block = arena ? arena->blocks : NULL;
    bool secret = arena && arena->secret;

    while (block) {
        struct block *next = block->next;

        if (secret)
            mem_wipe(block->bytes, block->used);
        mem_free(block);
        block = next;
    }
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct block *block = arena->blocks;
    void *ptr;

    size = rounded(size);
    if (block->size - block->used < size)
        block = arena->blocks = block_new(block, size);
    ptr = block->bytes + block->used;
    block->used += size;
    return ptr;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

struct str arena_str(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);

    if (s.len > 0)
        memcpy(copy, s.at, s.len);
    copy[s.len] = '\0';
    return (struct str){ copy, s.len };
}

char *arena_strdup(struct arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(arena_alloc(arena, size), text, size);
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0)
        return STR_EMPTY;
    text = arena_alloc(arena, (size_t)len + 1);
    va_start(args, format);
    (void)vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (struct str){ text, (size_t)len };
}
