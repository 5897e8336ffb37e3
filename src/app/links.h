// SPDX-License-Identifier: MIT
/* Links in the data folder, and what they lead to: a watch on the folder does not
   tell of that. */
#pragma once

#include <stddef.h>

struct links {
    struct link_seen *at; /* sorted by name */
    size_t count;
};

/* Blocking.  A folder that cannot be read has none. */
void links_look(struct links *links, const char *folder);
/* Names all that are new, or lead to another file than before, or to a changed one. */
void links_compare(const struct links *before, const struct links *now,
                   void (*changed)(void *arg, const char *name), void *arg);
void links_done(struct links *links);
