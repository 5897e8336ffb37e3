// SPDX-License-Identifier: MIT
/* The admin token: whoever presents it as Bearer may use the management API
   (team/caller.h).  Where they put it by mistake (a name, a note, a path) it is neither
   kept nor shown.

   One rule holds wherever it is looked for in what somebody sent: no answer, and nothing
   that he can read back (the audit log, bookings, lists), depends on whether it is in
   there, unless he proved the token itself in this very request, or is this machine's user
   or root (caller_known_token()).  Anybody else (METRICS_TOKEN, a session, a relay key) could
   find it out so, a character at a time and unslowed.  The log, which no endpoint shows,
   hides it from whomever it came.

   Immutable once made; any thread. */
#pragma once

#include "base/err.h"
#include "base/secret.h"
#include "http/headers.h"

struct admin_token {
    struct secret *token;
    const char *where; /* where the token is to be found, for the refused */
};

/* The token is `given` (ADMIN_TOKEN), or lies in `folder`/admin_token, where it is
   made (0600) if it is missing.  If it cannot be written into a folder that is
   there, it is one that nobody knows, and the log says so.  Blocking. */
bool admin_token_init(struct admin_token *admin, struct str given,
                      const char *folder, struct err *err) MUST_CHECK;
/* Another one, for figures alone: METRICS_TOKEN.  Empty: there is none. */
void admin_token_scraper(struct admin_token *scraper, struct str given);
void admin_token_done(struct admin_token *admin);

/* The token that there is, for commands that take the place of a relay: nothing is
   made.  None is no error, and one that cannot be read is none.  Blocking. */
void admin_token_look(struct admin_token *admin, struct str given,
                      const char *folder);

/* The text itself; empty if there is none.  For the log alone: what may be read by
   whoever sent something asks caller_known_token(). */
struct str admin_token_reveal(const struct admin_token *admin);

/* What the (first) Authorization field holds as Bearer, whatever it is; or empty. */
struct str admin_token_tried(const struct headers *headers);

/* Is it the admin token?  An empty text never is. */
bool admin_token_is(const struct admin_token *admin, struct str token);
