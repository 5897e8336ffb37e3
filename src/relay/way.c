// SPDX-License-Identifier: MIT
/* The way of an attempt. */
#include "relay/way.h"

#include "account/gateway.h"

const struct proxy *way_proxy(const struct relayed *r)
{
    const struct account *account = r->attempt.account;

    return proxy_choose(r->relay->options.proxy, r->proxy,
                        account ? account->proxy : NULL);
}

bool way_is_detour(const struct relayed *r)
{
    return r->proxy && way_proxy(r) == r->proxy;
}

bool way_is_safe(const struct relayed *r, struct err *err)
{
    const struct account *account = r->attempt.account;

    return !account ||
           gateway_is_safe(account, way_proxy(r), way_is_detour(r), err);
}
