// SPDX-License-Identifier: MIT
/* Public test data. */
#include "public.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "unit.h"

static void see_file(const char *path, const char *name,
                     void (*see)(const char *name, struct str bytes))
{
    FILE *file = fopen(path, "rbe");
    size_t size;
    char *mem;

    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = (size_t)ftell(file);
    rewind(file);
    mem = mem_alloc(size ? size : 1);
    assert_int_equal(fread(mem, 1, size, file), size);
    (void)fclose(file);
    see(name, (struct str){ mem, size });
    mem_free(mem);
}

size_t public_visit(const char *folder,
                    void (*see)(const char *name, struct str bytes))
{
    const char *above = strrchr(__FILE__, '/');
    char at[1024], path[2048];
    struct dirent *entry;
    size_t count = 0;
    DIR *dir;

    (void)snprintf(at, sizeof(at), "%.*s/../../../../shared/testdata/%s",
                   (int)(above ? above - __FILE__ : 0), __FILE__, folder);
    dir = opendir(at);
    if (!dir) {
        print_message("no ../shared/testdata/%s: skipped\n", folder);
        return 0;
    }
    for (entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", at, entry->d_name);
        see_file(path, entry->d_name, see);
        count++;
    }
    (void)closedir(dir);
    print_message("../shared/testdata/%s: %zu files\n", folder, count);
    return count;
}
