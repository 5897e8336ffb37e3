// SPDX-License-Identifier: MIT
/* The session of a request, as Claude Code names it in its body's metadata.user_id.
   Pure. */
#pragma once

#include "base/str.h"

#define SESSION_MAX 64

/* From "user_..._account_..._session_ID", or a JSON text that has "session_id":"ID"; of
   either the end is enough.  At most SESSION_MAX letters, digits, '-' and '_', in
   `user_id`; empty if there is none. */
struct str session_of_user(struct str user_id);
