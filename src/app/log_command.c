// SPDX-License-Identifier: MIT
/* The level of the running relay's log. */
#include "app/log_command.h"

#include <stdio.h>

#include "app/commands.h"
#include "app/inquiry.h"
#include "base/log.h"

#define LIMIT_MS 10000

static int print_level(const void *arg, const struct json_doc *doc)
{
    struct str level = STR_EMPTY;
    struct str at_start = STR_EMPTY;

    (void)arg;
    (void)json_doc_get_str(doc, "level", &level);
    (void)json_doc_get_str(doc, "at_start", &at_start);
    if (str_eq(level, at_start))
        (void)printf("The log's level is " STR_FMT ".\n", STR_ARG(level));
    else
        (void)printf("The log's level is " STR_FMT
                     " until the relay ends; then it is LOG_LEVEL, " STR_FMT
                     ", again.\n",
                     STR_ARG(level), STR_ARG(at_start));
    return 0;
}

int log_command_run(int argc, char **argv, const struct config *config)
{
    struct json_doc *body = NULL;
    enum log_level level;
    int status;

    if (argc > 1)
        return commands_usage_error("log-level takes one level, not also",
                                    argv[1]);
    if (argc == 1 && !log_level_of(str_of(argv[0]), &level))
        return commands_usage_error(
            "log-level takes error, warn, info or debug, not", argv[0]);
    if (argc == 1) {
        body = json_doc_new_object();
        json_doc_set_str(body, "level", str_of(argv[0]));
    }
    status =
        inquiry_run_relay(&(struct inquiry){ .method = body ? "PATCH" : "GET",
                                             .path = STR("/admin/api/log"),
                                             .body = body,
                                             .limit_ms = LIMIT_MS,
                                             .print = print_level },
                          config);
    json_doc_free(body);
    return status;
}
