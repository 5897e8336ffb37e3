// SPDX-License-Identifier: MIT
/* Requests that are answered beside the relay: their body is read to its end,
   checked as any other, and thrown away. */
#pragma once

#include "http/request.h"

/* Answer 200 with `body` (JSON; borrowed for good: a literal) once the request's
   own body of at most `max` bytes is in. */
void aside_answer(struct request *req, uint64_t max, struct str body);
