// SPDX-License-Identifier: MIT
/* Allocation that aborts when memory runs out: every size is bounded elsewhere,
   so running out is a defect, not an input.  Any thread. */
#pragma once

#include <stddef.h>

/* Uninitialised memory of `size` bytes; freed by the caller with mem_free(). */
void *mem_alloc(size_t size);

/* Zeroed memory for one object of `size` bytes; freed with mem_free(). */
void *mem_zalloc(size_t size);

/* Grow or shrink; the old pointer is dead afterwards. */
void *mem_realloc(void *ptr, size_t size);

/* A copy of `len` bytes with a NUL behind it; freed with mem_free(). */
char *mem_strndup(const char *text, size_t len);
char *mem_strdup(const char *text);

/* NULL is fine. */
void mem_free(void *ptr);

/* Overwrite memory that held a secret; the compiler does not leave it out. */
void mem_wipe(void *ptr, size_t size);

#define MEM_NEW(type) ((type *)mem_zalloc(sizeof(type)))
