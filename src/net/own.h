// SPDX-License-Identifier: MIT
/* Which addresses lead to this machine.  Blocking, for a few seconds at most; for
   the start. */
#pragma once

#include "base/str.h"

/* Does a connection to `host` (a name or an address without brackets) reach what
   listens on the address `listening` of this machine ("localhost", 0.0.0.0 and ::
   included)?  A name is asked for at the system's resolver; one that does not answer
   in time leads elsewhere. */
bool own_reaches(const char *listening, const char *host);
