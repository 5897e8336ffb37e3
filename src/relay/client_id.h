// SPDX-License-Identifier: MIT
/* The ids that others gave a request, for the log and bookings.  Pure. */
#pragma once

#include "http/headers.h"

#define CLIENT_ID_MAX 128

/* What x-request-id, request-id or x-client-request-id says, the first of them that is
   there; or empty, as if there were none, if it is too long, is no plain word, or may be a
   key.  The admin token is not looked for: a holder reads it back (team/admin_token.h). */
struct str client_id_of(const struct headers *headers);

/* The upstream's own, by its answer; empty if there is none that may be shown. */
struct str client_id_of_answer(const struct headers *headers);
