// SPDX-License-Identifier: MIT
/* An arena: memory that is freed all at once, for everything that lives as long
   as one request.  One thread at a time. */
#pragma once

#include <stddef.h>

#include "base/macros.h"
#include "base/str.h"

struct arena;

struct arena *arena_new(void);
/* The same for what may hold secrets: overwritten before it is freed, as far as it
   was used. */
struct arena *arena_new_secret(void);

/* Frees the arena and everything in it.  NULL is fine. */
void arena_free(struct arena *arena);

/* Uninitialised, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_zalloc(struct arena *arena, size_t size);

/* Copies, with a NUL behind them. */
char *arena_strdup(struct arena *arena, const char *text);
struct str arena_str(struct arena *arena, struct str s);
struct str arena_printf(struct arena *arena, const char *format, ...)
    PRINTF_LIKE(2, 3);
