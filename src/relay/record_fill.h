// SPDX-License-Identifier: MIT
/* The record of a relayed request (usage/record.h).  What is gone by its end is noted on
   the way.  Not for other folders. */
#pragma once

#include "relay/relayed.h"

/* What the body asks for. */
void record_fill_asked(struct relayed *r, const struct scan_facts *facts);
/* What the head of an answer says, before it is forgotten; and no more what those of others
   said. */
void record_fill_answered(struct relayed_told *told, struct arena *arena,
                          const struct parser_head *head);

/* The client's, as it names it; or empty. */
struct str record_fill_session(const struct relayed *r);

/* All of it, at the end.  Borrows from the request and from what `r` holds. */
void record_fill(struct record *record, const struct relayed *r);
