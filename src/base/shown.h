// SPDX-License-Identifier: MIT
/* Values in messages: what somebody gave us is repeated only if it can hold neither
   a password nor a token, wherever it was put by mistake.  Pure. */
#pragma once

#include "base/str.h"

#define SHOWN_MAX 208

/* No '@' (in front of it stands a user's password), no token of Anthropic's, in a
   URL nothing that could be a password, and nothing that looks like a key that was
   pasted where something else belongs. */
bool shown_is_harmless(struct str text);

/* The same for what should name a host, where "host:port:user:password" is written
   too. */
bool shown_is_harmless_host(struct str text);

/* The text, its end cut if it is long and a URL's query always, or "(not shown)". */
const char *shown(struct str text, char out[SHOWN_MAX]);
const char *shown_host(struct str text, char out[SHOWN_MAX]);
