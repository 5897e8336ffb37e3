// SPDX-License-Identifier: MIT
/* API keys of others, of Anthropic's and of other providers and gateways.  Pure; any
   thread. */
#pragma once

#include "import/candidate.h"

/* {api_key, base_url, model_mapping}: the key goes where it went, and nowhere else. */
void import_api_key(struct import_candidate *candidate,
                    struct import_from from);
/* Keys that are not Anthropic's go there as bearer tokens. */
void import_bearer(struct import_candidate *candidate);
