// SPDX-License-Identifier: MIT
/* The signals that end a process in order: TERM, INT, HUP and QUIT.  HUP is left
   alone where it was ignored at the start (nohup).  Loop thread only. */
#pragma once

#include "base/loop.h"

struct stop_signals;

/* `caught` comes on the loop, with the signal's number, as often as one comes. */
struct stop_signals *stop_signals_new(struct loop *loop,
                                      void (*caught)(void *arg, int number),
                                      void *arg);
/* From now on each does what it does by default.  NULL is fine. */
void stop_signals_free(struct stop_signals *signals);

/* "SIGTERM" */
const char *stop_signals_name(int number);

/* End the process by this signal, as whoever waits for it expects: a shell goes on
   with its loop after exit(), not after SIGINT. */
_Noreturn void stop_signals_die(int number);
