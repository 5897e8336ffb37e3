// SPDX-License-Identifier: MIT
/* The token endpoint and what an OAuth account can ask about itself. */
#pragma once

#include "reply.h"

void oauth_token(struct reply *reply);
void oauth_revoke(struct reply *reply);
void oauth_profile(struct reply *reply);
void oauth_usage(struct reply *reply);
