// SPDX-License-Identifier: MIT
/* An answer that says what arrived. */
#pragma once

struct visit;

/* Take the body of any size: its hash, and its bytes while they are few. */
void echo_upload(struct visit *visit);
void echo_answer(struct visit *visit);
