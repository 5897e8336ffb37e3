// SPDX-License-Identifier: MIT
/* The id that a client gave its request, for the log and bookings.  Pure. */
#pragma once

#include "http/headers.h"

#define CLIENT_ID_MAX 128

/* What x-request-id, request-id or x-client-request-id says, the first of them that is
   there; or empty.  One that is too long, is no plain word or may be a key is shown as
   SHOWN_HIDDEN. */
struct str client_id_of(const struct headers *headers);
