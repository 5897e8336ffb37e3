// SPDX-License-Identifier: MIT
/* What a browser says of the page that a request comes from.  Pure. */
#pragma once

#include "http/headers.h"

/* Is it a page of the place that was asked?  Host is there once; Origin, if present, is
   there once and is SCHEME://<Host>; Sec-Fetch-Site, if present, is same-origin.  Other
   programs send neither of the two, and are not refused. */
bool origin_is_own(const struct headers *headers, struct str scheme);
