// SPDX-License-Identifier: MIT
/* An answer that refused a request, kept while other accounts are asked: the client gets
   it, unchanged, if none of them tells more.  Of all refusals the last one of too many
   requests tells most, then one of a credential, then any. */
#pragma once

#include "relay/relayed.h"

struct spare;

/* What was gathered of the present attempt's answer, which is whole: kept, unless what is
   kept already tells more. */
void spare_keep(struct relayed *r);
/* Likewise a 401, until it is known whether a better token can be had; */
void spare_keep_refused(struct relayed *r);
/* and then: if it is refused for good, that answer is one that tells as much as others do. */
void spare_end_refused(struct relayed *r, bool for_good);
/* NULL is fine. */
void spare_free(struct spare *spare);

/* Is one kept that tells more than an answer of that status?  0: than none. */
bool spare_is_better(const struct relayed *r, unsigned status);

/* Begin and write the client's answer with it; its end is the caller's. */
void spare_respond(struct relayed *r);
