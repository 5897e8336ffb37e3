// SPDX-License-Identifier: MIT
/* The course of what was used, by the management API of the running relay, or of this
   process on the folder. */
#include "app/series_command.h"

#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/remote.h"
#include "app/series_table.h"
#include "app/terminal.h"
#include "usage/series_scale.h"

#define TEXT_MAX (64u * 1024)
#define PATH_LEN_MAX 128

static void print(const struct json_doc *answer)
{
    struct buf text;

    buf_init(&text, TEXT_MAX);
    series_table_add(&text, terminal_width(), answer);
    series_table_add_notes(&text, answer);
    (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
}

static int show(struct remote *remote, const char *range, bool json)
{
    struct remote_call call = { .method = "GET" };
    struct buf path;
    struct err err;
    int status = 0;

    buf_init(&path, PATH_LEN_MAX);
    remote_path(&path, "/admin/api/series?range=", str_of(range));
    call.path = buf_str(&path);
    if (!remote_call(remote, &call, &err))
        status = terminal_fail(&err);
    else if (json)
        terminal_print(call.answer);
    else
        print(call.answer);
    json_doc_free(call.answer);
    buf_done(&path);
    return status;
}

int series_command_run(int argc, char **argv, const struct config *config)
{
    const char *range = NULL;
    bool json = false;
    struct remote *remote;
    struct err err;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            json = true;
        else if (!range && series_range_of(str_of(argv[i])) != SERIES_RANGES)
            range = argv[i];
        else
            return commands_usage_error(
                "series takes hour, day or month, and --json, not", argv[i]);
    }
    remote = remote_ask(config, !json, &err);
    if (!remote)
        return terminal_fail(&err);
    return remote_close(remote, show(remote, range ? range : "day", json));
}
