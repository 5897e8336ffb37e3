// SPDX-License-Identifier: MIT
/* An upstream that is the relay itself: one request would make thousands.  (Accounts with
   a base_url that is: accounts_know_self().) */
#pragma once

#include "config/config.h"

/* None of CLAUDE_API_URL, OAUTH_TOKEN_URL and NOTIFY_URL leads to what listens on the
   configuration's HOST and this port.  Looks names up; for the start. */
bool self_call_check(const struct config *config, uint16_t port,
                     struct err *err) MUST_CHECK;
