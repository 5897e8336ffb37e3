// SPDX-License-Identifier: MIT
/* The browsers that are signed in to the running relay. */
#include "app/sessions_command.h"

#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/inquiry.h"

#define LIMIT_MS 10000
#define WIDTH_OF_TIME 20 /* "2026-11-30T08:00:00Z", without its milliseconds */

static void print_time(const struct json_doc *session, const char *member)
{
    struct str time = STR_EMPTY;

    (void)json_doc_get_str(session, member, &time);
    (void)printf(STR_FMT "Z  ", STR_ARG(str_sub(time, 0, WIDTH_OF_TIME - 1)));
}

static int print_sessions(const void *arg, const struct json_doc *doc)
{
    const struct json_doc *all = json_doc_get(doc, "sessions");
    struct str peer = STR_EMPTY;

    (void)arg;
    if (json_doc_count(all) == 0) {
        (void)printf("Nobody is signed in by a browser.\n");
        return 0;
    }
    (void)printf("%-*s  %-*s  FROM\n", WIDTH_OF_TIME, "SINCE", WIDTH_OF_TIME,
                 "UNTIL");
    for (size_t i = 0; i < json_doc_count(all); i++) {
        const struct json_doc *session = json_doc_at(all, i);

        (void)json_doc_get_str(session, "peer", &peer);
        print_time(session, "since");
        print_time(session, "expires_at");
        (void)printf(STR_FMT "\n", STR_ARG(peer));
    }
    return 0;
}

static int print_ended(const void *arg, const struct json_doc *doc)
{
    uint64_t count = 0;

    (void)arg;
    (void)json_doc_get_u64(doc, "ended", &count);
    (void)printf("%llu session%s ended.\n", (unsigned long long)count,
                 count == 1 ? "" : "s");
    return 0;
}

int sessions_command_run(int argc, char **argv, const struct config *config)
{
    bool end = argc == 1 && strcmp(argv[0], "end") == 0;
    bool json = argc == 1 && strcmp(argv[0], "--json") == 0;

    if (argc > 0 && !end && !json)
        return commands_usage_error("sessions takes end, not", argv[argc - 1]);
    return inquiry_run_relay(
        &(struct inquiry){ .method = end ? "DELETE" : "GET",
                           .path =
                               end ? STR("/admin/api/session?everywhere=true")
                                   : STR("/admin/api/sessions"),
                           .limit_ms = LIMIT_MS,
                           .json = json,
                           .print = end ? print_ended : print_sessions },
        config);
}
