// SPDX-License-Identifier: MIT
/* Allocation that aborts when memory runs out. */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *check(void *ptr, size_t size)
{
    if (ptr || size == 0)
        return ptr;
    (void)fputs("claude-relay: out of memory\n", stderr);
    abort();
}

void *mem_alloc(size_t size)
{
    return check(malloc(size), size);
}

void *mem_zalloc(size_t size)
{
    return check(calloc(1, size), size);
}

void *mem_realloc(void *ptr, size_t size)
{
    return check(realloc(ptr, size), size);
}

char *mem_strndup(const char *text, size_t len)
{
    char *copy = mem_alloc(len + 1);

    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

void mem_free(void *ptr)
{
    free(ptr);
}

void mem_wipe(void *ptr, size_t size)
{
    explicit_bzero(ptr, size);
}
