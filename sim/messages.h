// SPDX-License-Identifier: MIT
/* The endpoints that a model answers: messages, count_tokens, complete. */
#pragma once

#include "reply.h"

void messages_create(struct reply *reply);
void messages_count_tokens(struct reply *reply);
void messages_complete(struct reply *reply);
