// SPDX-License-Identifier: MIT
/* What an OAuth token's owner may ask about himself, and answers without content. */
#pragma once

struct visit;

void profile_get(struct visit *visit);
void profile_usage(struct visit *visit);
void profile_hello(struct visit *visit);
