// SPDX-License-Identifier: MIT
/* A list of connections that a test can hold up: the system's own, or a pipe that
   nobody fills. */
#pragma once

#include "base/loop.h"

struct passes {
    char *folder; /* for peers_options.proc */
    int pipe;     /* that a pass is held up by */
};

void passes_open(struct passes *passes);
void passes_close(struct passes *passes);

/* From now on a pass over the list takes until passes_end(). */
void passes_hold_up(struct passes *passes);
/* The pass under way is for those who wait by now, and for nobody who comes. */
void passes_wait(struct passes *passes, struct loop *loop);
/* The pass that was waited for ends, having found nobody; the next ones read the
   system's list. */
void passes_end(struct passes *passes);
/* There is no list any more; there is one again. */
void passes_lose(struct passes *passes);
void passes_find(struct passes *passes);
