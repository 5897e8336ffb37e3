// SPDX-License-Identifier: MIT
/* What a key may. */
#include "admin/me.h"

#include "admin/request.h"

static struct flow_next show(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    (void)err_set(&x->err, ERR_NOT_ALLOWED,
                  "this tells the holder of a relay key what it may: send the "
                  "key as x-api-key, or as Authorization: Bearer");
    return admin_refuse(x);
}

const struct admin_endpoint me_show = {
    .first = show,
    .tag = "keys",
    .summary = "Of the key that asks: its limits, and what is used of them",
};
