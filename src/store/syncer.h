// SPDX-License-Identifier: MIT
/* Brings what was committed to the kernel only (struct sql_begin, `later`) to the disk,
   on a thread and a connection of its own: as fast as the disk allows, and no commit
   waits for it.  Any thread.

       IDLE -(syncer_want)-> SYNCING -> IDLE, or SYNCING again if more was committed
                              ^   |
                              '---' failed: again after 20 ms, later ones up to 1 s */
#pragma once

#include "store/sql_backend.h"
#include "store/state.h"

struct syncer;

/* `where` is copied.  Nothing is opened or started yet. */
struct syncer *syncer_new(const struct sql_backend *backend, const char *where);
/* Something was committed just now. */
void syncer_want(struct syncer *syncer);
/* How long ago the oldest was committed that may not be on the disk; 0: all is. */
uint64_t syncer_unsynced_ms(struct syncer *syncer);
/* One is under way that the disk has not carried out for some time: whoever waits for
   another would wait with it. */
bool syncer_is_stuck(struct syncer *syncer);
/* Says what is wrong, if nothing else was. */
void syncer_state(struct syncer *syncer, struct store_state *state);
/* Syncs what is left (the log says if it cannot), and ends the thread.  NULL is fine,
   and so is once more. */
void syncer_stop(struct syncer *syncer);
/* Stops, if that was not done.  NULL is fine. */
void syncer_free(struct syncer *syncer);
