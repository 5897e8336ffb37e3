// SPDX-License-Identifier: MIT
/* Ask, and print. */
#include "app/inquiry.h"

#include <string.h>

#include "app/status_command.h"
#include "app/terminal.h"

static int ask(struct remote *remote, const struct inquiry *inquiry)
{
    struct remote_call call = { .method = inquiry->method,
                                .path = inquiry->path,
                                .body = inquiry->body,
                                .limit_ms = inquiry->limit_ms };
    struct err err;
    int status = 0;

    if (!remote_call(remote, &call, &err))
        status = terminal_fail(&err);
    else if (inquiry->json)
        terminal_print(call.answer);
    else
        status = inquiry->print(inquiry->arg, call.answer);
    json_doc_free(call.answer);
    return remote_close(remote, status);
}

int inquiry_run(const struct inquiry *inquiry, const struct config *config)
{
    struct err err;
    struct remote *remote = remote_ask(config, !inquiry->json, &err);

    return remote ? ask(remote, inquiry) : terminal_fail(&err);
}

int inquiry_run_relay(const struct inquiry *inquiry,
                      const struct config *config)
{
    struct err err;
    struct remote *remote = remote_find(config, &err);

    if (remote)
        return ask(remote, inquiry);
    return err.code == ERR_NOT_FOUND ? status_command_say_none(config)
                                     : terminal_fail(&err);
}

const char *inquiry_take(int argc, char **argv, struct inquiry_words *words)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            words->json = true;
        else if (!words->word && words->fits(argv[i]))
            words->word = argv[i];
        else
            return argv[i];
    }
    return NULL;
}
