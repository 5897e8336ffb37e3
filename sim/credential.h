// SPDX-License-Identifier: MIT
/* Who asks: an API key or an OAuth token, by their beginnings.  Pure. */
#pragma once

#include "http/headers.h"
#include "sim/grants.h"

enum credential_kind { CREDENTIAL_NONE, CREDENTIAL_API_KEY, CREDENTIAL_OAUTH };

struct credential {
    enum credential_kind kind;
    struct str token; /* borrowed from the headers */
};

/* Whatever was sent, good or not. */
struct credential credential_of(const struct headers *headers);

const char *credential_kind_name(enum credential_kind kind);

struct refusal {
    unsigned status; /* 0: none */
    const char *text;
};

/* Why this request may not pass.  `oauth_only`: API keys may not. */
struct refusal credential_refusal(const struct headers *headers,
                                  const struct grants *grants, bool oauth_only);
