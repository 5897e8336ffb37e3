// SPDX-License-Identifier: MIT
/* Cookies of a request (RFC 6265 section 5.4).  Pure. */
#pragma once

#include "http/headers.h"

/* Begins as all zeros. */
struct cookies {
    size_t field; /* that is looked at, from 0 */
    size_t from;  /* where in its value */
};

/* The next value of the cookie `name`; false at the end.  There may be several: whoever
   shares the host, or its domain, may set one of that name. */
bool cookies_next(struct cookies *at, const struct headers *headers,
                  struct str name, struct str *value);
