// SPDX-License-Identifier: MIT
/* The running relay at a glance. */
#include "app/status_command.h"

#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/inquiry.h"
#include "app/invocation.h"
#include "app/running.h"
#include "store/in_use.h"

/* A relay that takes longer is as good as dead for whoever watches over it. */
#define LIMIT_MS 10000

/* ---- none, or none that answers ------------------------------------------ */

/* One that starts has not said yet who it is, and one that ends does no more. */
static int say_none_yet(const char *folder)
{
    if (in_use_look(folder) == IN_USE_BY_RELAY) {
        (void)fprintf(stderr,
                      "claude-relay: a relay is starting or ending on %s\n",
                      folder);
        return 1;
    }
    invocation_print(stderr,
                     "claude-relay: no relay runs on %s: start one with "
                     "`claude-relay`\n",
                     folder);
    return STATUS_COMMAND_NONE;
}

/* Nothing listens; perhaps because it cannot. */
int status_command_say_none(const struct config *config)
{
    struct json_doc *running = running_find(config);
    const char *folder = config->data_dir.at;
    uint64_t pid = 0;

    if (!running)
        return say_none_yet(folder);
    (void)json_doc_get_u64(running, "pid", &pid);
    json_doc_free(running);
    invocation_print(stderr,
                     "claude-relay: a relay runs on %s (pid %llu), but has no "
                     "control socket there: see its log\n",
                     folder, (unsigned long long)pid);
    return 1;
}

/* ---- for people ---------------------------------------------------------- */

static uint64_t number_of(const struct json_doc *doc, const char *member)
{
    uint64_t number = 0;

    (void)json_doc_get_u64(doc, member, &number);
    return number;
}

static void print_uptime(uint64_t seconds)
{
    uint64_t days = seconds / 86400;
    uint64_t hours = seconds / 3600 % 24;
    uint64_t minutes = seconds / 60 % 60;

    if (days > 0)
        (void)printf("%llu d %llu h", (unsigned long long)days,
                     (unsigned long long)hours);
    else if (hours > 0)
        (void)printf("%llu h %llu min", (unsigned long long)hours,
                     (unsigned long long)minutes);
    else if (minutes > 0)
        (void)printf("%llu min %llu s", (unsigned long long)minutes,
                     (unsigned long long)(seconds % 60));
    else
        (void)printf("%llu s", (unsigned long long)seconds);
}

static void print_head(const struct json_doc *doc)
{
    const struct json_doc *addresses = json_doc_get(doc, "addresses");
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(doc, "version", &text);
    (void)printf("claude-relay " STR_FMT ", pid %llu, up ", STR_ARG(text),
                 (unsigned long long)number_of(doc, "pid"));
    print_uptime(number_of(doc, "uptime_s"));
    (void)printf("\nListening on  ");
    for (size_t i = 0; i < json_doc_count(addresses); i++) {
        if (json_doc_as_str(json_doc_at(addresses, i), &text))
            (void)printf("%shttp://" STR_FMT, i > 0 ? ", " : "", STR_ARG(text));
    }
    (void)printf("\nIn flight     %llu\nRelay keys    %llu\n",
                 (unsigned long long)number_of(doc, "in_flight"),
                 (unsigned long long)number_of(doc, "keys"));
}

static void print_accounts(const struct json_doc *all)
{
    (void)printf("Accounts      %zu\n", json_doc_count(all));
    for (size_t i = 0; i < json_doc_count(all); i++) {
        const struct json_doc *account = json_doc_at(all, i);
        struct str name = STR_EMPTY;
        struct str kind = STR_EMPTY;
        struct str state = STR_EMPTY;

        (void)json_doc_get_str(account, "account", &name);
        (void)json_doc_get_str(account, "kind", &kind);
        (void)json_doc_get_str(account, "state", &state);
        (void)printf("  %-24.*s %-8.*s " STR_FMT "\n", STR_ARG(name),
                     STR_ARG(kind), STR_ARG(state));
    }
}

static void print_bookings(const struct json_doc *bookings)
{
    uint64_t lost = number_of(bookings, "lost");

    if (!bookings)
        return;
    (void)printf("Bookings      %llu waiting",
                 (unsigned long long)number_of(bookings, "waiting"));
    if (number_of(bookings, "waiting") > 0)
        (void)printf(" (the oldest for %llu ms)",
                     (unsigned long long)number_of(bookings, "waiting_ms"));
    if (number_of(bookings, "unsynced_ms") > 0)
        (void)printf(", not on the disk for %llu ms",
                     (unsigned long long)number_of(bookings, "unsynced_ms"));
    if (lost > 0)
        (void)printf(", %llu lost", (unsigned long long)lost);
    (void)printf("\n");
}

static void print_prices(const struct json_doc *prices)
{
    const struct json_doc *unpriced = json_doc_get(prices, "unpriced");
    struct str text = STR_EMPTY;

    if (!prices)
        return;
    (void)json_doc_get_str(prices, "version", &text);
    (void)printf("Prices        " STR_FMT "\n", STR_ARG(text));
    for (size_t i = 0; i < json_doc_count(unpriced); i++) {
        if (json_doc_as_str(json_doc_at(unpriced, i), &text))
            invocation_print(stdout,
                             "  none for " STR_FMT
                             ": what it costs is booked as unknown\n",
                             STR_ARG(text));
    }
}

static void print_degraded(const struct json_doc *reasons)
{
    struct str text;

    (void)printf("State         %s\n",
                 json_doc_count(reasons) > 0 ? "degraded:" : "healthy");
    for (size_t i = 0; i < json_doc_count(reasons); i++) {
        if (json_doc_as_str(json_doc_at(reasons, i), &text))
            invocation_print(stdout, "  " STR_FMT "\n", STR_ARG(text));
    }
}

static int print_status(const void *arg, const struct json_doc *doc)
{
    (void)arg;
    print_head(doc);
    print_accounts(json_doc_get(doc, "accounts"));
    print_bookings(json_doc_get(doc, "bookings"));
    print_prices(json_doc_get(doc, "prices"));
    print_degraded(json_doc_get(doc, "degraded"));
    return 0;
}

/* ---- asking -------------------------------------------------------------- */

int status_command_run(int argc, char **argv, const struct config *config)
{
    bool json = argc == 1 && strcmp(argv[0], "--json") == 0;

    if (argc > 0 && !json)
        return commands_usage_error("status does not take", argv[0]);
    return inquiry_run_relay(&(struct inquiry){ .method = "GET",
                                                .path =
                                                    STR("/admin/api/status"),
                                                .limit_ms = LIMIT_MS,
                                                .json = json,
                                                .print = print_status },
                             config);
}
