// SPDX-License-Identifier: MIT
/* A copy of everything in DATA_DIR, also while a relay runs on it, and the way back. */
#include "app/backup_commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/command_audit.h"
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

/* One file, and perhaps --force, in any order; "-" is a file. */
static bool take_arguments(int argc, char **argv, const char **file,
                           bool *force)
{
    for (int i = 0; i < argc; i++) {
        bool named = argv[i][0] != '-' || !argv[i][1];

        if (strcmp(argv[i], "--force") == 0)
            *force = true;
        else if (!named || *file)
            return false;
        else
            *file = argv[i];
    }
    return true;
}

/* Not among what standard output holds. */
static void print_made(const struct backup_making *making, bool sealed)
{
    FILE *out = making->on_output ? stderr : stdout;

    (void)fprintf(out, "%zu files of %s are in %s", making->files,
                  making->data_dir,
                  making->on_output ? "what was written to standard output"
                                    : making->file);
    if (making->bytes > 0)
        (void)fprintf(out, " (%llu bytes)", (unsigned long long)making->bytes);
    (void)fprintf(out, ".\n%s\n",
                  sealed ? "Tokens in it stay sealed: keep RELAY_SECRET with "
                           "it, but not beside it."
                         : "It holds tokens as they are: keep it as safe as "
                           "the folder itself.");
}

static void note_made(const struct config *config,
                      const struct backup_making *making)
{
    struct json_doc *is = json_doc_new_object();

    json_doc_set_u64(is, "files", making->files);
    json_doc_set_u64(is, "bytes", making->bytes);
    command_audit(config, &(struct command_act){ .action = "backup.make",
                                                 .target = str_of(making->file),
                                                 .is = is });
}

int backup_command_run(int argc, char **argv, const struct config *config)
{
    struct backup_making making = { .data_dir = config->data_dir.at };
    struct err err;

    if (!take_arguments(argc, argv, &making.file, &making.force))
        return usage("backup takes one file, and perhaps --force",
                     BACKUP_COMMAND_USAGE);
    if (!making.file || !*making.file)
        return usage("backup needs the file to write", BACKUP_COMMAND_USAGE);
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that goes is said */
    if (!backup_make(&making, &err))
        return terminal_fail(&err);
    note_made(config, &making);
    print_made(&making, config->relay_secret.len > 0);
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

static void note_restored(const struct config *config,
                          const struct backup_restore *restore)
{
    struct json_doc *is = json_doc_new_object();
    char when[TEXT_TIME_MAX];

    text_format_time(restore->made_ms, when);
    json_doc_set_u64(is, "files", restore->files);
    json_doc_set_str(is, "made_at", str_of(when));
    if (restore->aside[0])
        json_doc_set_str(is, "aside", str_of(restore->aside));
    command_audit(config,
                  &(struct command_act){ .action = "backup.restore",
                                         .target = str_of(restore->file),
                                         .is = is });
}

int restore_command_run(int argc, char **argv, const struct config *config)
{
    struct backup_restore restore = { .data_dir = config->data_dir.at };
    struct err err;

    if (!take_arguments(argc, argv, &restore.file, &restore.force))
        return usage("restore takes one file, and perhaps --force",
                     RESTORE_COMMAND_USAGE);
    if (!restore.file || !*restore.file)
        return usage("restore needs the file that backup wrote",
                     RESTORE_COMMAND_USAGE);
    if (!backup_restore(&restore, &err))
        return terminal_fail(&err);
    note_restored(config, &restore);
    print_restored(&restore);
    return 0;
}
