// SPDX-License-Identifier: MIT
/* SQLite takes paths made of descriptors as they are. */
#include "store/sqlite_held.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"

#define FLAGS (SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX)

static int take_path(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
    (void)vfs;
    return snprintf(out, (size_t)size, "%s", path) < size ? SQLITE_OK
                                                          : SQLITE_CANTOPEN;
}

/* The system's own, but for names (a link at the end of one it does not follow).  It is found by its name while it is opened only:
   nothing else of the process gets it. */
static sqlite3_vfs *vfs_new(void)
{
    sqlite3_vfs *vfs = MEM_NEW(sqlite3_vfs);

    *vfs = *sqlite3_vfs_find(NULL);
    vfs->pNext = NULL;
    vfs->zName = "held";
    vfs->xFullPathname = take_path;
    return vfs;
}

int sqlite_held_open(struct sqlite *self)
{
    int code;

    if (!str_starts(str_of(self->path), STR("/proc/self/fd/")))
        return sqlite3_open_v2(self->path, &self->db, FLAGS, NULL);
    self->vfs = vfs_new();
    code = sqlite3_vfs_register(self->vfs, 0);
    if (code == SQLITE_OK)
        code = sqlite3_open_v2(self->path, &self->db, FLAGS, "held");
    (void)sqlite3_vfs_unregister(self->vfs);
    return code;
}

void sqlite_held_done(struct sqlite *self)
{
    mem_free(self->vfs);
}
