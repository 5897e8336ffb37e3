// SPDX-License-Identifier: MIT
/* The control socket of a running relay, DATA_DIR/control.sock (app/control_at.h): the
   management API for whoever may open the file, which is this user and root.

       WAITING -> LISTENING -> WAITING ...

   LISTENING: the lock of the socket is held, and its file is ours; looked at every
   two seconds, and made again if it is gone.  WAITING: another relay has the lock
   (commands reach that one), or the socket cannot be made; tried again as often.
   Main thread; the file work after the start is the store's thread's. */
#pragma once

#include "admin/routes.h"

#define CONTROL_LOCK ".control"

struct control;

/* Listens at once, if it can.  `options` are those of the API, on the main loop. */
struct control *control_new(const struct admin_options *options);
/* Stops listening, removes what is still its own.  Before the keeper is freed, and
   while the store's thread runs.  NULL is fine. */
void control_free(struct control *control);

bool control_is_listening(const struct control *control);
