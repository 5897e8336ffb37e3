// SPDX-License-Identifier: MIT
/* The options of the running relay, or of this command, if none runs. */
#include "app/settings_command.h"

#include <stdio.h>

#include "app/commands.h"
#include "app/inquiry.h"
#include "app/invocation.h"
#include "app/settings_table.h"
#include "app/terminal.h"

#define TEXT_MAX (256u * 1024)

static int print(const void *arg, const struct json_doc *answer)
{
    const char *name = arg;
    struct buf text;
    int status = 0;

    buf_init(&text, TEXT_MAX);
    if (!name)
        settings_table_add(&text, terminal_width(), answer);
    else if (!settings_table_add_one(&text, answer, str_of(name)))
        status = 1;
    if (status == 0)
        invocation_print(stdout, STR_FMT, STR_ARG(buf_str(&text)));
    else
        (void)fprintf(stderr, "claude-relay: that is no option; without a name "
                              "all are listed\n");
    buf_done(&text);
    return status;
}

static bool is_name(const char *word)
{
    return word[0] != '-';
}

int settings_command_run(int argc, char **argv, const struct config *config)
{
    struct inquiry_words words = { .fits = is_name };
    const char *wrong = inquiry_take(argc, argv, &words);

    if (wrong)
        return commands_usage_error("settings takes one name, and --json, not",
                                    wrong);
    return inquiry_run(&(struct inquiry){ .method = "GET",
                                          .path = STR("/admin/api/settings"),
                                          .json = words.json,
                                          .print = print,
                                          .arg = words.word },
                       config);
}
