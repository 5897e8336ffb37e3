// SPDX-License-Identifier: MIT
/* Where an API lies, as CLAUDE_API_URL says it.  Pure; any thread. */
#pragma once

#include "base/url.h"

/* An https:// URL, or an http:// one of this machine: any other would carry secrets
   through the network.  The text of err repeats nothing of it. */
bool api_url_check(struct arena *arena, struct str text, struct url *url,
                   struct err *err) MUST_CHECK;

/* The same of "https://host/prefix/v1/messages": only the part in front of /v1
   counts. */
bool api_url_parse(struct arena *arena, struct str text, struct url *url,
                   struct err *err) MUST_CHECK;

/* Which one it is, in the same words however the URL is spelt; empty: Anthropic's own,
   whose host has one API, whatever people write behind it.  As long as the arena and the
   URL. */
struct str api_url_place(struct arena *arena, const struct url *url);
