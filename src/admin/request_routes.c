// SPDX-License-Identifier: MIT
/* One request that has ended: its row of the database, and what the workers still know of
   it (relay/detail.h). */
#include "admin/request_routes.h"

#include "admin/detail_text.h"
#include "admin/usage_ask.h"
#include "admin/usage_text.h"
#include "base/reason.h"
#include "relay/running.h"

/* So long after it came a request is looked for. */
#define LONGEST_MS (48 * 3600000ull)

struct state {
    struct usage_asking
        asking;          /* first: usage_asking_ knows the state as that */
    struct round *round; /* NULL: no relay runs */
};

static void drop(void *arg)
{
    struct state *state = arg;

    usage_asking_drop(&state->asking);
    round_free(state->round);
}

static bool run(struct sql *sql, void *arg, struct err *err)
{
    struct usage_ask *ask = arg;

    ask_found_done(&ask->found);
    return ask_requests_run(sql, &ask->requests, &ask->found, err);
}

/* What has ended is known before it is booked. */
static const struct detail *detail_of(const struct state *state)
{
    return state->round ? running_detail(state->round) : NULL;
}

static enum admin_part write_one(struct admin_request *x, struct buf *out)
{
    const struct state *state = x->state;
    const struct ask_found *found = &state->asking.ask->found;

    buf_add(out, STR("{\"request\":"));
    if (found->count > 0)
        usage_text_booking(out, &found->rows[0]);
    else
        buf_add(out, STR("null"));
    buf_add(out, STR(",\"detail\":"));
    detail_text_add(out, detail_of(state));
    buf_add(out, STR("}"));
    return ADMIN_PART_LAST;
}

static bool is_there(struct admin_request *x)
{
    const struct state *state = x->state;

    if (!usage_asking_went_well(x))
        return false;
    return state->asking.ask->found.count > 0 || detail_of(state) ||
           REASON_SET(&x->err, REQUEST_UNKNOWN);
}

/* It was not in what could be looked through at once, and others may have waited for
   that: in another transaction. */
static bool look_further(struct admin_request *x)
{
    const struct state *state = x->state;
    struct usage_ask *ask = state->asking.ask;

    if (records_job_error(state->asking.job) || ask->found.count > 0 ||
        !ask->found.more)
        return false;
    ask->requests.goes_on = true;
    ask->requests.after = ask->found.next;
    usage_asking_go_on(x, run);
    return true;
}

static struct flow_next answer(struct flow *flow)
{
    static const struct admin_parts json = {
        { "application/json", sizeof("application/json") - 1 }, write_one
    };
    struct admin_request *x = admin_request_of(flow);
    const struct state *state = x->state;

    if (!records_job_is_done(state->asking.job) ||
        (state->round && !round_is_done(state->round)))
        return flow_sleep_then(answer);
    if (look_further(x))
        return flow_sleep_then(answer);
    return is_there(x) ? admin_reply_parts(x, &json) : admin_refuse(x);
}

bool request_routes_read_id(struct admin_request *x, uint64_t *began_ms,
                            uint64_t *tail)
{
    return request_id_read(x->match.at[0], began_ms, tail) ||
           REASON_SET(&x->err, REQUEST_ID_UNKNOWN);
}

static bool find(struct admin_request *x, struct usage_ask *ask)
{
    uint64_t began_ms;
    uint64_t tail;

    if (!request_routes_read_id(x, &began_ms, &tail))
        return false;
    ask->requests = (struct ask_requests){
        .filter = { .until_ms = began_ms + LONGEST_MS },
        .by_id = true,
        .began_ms = began_ms,
        .tail = tail,
        .limit = 1,
        .patience_ms = ASK_REQUESTS_PATIENCE_MS,
    };
    return true;
}

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct state *state = x->state;
    struct usage_ask *ask = usage_asking_new(x);
    struct running *running = x->admin->options.running;

    if (!ask || !find(x, ask))
        return admin_refuse(x);
    usage_asking_start(x, run);
    if (running)
        state->round =
            running_ask_detail(running, x->match.at[0], x->admin->options.loop,
                               admin_wake, x);
    return flow_sleep_then(answer);
}

static const struct admin_member get_members[] = {
    { "request", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what was booked of it; null: it reached no account",
      usage_text_booking_members },
    { "detail", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "where its time went; null: more than 1,000 have ended since (or what "
      "is known of them had more than 8 MB), or the relay was started again",
      detail_text_members },
    ADMIN_END,
};
const struct admin_endpoint request_routes_get = {
    .first = get,
    .state_size = sizeof(struct state),
    .drop = drop,
    .tag = "usage",
    .summary = "One request, and where its time went",
    .answer = get_members,
};
