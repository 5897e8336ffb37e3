// SPDX-License-Identifier: MIT
/* Reading a copy of what is compressed while it passes: gzip, deflate, br and zstd
   (RFC 9110 and RFC 8878 name them), in pieces cut anywhere.  What can be unpacked is
   told at once, and what is damaged ends the reading.  Memory is what the coding's
   window takes: 40 KB, or up to 16 MB if the sender chose so large a one for br, 8 MB
   for zstd.  One thread at a time. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct unpack;

/* For a value of content-encoding.  NULL if it names no such coding, or several. */
struct unpack *unpack_new(struct str coding);
/* NULL is fine. */
void unpack_free(struct unpack *unpack);

/* The next packed bytes: `plain` is called with what they hold, in pieces that live for
   the call.  False once it is damaged, and forever after. */
bool unpack_feed(struct unpack *unpack, struct str packed,
                 void (*plain)(void *arg, struct str bytes), void *arg);
