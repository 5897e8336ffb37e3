// SPDX-License-Identifier: MIT
/* Brings what a database's log holds into its file, on a thread and a connection of
   its own, so that no commit waits for it.  Any thread. */
#pragma once

#include "store/sql_backend.h"

struct checkpointer;

/* `where` is copied.  Nothing is opened or started yet. */
struct checkpointer *checkpointer_new(const struct sql_backend *backend,
                                      const char *where);
/* NULL is fine. */
void checkpointer_free(struct checkpointer *checkpointer);

/* The log has grown: if it is worth it, a checkpoint is made soon. */
void checkpointer_look(struct checkpointer *checkpointer, size_t pages);
