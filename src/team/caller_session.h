// SPDX-License-Identifier: MIT
/* Callers who come with the cookie of a session (team/sessions.h).  Not for other
   folders.

   A browser sends a cookie whoever made it ask: a page of another port of the same host
   is same-site, and gets the cookie along.  So a session counts only for requests of the
   relay's own pages, and changes something only with a text that no other page can
   read. */
#pragma once

#include "team/caller.h"

enum caller_session {
    CALLER_SESSION_NONE, /* no such cookie */
    CALLER_SESSION_ENDED,
    CALLER_SESSION_FOREIGN,     /* a good one, from a page of another origin */
    CALLER_SESSION_UNCONFIRMED, /* a good one, without its X-CSRF-Token */
    CALLER_SESSION_FINE,
};

/* Is there a cookie of that name, good or not? */
bool caller_session_is_presented(const struct caller *caller);
/* Of several cookies of that name the good one counts: `caller->session`. */
enum caller_session caller_session_find(struct caller *caller);
