// SPDX-License-Identifier: MIT
/* Memory that only the start of the program needed. */
#include "base/trim.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#ifdef WITH_MIMALLOC
#include <mimalloc.h>
#endif

/* "55d0c0a00000-55d0c0a2b000 r-xp ... /usr/lib/libx.so": a mapping of a file's
   text.  Others may hold what was written since, or belong to the kernel. */
static void give_back_text(const char *line)
{
    uintptr_t from;
    uintptr_t to;
    char mode[5];
    int path = 0;

    if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %n", &from, &to, mode, &path) !=
            3 ||
        path == 0 || line[path] != '/' || mode[0] != 'r' || mode[1] != '-' ||
        mode[2] != 'x')
        return;
    (void)madvise((void *)from, to - from, MADV_DONTNEED);
}

static void give_back_heap(void)
{
#ifdef WITH_MIMALLOC
    mi_collect(true);
#endif
    (void)malloc_trim(0);
}

void trim_after_start(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];

    give_back_heap();
    if (!maps)
        return;
    while (fgets(line, sizeof(line), maps))
        give_back_text(line);
    (void)fclose(maps);
}
