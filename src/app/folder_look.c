// SPDX-License-Identifier: MIT
/* Is there something to look at? */
#include "app/folder_look.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "store/backup.h"

static bool is_missing(const char *folder)
{
    struct stat info;

    return stat(folder, &info) != 0 && errno == ENOENT;
}

bool folder_look(const struct config *config, struct err *err)
{
    const char *folder = config->data_dir.at;

    if (is_missing(folder))
        return err_set(err, ERR_NOT_FOUND,
                       "there is no folder %s: is DATA_DIR (or --data-dir) "
                       "right?  The first `claude-relay`, or `claude-relay "
                       "login`, makes it",
                       folder);
    return backup_finds_any(folder) ||
           err_set(err, ERR_NOT_FOUND,
                   "nothing of a relay's is in the folder %s: is DATA_DIR (or "
                   "--data-dir) right?  The first `claude-relay`, or "
                   "`claude-relay login`, begins one",
                   folder);
}

void folder_look_say_new(const struct config *config)
{
    if (is_missing(config->data_dir.at))
        (void)fprintf(stderr, "claude-relay: %s is a new folder\n",
                      config->data_dir.at);
}
