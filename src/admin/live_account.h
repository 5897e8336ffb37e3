// SPDX-License-Identifier: MIT
/* An account that an endpoint tries, with a token that lives: the beginning of its
   state.

       begin -> (refresh) -> then */
#pragma once

#include "admin/request.h"

struct live_account {
    struct account *account; /* a reference; NULL before */
    flow_step then;
    bool renewed; /* its token was, just now */
};

/* The one that the path names; x->state begins with a struct live_account.  One that is
   switched off is an error, unless `whatever`. */
struct flow_next live_account_begin(struct admin_request *x, flow_step then,
                                    bool whatever);
void live_account_drop(struct live_account *live);
