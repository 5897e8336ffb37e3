// SPDX-License-Identifier: MIT
/* What may be told. */
#include "notify/event.h"

#include <stdio.h>
#include <string.h>

/* What comes and goes within seconds is told by nobody. */
#define FILE_SETTLE_MS 10000
#define PAUSE_SETTLE_MS 5000
#define SAVE_SETTLE_MS 3000
/* What comes and goes is told only so often. */
#define AGAIN_MS 600000

const struct event_row event_rows[EVENT_KINDS] = {
    [EVENT_LOGIN_REQUIRED] = { .name = "account_login_required",
                               .family = "account_login_required",
                               .title = "Account has to sign in again",
                               .source = EVENT_OF_ACCOUNTS,
                               .about = EVENT_ABOUT_ACCOUNT,
                               .rank = EVENT_STAYS },
    [EVENT_BLOCKED] = { .name = "account_blocked",
                        .family = "account_blocked",
                        .title = "Account is blocked",
                        .source = EVENT_OF_ACCOUNTS,
                        .about = EVENT_ABOUT_ACCOUNT,
                        .rank = EVENT_STAYS },
    [EVENT_UNUSABLE] = { .name = "account_unusable",
                         .family = "account_unusable",
                         .title = "Account cannot be used",
                         .source = EVENT_OF_ACCOUNTS,
                         .about = EVENT_ABOUT_ACCOUNT,
                         .settle_ms = FILE_SETTLE_MS,
                         .again_ms = AGAIN_MS,
                         .rank = EVENT_STAYS },
    [EVENT_WINDOW_80] = { .name = "window_80",
                          .family = "window",
                          .title = "Window is 80 % used",
                          .source = EVENT_OF_ACCOUNTS,
                          .about = EVENT_ABOUT_ACCOUNT,
                          .begins_ppm = 800000,
                          .keeps_ppm = 700000,
                          .again_ms = AGAIN_MS,
                          .rank = EVENT_PASSES },
    [EVENT_WINDOW_EXHAUSTED] = { .name = "window_exhausted",
                                 .family = "window",
                                 .title = "Window is used up",
                                 .source = EVENT_OF_ACCOUNTS,
                                 .about = EVENT_ABOUT_ACCOUNT,
                                 .begins_ppm = 1000000,
                                 .keeps_ppm = 950000,
                                 .again_ms = AGAIN_MS,
                                 .rank = EVENT_PASSES },
    [EVENT_ACCOUNTS_PAUSED] = { .name = "accounts_paused",
                                .family = "accounts_paused",
                                .title = "No account can serve",
                                .source = EVENT_OF_ACCOUNTS,
                                .about = EVENT_ABOUT_ACCOUNTS,
                                .settle_ms = PAUSE_SETTLE_MS,
                                .again_ms = AGAIN_MS,
                                .rank = EVENT_MATTERS },
    [EVENT_BUDGET_80] = { .name = "budget_80",
                          .family = "budget",
                          .title = "Budget is 80 % used",
                          .source = EVENT_OF_KEYS,
                          .about = EVENT_ABOUT_KEY,
                          .begins_ppm = 800000,
                          .keeps_ppm = 700000,
                          .again_ms = AGAIN_MS,
                          .rank = EVENT_MATTERS },
    [EVENT_BUDGET_100] = { .name = "budget_100",
                           .family = "budget",
                           .title = "Budget is used up",
                           .source = EVENT_OF_KEYS,
                           .about = EVENT_ABOUT_KEY,
                           .begins_ppm = 1000000,
                           .keeps_ppm = 800000,
                           .again_ms = AGAIN_MS,
                           .rank = EVENT_MATTERS },
    [EVENT_TOKEN_UNSAVED] = { .name = "token_unsaved",
                              .family = "token_unsaved",
                              .title = "New tokens are not saved",
                              .source = EVENT_OF_ACCOUNTS,
                              .about = EVENT_ABOUT_ACCOUNT,
                              .settle_ms = SAVE_SETTLE_MS,
                              .again_ms = AGAIN_MS,
                              .rank = EVENT_STAYS },
    [EVENT_BOOKINGS_UNSAVED] = { .name = "bookings_unsaved",
                                 .family = "bookings_unsaved",
                                 .title = "Bookings are not saved",
                                 .source = EVENT_OF_BOOKINGS,
                                 .about = EVENT_ABOUT_RELAY,
                                 .settle_ms = SAVE_SETTLE_MS,
                                 .again_ms = AGAIN_MS,
                                 .rank = EVENT_STAYS },
    [EVENT_TEST] = { .name = "test",
                     .family = "test",
                     .title = "Test",
                     .source = EVENT_SOURCES,
                     .about = EVENT_ABOUT_RELAY,
                     .rank = EVENT_MATTERS },
};

static const char *owner_of(const struct event *event)
{
    return event->about == EVENT_ABOUT_GROUP ? "group" : "key";
}

void event_id(const struct event *event, char out[EVENT_ID_MAX])
{
    const char *family = event_rows[event->kind].family;
    const char *mark = event->part[0] ? ":" : "";

    switch (event->about) {
    case EVENT_ABOUT_RELAY:
        (void)snprintf(out, EVENT_ID_MAX, "%s", family);
        break;
    case EVENT_ABOUT_ACCOUNT:
    case EVENT_ABOUT_ACCOUNTS:
        (void)snprintf(out, EVENT_ID_MAX, "%s:%s%s%s", family, event->subject,
                       mark, event->part);
        break;
    case EVENT_ABOUT_KEY:
    case EVENT_ABOUT_GROUP:
        (void)snprintf(out, EVENT_ID_MAX, "%s:%s:%llu%s%s", family,
                       owner_of(event), (unsigned long long)event->number, mark,
                       event->part);
        break;
    }
}

#define ALL_PPM 1000000
/* Below that something is left for most. */
#define FULL_PPM 800000

static bool is_degree(enum event_kind kind, const struct event *event,
                      enum event_kind told)
{
    const struct event_row *row = &event_rows[kind];
    int64_t used_ppm = event->used_ppm;

    if (event->full && used_ppm >= FULL_PPM && used_ppm < ALL_PPM)
        used_ppm = ALL_PPM;
    return strcmp(row->family, event_rows[event->kind].family) == 0 &&
           used_ppm >= (told == kind ? row->keeps_ppm : row->begins_ppm);
}

enum event_kind event_degree(const struct event *event, enum event_kind told)
{
    enum event_kind found = EVENT_KINDS;

    if (event->goes_on && told == EVENT_KINDS)
        return EVENT_KINDS;
    if (event_rows[event->kind].begins_ppm == 0)
        return event->kind;
    for (unsigned kind = 0; kind < EVENT_KINDS; kind++) {
        if (is_degree((enum event_kind)kind, event, told))
            found = (enum event_kind)kind;
    }
    return found;
}
