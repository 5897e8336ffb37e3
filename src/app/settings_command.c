// SPDX-License-Identifier: MIT
/* The options of the running relay, or of this command, if none runs. */
#include "app/settings_command.h"

#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/invocation.h"
#include "app/remote.h"
#include "app/settings_table.h"
#include "app/terminal.h"

#define TEXT_MAX (256u * 1024)

static int print(const struct json_doc *answer, const char *name)
{
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

static int show(struct remote *remote, const char *name, bool json)
{
    struct remote_call call = { .method = "GET",
                                .path = STR("/admin/api/settings") };
    struct err err;
    int status = 0;

    if (!remote_call(remote, &call, &err))
        status = terminal_fail(&err);
    else if (json)
        terminal_print(call.answer);
    else
        status = print(call.answer, name);
    json_doc_free(call.answer);
    return status;
}

int settings_command_run(int argc, char **argv, const struct config *config)
{
    const char *name = NULL;
    bool json = false;
    struct remote *remote;
    struct err err;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            json = true;
        else if (!name && argv[i][0] != '-')
            name = argv[i];
        else
            return commands_usage_error(
                "settings takes one name, and --json, not", argv[i]);
    }
    remote = remote_ask(config, !json, &err);
    if (!remote)
        return terminal_fail(&err);
    return remote_close(remote, show(remote, name, json));
}
