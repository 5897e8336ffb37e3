// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#pragma once

#include "relay/relayed.h"

/* Sets r->account to the one that the request names, or the only one there is (for
   models, which all accounts can list, the first that can be used); leaves it NULL if the client's own login passes.  False: r->err says why not. */
bool pick_account(struct relayed *r) MUST_CHECK;
