// SPDX-License-Identifier: MIT
/* The token endpoint: codes and single-use refresh tokens for new tokens. */
#pragma once

struct visit;

void oauth_token(struct visit *visit);
void oauth_revoke(struct visit *visit);
