// SPDX-License-Identifier: MIT
/* The course of what was used, by the management API of the running relay, or of this
   process on the folder. */
#include "app/series_command.h"

#include <stdio.h>

#include "app/commands.h"
#include "app/inquiry.h"
#include "app/series_table.h"
#include "app/terminal.h"
#include "usage/series_scale.h"

#define TEXT_MAX (64u * 1024)
#define PATH_LEN_MAX 128

static int print(const void *arg, const struct json_doc *answer)
{
    struct buf text;

    (void)arg;
    buf_init(&text, TEXT_MAX);
    series_table_add(&text, terminal_width(), answer);
    series_table_add_notes(&text, answer);
    (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
    return 0;
}

static bool is_range(const char *word)
{
    return series_range_of(str_of(word)) != SERIES_RANGES;
}

int series_command_run(int argc, char **argv, const struct config *config)
{
    struct inquiry_words words = { .fits = is_range };
    const char *wrong = inquiry_take(argc, argv, &words);
    struct inquiry inquiry = { .method = "GET", .print = print };
    struct buf path;
    int status;

    if (wrong)
        return commands_usage_error(
            "series takes hour, day or month, and --json, not", wrong);
    buf_init(&path, PATH_LEN_MAX);
    remote_path(&path, "/admin/api/series?range=",
                str_of(words.word ? words.word : "day"));
    inquiry.path = buf_str(&path);
    inquiry.json = words.json;
    status = inquiry_run(&inquiry, config);
    buf_done(&path);
    return status;
}
