// SPDX-License-Identifier: MIT
/* An upstream that is the relay itself: one request would make thousands. */
#pragma once

#include "config/config.h"

/* Neither CLAUDE_API_URL nor OAUTH_TOKEN_URL leads to what listens on the
   configuration's HOST and this port.  Looks names up; for the start. */
bool self_call_check(const struct config *config, uint16_t port,
                     struct err *err) MUST_CHECK;
