// SPDX-License-Identifier: MIT
/* An account with a token that lives. */
#include "admin/live_account.h"

#include "account/gateway.h"
#include "admin/account_routes.h"
#include "base/clock.h"

static bool is_safe(struct admin_request *x, const struct account *account)
{
    return gateway_is_safe(account,
                           proxy_choose(x->admin->options.proxy, NULL,
                                        account->proxy),
                           false, &x->err);
}

static struct flow_next refreshed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct live_account *live = x->state;
    struct flow_next next;

    if (!admin_is_answered(x, refreshed, &next))
        return next;
    account_unref(live->account);
    live->account = account_routes_find(x);
    live->renewed = true;
    return live->account ? flow_go(live->then) : admin_refuse(x);
}

/* Its switch says nothing of its token. */
static bool is_usable(const struct account *account, bool whatever,
                      struct err *err)
{
    uint64_t now_ms = clock_wall_ms();

    return account_is_usable(account, now_ms, err) ||
           (whatever && err->code == ERR_NO_ACCOUNT && account->disabled);
}

struct flow_next live_account_begin(struct admin_request *x, flow_step then,
                                    bool whatever)
{
    struct live_account *live = x->state;

    live->then = then;
    live->account = account_routes_find(x);
    if (!live->account || !is_usable(live->account, whatever, &x->err) ||
        !is_safe(x, live->account))
        return admin_refuse(x);
    if (!account_needs_refresh(live->account, clock_wall_ms()))
        return flow_go(then);
    admin_ask(x, KEEPER_REFRESH, x->match.at[0], NULL);
    return flow_sleep_then(refreshed);
}

void live_account_drop(struct live_account *live)
{
    account_unref(live->account);
}
