// SPDX-License-Identifier: MIT
/* Endpoints that would ask a model. */
#pragma once

struct visit;

void messages_create(struct visit *visit);
void messages_count(struct visit *visit);
void messages_complete(struct visit *visit);
