// SPDX-License-Identifier: MIT
/* Courses over HTTP: asked on the records' thread, and good for some seconds for
   whoever asks next. */
#include "admin/series_routes.h"

#include "admin/reply.h"
#include "admin/request.h"
#include "admin/series_text.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/shown.h"
#include "relay/running.h"

/* Of so many that run it is asked when they began; others count as if they did now. */
#define RUNNING_ASKED 1000
/* After so long a job makes room for others. */
#define STEP_MS 100

/* A job's: it may outlive the request. */
struct work {
    struct series_asking *asking;
};

/* A row's state. */
struct state {
    enum series_range range;
    struct round *round; /* what runs; NULL: nobody knows */
    struct records_job *job;
    struct work *work; /* the job's */
};

static void drop_work(void *arg)
{
    struct work *work = arg;

    series_ask_free(work->asking);
    mem_free(work);
}

static void drop(void *arg)
{
    struct state *state = arg;

    round_free(state->round);
    records_job_free(state->job);
}

static bool run(struct sql *sql, void *arg, struct err *err)
{
    const struct work *work = arg;
    uint64_t deadline_ms = clock_steady_ms() + STEP_MS;

    do {
        if (!series_ask_step(sql, work->asking, err))
            return false;
    } while (!series_ask_course(work->asking)->done &&
             clock_steady_ms() < deadline_ms);
    return true;
}

static void start(struct admin_request *x, struct series_asking *asking)
{
    const struct admin_options *options = &x->admin->options;
    struct state *state = x->state;

    state->work = MEM_NEW(struct work);
    state->work->asking = asking;
    state->job = records_start(options->records, options->loop,
                               &(struct records_work){
                                   .run = run,
                                   .drop = drop_work,
                                   .arg = state->work,
                                   .reads = true,
                                   .patience_ms = RECORDS_PATIENCE_MS },
                               admin_wake, x);
}

/* The job is done, and has let go of it. */
static void go_on(struct admin_request *x)
{
    struct state *state = x->state;
    struct series_asking *asking = state->work->asking;

    state->work->asking = NULL;
    records_job_free(state->job);
    start(x, asking);
}

static struct flow_next reply(struct admin_request *x, const struct buf *text)
{
    struct admin_file file = {
        .content_type = STR("application/json"),
        .fields = STR("cache-control: no-store\r\n"),
        .bytes = buf_str(text),
    };

    return admin_reply_bytes(x, &file);
}

static struct flow_next answer(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct state *state = x->state;
    struct series *series = x->admin->series;
    struct flow_next next;
    struct buf text;

    if (!records_job_is_done(state->job))
        return flow_sleep_then(answer);
    if (records_job_error(state->job)) {
        x->err = *records_job_error(state->job);
        return admin_refuse(x);
    }
    if (!series_ask_course(state->work->asking)->done) {
        go_on(x);
        return flow_sleep_then(answer);
    }
    buf_init(&text, SERIES_TEXT_MAX);
    series_text(&text, series_ask_course(state->work->asking),
                zone_name(series_zone(series)));
    /* One that lacks something is not kept: whoever asks next reads on. */
    if (series_ask_course(state->work->asking)->complete)
        series_keep(series, state->range, buf_str(&text));
    next = reply(x, &text);
    buf_done(&text);
    return next;
}

static void take_running(struct series_asking *asking,
                         const struct running_list *list, uint64_t now_ms)
{
    uint64_t *began_ms = mem_alloc((list->all + 1) * sizeof(*began_ms));

    for (size_t i = 0; i < list->all; i++)
        began_ms[i] = i < list->count ? list->at[i].began_ms : now_ms;
    series_ask_running(asking, began_ms, list->all);
}

static struct flow_next begin(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct state *state = x->state;
    uint64_t now_ms = clock_wall_ms();
    struct series_asking *asking;

    if (state->round && !round_is_done(state->round))
        return flow_sleep_then(begin);
    asking = series_ask_new(x->admin->series, state->range, now_ms);
    if (state->round)
        take_running(asking, running_list(state->round), now_ms);
    start(x, asking);
    return flow_sleep_then(answer);
}

static struct flow_next ask(struct admin_request *x)
{
    struct state *state = x->state;

    if (!x->admin->options.records) {
        (void)REASON_SET(&x->err, NOTHING_BOOKED);
        return admin_refuse(x);
    }
    if (x->admin->options.running)
        state->round = running_ask(x->admin->options.running, RUNNING_ASKED,
                                   x->admin->options.loop, admin_wake, x);
    return flow_go(begin);
}

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct state *state = x->state;
    struct str word = STR("day");
    char shown_word[SHOWN_MAX];
    struct flow_next next;
    struct buf text;

    (void)admin_query(x, "range", &word);
    state->range = series_range_of(word);
    if (state->range == SERIES_RANGES) {
        (void)REASON_SET(&x->err, RANGE_UNKNOWN, shown(word, shown_word));
        return admin_refuse(x);
    }
    buf_init(&text, SERIES_TEXT_MAX);
    next = series_kept(x->admin->series, state->range, &text) ? reply(x, &text)
                                                              : ask(x);
    buf_done(&text);
    return next;
}

static const struct admin_member query[] = {
    { "range", ADMIN_TEXT, 0,
      "hour (60 minutes), day (24 hours; without it) or month (30 days of "
      "TIME_ZONE)",
      NULL },
    ADMIN_END,
};

const struct admin_endpoint series_routes_get = {
    .first = get,
    .state_size = sizeof(struct state),
    .drop = drop,
    .tag = "usage",
    .summary = "The course of requests, tokens, cost and times, for charts",
    .query = query,
    .answer = series_text_members,
};
