// SPDX-License-Identifier: MIT
/* A copy of everything in DATA_DIR, also while a relay runs on it, and the way back. */
#include "app/backup_commands.h"

#include <stdio.h>
#include <string.h>

#include "app/invocation.h"
#include "app/terminal.h"
#include "base/text.h"
#include "store/backup.h"

static int usage(const char *problem, const char *form)
{
    (void)fprintf(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, str_of(form));
    return 2;
}

/* ---- backup -------------------------------------------------------------- */

int backup_command_run(int argc, char **argv, const struct config *config)
{
    struct backup_made made;
    struct err err;

    if (argc != 1 || argv[0][0] == '-' || !argv[0][0])
        return usage("backup needs the file to write", BACKUP_COMMAND_USAGE);
    if (!backup_make(config->data_dir.at, argv[0], &made, &err))
        return terminal_fail(&err);
    (void)printf("%zu files of %s are in %s (%llu bytes).\n", made.files,
                 config->data_dir.at, argv[0], (unsigned long long)made.bytes);
    if (config->relay_secret.len == 0)
        (void)printf("It holds tokens as they are: keep it as safe as the "
                     "folder itself.\n");
    else
        (void)printf("Tokens in it stay sealed: keep RELAY_SECRET with it, "
                     "but not beside it.\n");
    return 0;
}

/* ---- restore ------------------------------------------------------------- */

static void print_restored(const struct backup_restore *restore)
{
    char when[TEXT_TIME_MAX];

    text_format_time(restore->made_ms, when);
    (void)printf("%zu files of the backup of %s are in %s.\n", restore->files,
                 when, restore->data_dir);
    if (restore->aside[0])
        (void)printf("What was there is kept in %s.\n", restore->aside);
    (void)printf("Sign-ins that were refreshed since then may have to be "
                 "done again: a refresh token works once.\n");
}

int restore_command_run(int argc, char **argv, const struct config *config)
{
    struct backup_restore restore = { .data_dir = config->data_dir.at };
    struct err err;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--force") == 0)
            restore.force = true;
        else if (argv[i][0] == '-' || restore.file)
            return usage("restore takes one file, and perhaps --force",
                         RESTORE_COMMAND_USAGE);
        else
            restore.file = argv[i];
    }
    if (!restore.file || !*restore.file)
        return usage("restore needs the file that backup wrote",
                     RESTORE_COMMAND_USAGE);
    if (!backup_restore(&restore, &err))
        return terminal_fail(&err);
    print_restored(&restore);
    return 0;
}
