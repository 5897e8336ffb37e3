// SPDX-License-Identifier: MIT
/* The symbolic links on the way to what we are about to trust or to write: whoever
   can lead one elsewhere decides what is read, and what is changed.  Any thread. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct links {
    /* The last part of the path is a link, or one before it that is not root's:
       what it leads to may have been meant for something else.  (To others than
       root, root's link in root's folder is as good as a mount.) */
    bool followed;
};

/* Look at every link on the way to `path`, and at those that they lead to.  Each must
   be of this process's user or of root, and what it leads to lies in a folder that
   no other user can write.  Root in another user's folder, where that user may have
   made the link: it leads to what is that user's.  What is missing is fine.  False:
   err names the link, and what to do. */
bool links_check(const char *path, struct links *links,
                 struct err *err) MUST_CHECK;
