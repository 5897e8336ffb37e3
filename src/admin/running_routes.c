// SPDX-License-Identifier: MIT
/* Requests that run, over HTTP.  They belong to all workers: each is asked for its own
   (relay/running.h). */
#include "admin/running_routes.h"

#include "admin/json_text.h"
#include "admin/parts.h"
#include "admin/request_routes.h"
#include "admin/running_text.h"
#include "base/reason.h"

#define TAG "usage"
#define SHOWN_AT_ONCE 1000
/* So much of a part is written, and then a row more. */
#define PART_FULL (24u * 1024)

struct running_state {
    struct round *round; /* NULL: no relay runs */
    bool begun;
    size_t next; /* to be written */
};

static void drop(void *state)
{
    struct running_state *running = state;

    round_free(running->round);
}

static bool is_told(const struct running_state *state)
{
    return !state->round || round_is_done(state->round);
}

/* ---- a look -------------------------------------------------------------- */

static enum admin_part write_list(struct admin_request *x, struct buf *out)
{
    static const struct running_list none = { .count = 0 };
    struct running_state *state = x->state;
    const struct running_list *list =
        state->round ? running_list(state->round) : &none;

    if (!state->begun)
        buf_add(out, STR("{\"requests\":["));
    state->begun = true;
    running_text_some(out, list, &state->next, PART_FULL);
    if (state->next < list->count)
        return ADMIN_PART_MORE;
    buf_add(out, STR("]"));
    json_text_u64(out, "more", list->all - list->count);
    buf_add(out, STR("}"));
    return ADMIN_PART_LAST;
}

static struct flow_next answer_list(struct flow *flow)
{
    static const struct admin_parts json = {
        { "application/json", sizeof("application/json") - 1 }, write_list
    };
    struct admin_request *x = admin_request_of(flow);

    return is_told(x->state) ? admin_reply_parts(x, &json)
                             : flow_sleep_then(answer_list);
}

static struct flow_next list(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct running_state *state = x->state;
    struct running *running = x->admin->options.running;

    if (running)
        state->round = running_ask(running, SHOWN_AT_ONCE,
                                   x->admin->options.loop, admin_wake, x);
    return flow_go(answer_list);
}

static const struct admin_member one_request[] = {
    { .type = ADMIN_OBJECT,
      .text = "a request",
      .members = running_text_members },
    ADMIN_END,
};
static const struct admin_member list_members[] = {
    { "requests", ADMIN_LIST, ADMIN_REQUIRED,
      "the oldest first, at most 1,000 of them", one_request },
    { "more", ADMIN_NUMBER, ADMIN_REQUIRED, "how many run beside those", NULL },
    ADMIN_END,
};
const struct admin_endpoint running_routes_list = {
    .first = list,
    .state_size = sizeof(struct running_state),
    .drop = drop,
    .tag = TAG,
    .summary = "The requests that run now",
    .answer = list_members,
};

/* ---- an end -------------------------------------------------------------- */

static struct flow_next answer_cancel(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct running_state *state = x->state;
    struct json_doc *doc;

    if (!is_told(state))
        return flow_sleep_then(answer_cancel);
    if (!state->round || !running_was_found(state->round)) {
        (void)REASON_SET(&x->err, REQUEST_NOT_RUNNING);
        return admin_refuse(x);
    }
    doc = json_doc_new_object();
    json_doc_set_str(doc, "id", x->match.at[0]);
    json_doc_set_bool(doc, "cancelled", true);
    return admin_reply(x, doc);
}

static struct flow_next cancel(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct running_state *state = x->state;
    struct running *running = x->admin->options.running;
    uint64_t began_ms;
    uint64_t tail;

    if (!request_routes_read_id(x, &began_ms, &tail))
        return admin_refuse(x);
    if (running)
        state->round = running_cancel(running, x->match.at[0],
                                      x->admin->options.loop, admin_wake, x);
    return flow_go(answer_cancel);
}

static const struct admin_member cancel_members[] = {
    { "id", ADMIN_TEXT, ADMIN_REQUIRED, "of the request", NULL },
    { "cancelled", ADMIN_BOOL, ADMIN_REQUIRED, "true", NULL },
    ADMIN_END,
};
const struct admin_endpoint running_routes_cancel = {
    .first = cancel,
    .state_size = sizeof(struct running_state),
    .drop = drop,
    .tag = TAG,
    .summary = "Cancel a request: its client gets an error, or a cut answer",
    .body_max = ADMIN_BODY,
    .answer = cancel_members,
    .action = "request.cancel",
};
