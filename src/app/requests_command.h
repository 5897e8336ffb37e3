// SPDX-License-Identifier: MIT
/* `claude-relay requests`: the last requests, with what was booked of each; those that run
   (app/running_command.h). */
#pragma once

#include "app/request_show.h"
#include "config/config.h"

#define REQUESTS_COMMAND_USAGE                                                      \
    "requests [--since WHEN] [--until WHEN] [--key NAME] [--group NAME]\n"          \
    "    [--owner NAME] [--account NAME] [--model NAME] [--session ID]\n"           \
    "    [--not-key NAME] [--not-group NAME] [--not-owner NAME]\n"                  \
    "    [--not-account NAME] [--not-model NAME] [--not-end HOW]\n"                 \
    "    [--status 429|4xx] [--end HOW] [--endpoint PATH] [--id ID]\n"              \
    "    [--upstream-id ID] [--client-id ID] [--partial true|false]\n"              \
    "    [--unpriced true|false] [--min-cost-microusd N]\n"                         \
    "    [--min-duration-ms N] [--limit N|all] [--csv|--json]\n" REQUEST_SHOW_USAGE \
    "\n"                                                                            \
    "requests --running [--json]\n"                                                 \
    "requests cancel ID"

int requests_command_run(int argc, char **argv, const struct config *config);
