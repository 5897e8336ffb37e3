// SPDX-License-Identifier: MIT
/* Links in the data folder, and what they lead to, and prices.json, which may have
   another name elsewhere: a watch on the folder does not tell of what happens there. */
#pragma once

#include <stddef.h>

struct link_targets {
    struct link_seen *at; /* sorted by name */
    size_t count;
};

/* Blocking.  A folder that cannot be read has none. */
void link_targets_look(struct link_targets *links, const char *folder);
/* Names all that are new, or lead to another file than before, or to a changed one. */
void link_targets_compare(const struct link_targets *before,
                          const struct link_targets *now,
                          void (*changed)(void *arg, const char *name),
                          void *arg);
void link_targets_done(struct link_targets *links);
