// SPDX-License-Identifier: MIT
/* What is seen of a request that runs. */
#include "relay/running_view.h"

#include "base/clock.h"
#include "base/text.h"
#include "http/response.h"
#include "relay/attempt.h"
#include "relay/steps.h"
#include "usage/model_shown.h"

static const char *const words[RUNNING_STEPS] = {
    [RUNNING_RECEIVING] = "receiving", [RUNNING_QUEUED] = "queued",
    [RUNNING_CHOOSING] = "choosing",   [RUNNING_TOKEN] = "token",
    [RUNNING_SENDING] = "sending",     [RUNNING_WAITING] = "waiting",
    [RUNNING_ANSWERING] = "answering",
};

const char *running_step_word(enum running_step step)
{
    return words[step];
}

static void copy(char *to, size_t size, struct str text)
{
    text_copy(to, size, text);
}

static void fill_who(struct running_view *view, const struct relayed *r)
{
    const struct key *key = r->caller.key;
    const struct str *agent = headers_get(&r->req->headers, STR("user-agent"));
    char space[SHOWN_MAX];

    if (key)
        copy(view->key, sizeof(view->key), str_of(key->name));
    copy(view->account, sizeof(view->account), attempt_account(r));
    if (agent)
        copy(view->client, sizeof(view->client),
             str_of(shown_agent(*agent, space)));
    if (r->told.model.len > 0)
        copy(view->model, sizeof(view->model),
             str_of(model_shown(r->told.model, space)));
}

/* Is it, or will it be, answered event by event? */
static bool is_stream(const struct relayed *r)
{
    return r->meter ? r->meter->kind == METER_STREAM : r->told.stream;
}

static void fill_answer(struct running_view *view, const struct relayed *r)
{
    const struct attempt *attempt = &r->attempt;

    view->stream = is_stream(r);
    view->bytes_out = response_bytes(r->req);
    if (response_started(r->req))
        view->first_byte_ms =
            (attempt->began_ns + attempt->took_ns - r->req->arrived_ns) /
            1000000;
    if (!r->meter)
        return;
    /* A message_start has the first token or so, and nobody wants to know that. */
    view->told =
        r->meter->usage.known[METER_OUTPUT] && r->meter->usage.last_output;
    view->output_tokens = r->meter->usage.counts[METER_OUTPUT];
}

void running_view_fill(struct running_view *view, const struct relayed *r)
{
    *view = (struct running_view){
        .endpoint = r->endpoint->route.pattern,
        .step = step_now(r),
        .began_ms = r->req->arrived_ms,
        .age_ms = (clock_steady_ns() - r->req->arrived_ns) / 1000000,
        .attempts = r->attempt.count,
    };
    copy(view->id, sizeof(view->id), str_of(r->req->id));
    fill_who(view, r);
    fill_answer(view, r);
}
