// SPDX-License-Identifier: MIT
/* The folders on the way to what we are about to trust: whoever can write one of them
   can put another thing in its place, whoever that belongs to.  Any thread. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/* Every folder above `path`, which is there, up to the root: it belongs to this
   process's user or to root (root works in others' folders, and trusts their owners),
   and not everybody may write it, but for one with the sticky bit, as /tmp has: there
   others only add.  The group of a folder is taken for its owner's own, as many systems
   give each user one.  Links are links_check()'s.  False: err names the folder,
   and what to do. */
bool way_check(const char *path, struct err *err) MUST_CHECK;
