// SPDX-License-Identifier: MIT
/* Where the lines of the log go: standard error, without ever waiting for whoever
   reads it.  A pipe, a terminal or a socket that takes no more leaves lines waiting
   in bounded memory, in order; what does not fit there is counted, and the count is
   written when the reader is back.  Files take everything, as ever.
   Standard error is shared with other processes, so its own flags are never changed.
   Any thread. */
#pragma once

#include "base/buf.h"

#define LOG_OUT_WAITING_MAX (256u * 1024)

/* Appends a line that says how many were lost. */
typedef void log_out_lost_fn(uint64_t lost, struct buf *line);

/* Look at what standard error is now.  Once at start, before other threads. */
void log_out_setup(log_out_lost_fn *lost);
/* How much may be gathered into one write: 0 before a terminal, where somebody waits
   for each line; what a pipe keeps together; much for a file. */
size_t log_out_together(void);

/* Whole lines. */
void log_out_write(struct str lines);
/* Does something wait for the reader?  Then call log_out_push() now and then. */
bool log_out_is_stuck(void);
void log_out_push(void);
/* Lines that were dropped since the start, for want of a reader. */
uint64_t log_out_lost(void);
/* The process ends: wait for the reader, at most so long. */
void log_out_finish(unsigned wait_ms);
/* The same from a signal handler, before `lines`: no lock is taken. */
void log_out_at_crash(struct str lines);
