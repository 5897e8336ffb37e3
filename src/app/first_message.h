// SPDX-License-Identifier: MIT
/* Does an account work?  Its profile, and a first message. */
#pragma once

#include "app/api_call.h"

/* Print whose account it is, if the API tells; a failure is told, and is none. */
void first_message_profile(struct place *place, const struct account *account);

/* Ask the first model there is to say hello, and print what it says. */
bool first_message_send(struct place *place, const struct account *account,
                        struct err *err) MUST_CHECK;
