// SPDX-License-Identifier: MIT
/* The options, over HTTP. */
#include "admin/settings_routes.h"

#include "admin/request.h"
#include "admin/settings_doc.h"

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct notify_board *board = x->admin->options.notices;
    const struct notify_target *target = notify_board_take(board);
    const struct settings_here here = {
        .log_level = log_level_now(),
        .notices_fixed = !board || notify_board_is_fixed(board),
        .notices = target,
    };
    struct json_doc *doc = settings_doc(x->admin->options.config, &here);

    notify_target_unref(target);
    return admin_reply(x, doc);
}

const struct admin_endpoint settings_routes_get = {
    .first = get,
    .tag = "relay",
    .summary = "The options in force, and where they are from",
    .answer = settings_doc_members,
};
