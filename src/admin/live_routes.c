// SPDX-License-Identifier: MIT
/* What happens, over HTTP.  A listener is a request whose answer has no end: it ends when the
   client leaves, when it does not read, when its session does, and with the relay. */
#include "admin/live_routes.h"

#include "admin/live.h"
#include "admin/parts.h"
#include "admin/request.h"
#include "base/reason.h"

/* Of one part. */
#define PART_MAX (48u * 1024)

struct listening {
    struct live *live; /* NULL: it is not counted */
    struct live_listener listener;
};

static void drop(void *state)
{
    struct listening *listening = state;

    live_leave(&listening->listener);
    if (listening->live)
        live_went(listening->live);
}

static bool is_over(struct admin_request *x)
{
    const struct listening *listening = x->state;

    return listening->listener.state == LIVE_DROPPED &&
           !err_set(&x->err, ERR_SLOW_REQUEST,
                    "it did not read what it was told: more than 256 KB "
                    "waited");
}

static enum admin_part write_on(struct admin_request *x, struct buf *out)
{
    struct listening *listening = x->state;

    return live_take(&listening->listener, out, PART_MAX) ? ADMIN_PART_MORE
                                                          : ADMIN_PART_WAIT;
}

static struct flow_next get(struct flow *flow)
{
    static const struct admin_parts events = {
        { "text/event-stream", sizeof("text/event-stream") - 1 }, write_on
    };
    struct admin_request *x = admin_request_of(flow);
    struct listening *listening = x->state;
    struct live *live = x->admin->options.live;

    if (request_is_head(x->req) && live)
        return admin_reply_parts(x, &events);
    if (!live || !live_may_come(live)) {
        if (live)
            REASON_SET(&x->err, LISTENERS_FULL);
        else
            REASON_SET(&x->err, NO_RELAY_RUNS);
        return admin_refuse(x);
    }
    listening->live = live;
    x->is_over = is_over;
    x->is_endless = true;
    live_listen(&listening->listener, x->admin->live, admin_wake, x);
    live_came(live);
    return admin_reply_parts(x, &events);
}

const struct admin_endpoint live_routes_get = {
    .first = get,
    .state_size = sizeof(struct listening),
    .drop = drop,
    .tag = "relay",
    .summary = "What happens, as server-sent events: figures, running, ended, "
               "accounts, attention",
    .content_type = "text/event-stream",
};
