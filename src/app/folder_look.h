// SPDX-License-Identifier: MIT
/* A command that only looks makes nothing: a DATA_DIR that was mistyped is said, and
   not filled.  Before app/remote; blocking. */
#pragma once

#include "config/config.h"

/* False, and err says what to do, if there is no folder, or nothing of a relay's in
   it.  What cannot be looked at may have something. */
bool folder_look(const struct config *config, struct err *err) MUST_CHECK;
/* For a command that makes something: one line on standard error if the folder will
   be made for it. */
void folder_look_say_new(const struct config *config);
