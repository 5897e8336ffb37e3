// SPDX-License-Identifier: MIT
/* Notices of a running relay: every second it looks how things are (notify/look), finds
   what is to be told (notify/watch), and has it sent (notify/sender), as long as the
   board says where to (notify/target).  If it says another place, all begins anew.  Of keys and groups
   only so many are looked at in a turn of the loop.  On its loop, except notifier_doc(). */
#pragma once

#include "account/accounts.h"
#include "notify/sender.h"
#include "team/keyring.h"
#include "usage/ledger.h"

/* Known at a time, told or about to be. */
#define NOTIFIER_EVENTS_MAX 1000

struct notifier;
/* All borrowed. */
struct notifier_options {
    struct loop *loop;
    const struct config *config;
    struct notify_board *board;
    struct accounts *accounts;
    struct keyring *ring;
    struct ledger *ledger; /* NULL: nothing is booked */
    struct tls *tls;
    const struct proxy *proxy;
    struct outgoing *outgoing;
    uint64_t every_ms; /* 0: a second */
};

struct notifier *notifier_new(const struct notifier_options *options);
/* NULL is fine. */
void notifier_free(struct notifier *notifier);

/* Write one notice as it goes out: fields and body. */
void notifier_write(const struct notify_target *target,
                    const struct event *event, enum event_end end,
                    struct buf *fields, struct buf *body);

#define NOTIFIER_TROUBLE_MAX 640

/* Why the last notice did not arrive; false if it did, or none was sent.  Any thread; NULL
   is fine. */
bool notifier_trouble(struct notifier *notifier,
                      char out[NOTIFIER_TROUBLE_MAX]);

/* What is told now, and how sending goes: {"telling":[...], "waiting", "sent", "given_up",
   "dropped", "left_out", "last"} (admin/notify_routes has what they mean).  Any thread;
   NULL has nothing to tell. */
struct json_doc *notifier_doc(struct notifier *notifier);
