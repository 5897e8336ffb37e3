// SPDX-License-Identifier: MIT
/* What is told of what happens: events as text/event-stream has them, each complete.
   Pure, but for looking at accounts. */
#pragma once

#include "account/accounts.h"
#include "admin/running_text.h"
#include "usage/ask.h"
#include "usage/pulse.h"

/* Room for the longest. */
#define LIVE_EVENT_MAX (1024u * 1024)

struct live_figures {
    uint64_t at_ms;
    uint64_t uptime_s;
    size_t in_flight;
    size_t keys;
    size_t sessions;
    struct pulse_figures pulse;
    bool today_known;
    int64_t today[ASK_SUMS];
};

/* "event: NAME\ndata: ", and its end. */
void live_text_begin(struct buf *out, const char *name);
void live_text_end(struct buf *out);

/* The document of an event, without its frame. */
void live_text_figures(struct buf *out, const struct live_figures *figures);
void live_text_running(struct buf *out, const struct running_list *list);
void live_text_accounts(struct buf *out, struct accounts *accounts,
                        uint64_t now_ms);
/* A row as GET /admin/api/requests has it, of what was just booked. */
void live_text_booking(struct buf *out, const struct booking *booking);
