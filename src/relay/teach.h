// SPDX-License-Identifier: MIT
/* What came of an attempt teaches its account (account/lesson.h). */
#pragma once

#include "relay/relayed.h"

/* Longer errors are not looked into. */
#define TEACH_ERROR_MAX (64u * 1024)
#define TEACH_TEXT_MAX 1024

/* What was asked, by upstream's path; what is below it, too. */
enum lesson_from teach_from(const struct relayed *r);

/* Does it take its body to know what this answer teaches? */
bool teach_reads_body(unsigned status);

/* The call was answered (what was gathered of its body is looked into), or failed.  The
   client's own login teaches nothing. */
struct lesson teach_answer(struct relayed *r);
struct lesson teach_failure(struct relayed *r);
/* At the end: an `event: error` came inside of the answer. */
void teach_error_event(const struct relayed *r);

/* "overloaded_error: Overloaded" of an error's body, as the API words them, with a code of
   its details in brackets; empty if it is none.  `out`: where it lies.  Pure. */
struct str teach_error_of(struct str body, char out[TEACH_TEXT_MAX]);
