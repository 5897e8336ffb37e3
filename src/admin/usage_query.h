// SPDX-License-Identifier: MIT
/* Parameters that questions about usage share, whoever may ask them
   (admin/usage_routes.h, admin/me_usage.h): rows of their tables. */
#pragma once

#include "admin/row.h"

#define USAGE_QUERY_SPAN                                                       \
    { "since", ADMIN_TEXT, 0,                                                  \
      "ended from then on: a time, a day of TIME_ZONE, or a distance such as " \
      "24h or 7d",                                                             \
      NULL },                                                                  \
    {                                                                          \
        "until", ADMIN_TEXT, 0,                                                \
            "the same: ended before then; a day to its end", NULL              \
    }
#define USAGE_QUERY_MODEL                                                      \
    {                                                                          \
        "model", ADMIN_TEXT, 0, "whole name", NULL                             \
    }
#define USAGE_QUERY_SESSION                                                    \
    {                                                                          \
        "session", ADMIN_TEXT, 0, "the client's", NULL                         \
    }
#define USAGE_QUERY_STATUS                                                     \
    {                                                                          \
        "status", ADMIN_TEXT, 0,                                               \
            "429, or 4xx for all from 400 to 499; 529 and 5xx have those, "    \
            "too, whose end is error_event",                                   \
            NULL                                                               \
    }
#define USAGE_QUERY_END                                                        \
    {                                                                          \
        "end", ADMIN_TEXT, 0,                                                  \
            "complete, refused, cut, client_left, idle, error_event, "         \
            "relay_stopped or cancelled",                                      \
            NULL                                                               \
    }
#define USAGE_QUERY_CURSOR                                                     \
    {                                                                          \
        "cursor", ADMIN_TEXT, 0, "next_cursor of the page before", NULL        \
    }
