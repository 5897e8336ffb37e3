// SPDX-License-Identifier: MIT
/* A would-be request, explained by the running relay, or by this process on the
   folder. */
#include "app/explain_command.h"

#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/explain_table.h"
#include "app/inquiry.h"
#include "app/invocation.h"
#include "app/terminal.h"

#define TEXT_MAX (512u * 1024)

static const char *const options[] = { "key", "model", "session", "account",
                                       "id" };

/* "--NAME VALUE" or "--NAME=VALUE" becomes that member. */
static bool take_value(int argc, char **argv, int *i, struct json_doc *body)
{
    struct str argument = str_of(argv[*i]);
    struct str name = str_from(argument, 2);
    size_t equals = str_index(name, '=');
    struct str value = STR_EMPTY;

    for (size_t k = 0; str_starts(argument, STR("--")) && k < COUNT_OF(options);
         k++) {
        if (!str_eq(str_sub(name, 0, equals), str_of(options[k])))
            continue;
        if (equals < name.len)
            value = str_from(name, equals + 1);
        else if (*i + 1 < argc)
            value = str_of(argv[++*i]);
        json_doc_set_str(body, options[k], value);
        return value.len > 0;
    }
    return false;
}

static int print(const void *arg, const struct json_doc *answer)
{
    struct buf text;

    (void)arg;
    buf_init(&text, TEXT_MAX);
    explain_table_add(&text, terminal_width(), answer);
    invocation_print(stdout, STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
    return 0;
}

int explain_command_run(int argc, char **argv, const struct config *config)
{
    struct json_doc *body = json_doc_new_object();
    const char *wrong = NULL;
    bool json = false;
    int status;

    for (int i = 0; i < argc && !wrong; i++) {
        const char *argument = argv[i];

        if (strcmp(argument, "--json") == 0)
            json = true;
        else if (!take_value(argc, argv, &i, body))
            wrong = argument;
    }
    status =
        wrong
            ? commands_usage_error(
                  "explain does not take, or not without a value,", wrong)
            : inquiry_run(&(struct inquiry){ .method = "POST",
                                             .path = STR("/admin/api/explain"),
                                             .body = body,
                                             .json = json,
                                             .print = print },
                          config);
    json_doc_free(body);
    return status;
}
