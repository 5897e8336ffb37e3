// SPDX-License-Identifier: MIT
/* Dates in HTTP fields.  Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* "Sun, 06 Nov 1994 08:49:37 GMT", the one form that is still sent (RFC 9110,
   section 5.6.7); false if `s` is something else. */
bool date_parse(struct str s, uint64_t *wall_ms);

/* How long the value of a field Retry-After says to wait, in seconds or until a date
   (RFC 9110, section 10.2.3); 0: not at all, or it says nothing. */
uint64_t date_wait_ms(struct str retry_after, uint64_t now_wall_ms);
