// SPDX-License-Identifier: MIT
/* Figures over HTTP: gathered at once, written while the client reads. */
#include "admin/metrics_routes.h"

#include "admin/metrics.h"
#include "admin/parts.h"
#include "base/mem.h"

/* Sixteen of them are written in a turn of the loop (admin/parts.h), in about a
   millisecond: lines take long for their size. */
#define PART_FULL (4u * 1024)

struct asking {
    struct metrics *metrics;
    struct metrics_writing writing;
};

static void drop(void *state)
{
    struct asking *asking = state;

    if (asking->metrics)
        metrics_done(asking->metrics);
    mem_free(asking->metrics);
}

static enum admin_part write_part(struct admin_request *x, struct buf *out)
{
    struct asking *asking = x->state;

    return metrics_write(&asking->writing, out, PART_FULL) ? ADMIN_PART_MORE
                                                           : ADMIN_PART_LAST;
}

static struct flow_next get(struct flow *flow)
{
    static const struct admin_parts forms[] = {
        [METRICS_TEXT] = { { METRICS_TEXT_TYPE, sizeof(METRICS_TEXT_TYPE) - 1 },
                           write_part },
        [METRICS_OPEN] = { { METRICS_OPEN_TYPE, sizeof(METRICS_OPEN_TYPE) - 1 },
                           write_part },
    };
    struct admin_request *x = admin_request_of(flow);
    struct asking *asking = x->state;
    enum metrics_form form = metrics_form_of(&x->req->headers);

    asking->metrics = MEM_NEW(struct metrics);
    metrics_gather(asking->metrics, &x->admin->options);
    asking->writing =
        (struct metrics_writing){ .metrics = asking->metrics, .form = form };
    return admin_reply_parts(x, &forms[form]);
}

const struct admin_endpoint metrics_routes_get = {
    .first = get,
    .state_size = sizeof(struct asking),
    .drop = drop,
    .tag = "relay",
    .summary = "Figures for Prometheus",
    .content_type = METRICS_TEXT_TYPE,
};
