// SPDX-License-Identifier: MIT
/* Numbers in answers, which are JSON's: "28800", "28800.0" and "2.88e4" are one.  Pure; any
   thread. */
#pragma once

#include "base/str.h"

/* The whole part of it; of what is larger than any, UINT64_MAX.  False if it is none, or
   below zero. */
bool oauth_number(struct str text, uint64_t *whole);
