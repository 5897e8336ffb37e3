// SPDX-License-Identifier: MIT
/* The linker sends free() of the tested code here. */
#include "freed.h"

#include <malloc.h>
#include <string.h>

static struct str watched;
static unsigned found;

void freed_watch(struct str text)
{
    watched = text;
    found = 0;
}

unsigned freed_with_it(void)
{
    watched = STR_EMPTY;
    return found;
}

void __real_free(void *ptr);
void __wrap_free(void *ptr);
void __wrap_free(void *ptr)
{
    if (ptr && watched.len > 0)
        found += memmem(ptr, malloc_usable_size(ptr), watched.at,
                        watched.len) != NULL;
    __real_free(ptr);
}
