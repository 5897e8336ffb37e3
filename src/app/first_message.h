// SPDX-License-Identifier: MIT
/* Does an account work?  For commands. */
#pragma once

#include "app/remote.h"

/* Print whose account it is, of an answer of the management API. */
void first_message_print_profile(const struct json_doc *profile);
/* Print whose account it is, or why that is not known. */
void first_message_profile(struct remote *remote, const char *account);
/* Send a short message, and print the answer. */
bool first_message_send(struct remote *remote, const char *account,
                        struct err *err) MUST_CHECK;
