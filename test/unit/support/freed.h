// SPDX-License-Identifier: MIT
/* Does memory that is freed still hold a text?  For tests that are linked with
   -Wl,--wrap=free.  One thread. */
#pragma once

#include "base/str.h"

/* From now on this text, which is borrowed, is looked for. */
void freed_watch(struct str text);
/* How many blocks were freed with it; and no more are looked at. */
unsigned freed_with_it(void);
