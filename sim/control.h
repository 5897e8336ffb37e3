// SPDX-License-Identifier: MIT
/* The control endpoints under /sim, and the echo. */
#pragma once

#include "reply.h"

/* Takes the request if it is one of /sim's. */
bool control_handle(struct sim *sim, struct request *req);

/* Answer with the request as it arrived. */
void control_echo(struct reply *reply);
