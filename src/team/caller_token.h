// SPDX-License-Identifier: MIT
/* Callers who come with a token, or by the control socket.  Not for other folders. */
#pragma once

#include "team/caller.h"

/* Does it come by the control socket, from whom may use that? */
bool caller_token_is_socket(const struct request *req);

/* Is it the admin token, or one that opens what is asked for?  Sets `caller->kind`.  Each
   try is slowed (team/failures.h): `caller->wait_ms` if it was not looked at. */
bool caller_token_is_right(struct caller *caller, struct str token);
/* It is not: the caller is a stranger, and the log says so, unless it is empty. */
void caller_token_is_wrong(struct caller *caller, struct str token);
