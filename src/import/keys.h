// SPDX-License-Identifier: MIT
/* API keys of others, of Anthropic's and of other providers and gateways.  Pure; any
   thread. */
#pragma once

#include "base/arena.h"
#include "import/candidate.h"

/* Where a key with that base URL is one, in the same words however the URL is spelt;
   empty: at Anthropic's, as without a URL.  As long as the arena and the URL. */
struct str import_place(struct arena *arena, struct str base_url);

/* {api_key, base_url, model_mapping}: the key goes where it went, and nowhere else; and
   another provider has the models here that it had there. */
void import_api_key(struct import_candidate *candidate,
                    struct import_from from);
/* Keys that are not Anthropic's go there as bearer tokens. */
void import_bearer(struct import_candidate *candidate);
