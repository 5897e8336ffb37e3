// SPDX-License-Identifier: MIT
/* Where notices go, and what they are written for: what NOTIFY_URL says, in the
   environment or in .env, or else what was set while the relay ran, which is kept as a
   document of the store with its address sealed.  One board for the process; whoever
   sends something takes the target, which never changes.  Any thread. */
#pragma once

#include "config/config.h"
#include "store/driver.h"

#define NOTIFY_TARGET_KEY "notices"
/* Its members. */
#define NOTIFY_TARGET_URL "notify_url"
#define NOTIFY_TARGET_FORMAT "format"
#define NOTIFY_TARGET_SINCE "changed_at"

struct notify_target {
    enum notify_format format;
    struct notify_url to;
    size_t length;     /* of its address as a text */
    uint64_t since_ms; /* when it was set here; 0: the options say so */
};

struct notify_board;

struct notify_board *notify_board_new(const struct config *config);
/* NULL is fine. */
void notify_board_free(struct notify_board *board);

/* A reference, the caller's; NULL: notices go nowhere.  A NULL board has none. */
const struct notify_target *notify_board_take(struct notify_board *board);
/* NULL is fine. */
void notify_target_ref(const struct notify_target *target);
void notify_target_unref(const struct notify_target *target);

/* NOTIFY_URL is set: what is kept counts for nothing. */
bool notify_board_is_fixed(const struct notify_board *board);

/* What is kept, from now on.  It may be nothing, or, with a line in the log, nothing
   that can be used.  At the start, and on the store's thread. */
void notify_board_load(struct notify_board *board, struct store_driver *driver);

/* Is this an address that notices may go to, with the other settings?  What
   `leads_back` to is this relay itself: the port that it listens on, 0: none. */
struct notify_offer {
    struct str url;
    enum notify_format format;
    unsigned own_port;
};
bool notify_target_check(const struct config *config,
                         const struct notify_offer *offer,
                         struct err *err) MUST_CHECK;
