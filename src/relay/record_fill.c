// SPDX-License-Identifier: MIT
/* The record of a relayed request. */
#include "relay/record_fill.h"

#include "base/clock.h"
#include "base/shown.h"
#include "base/text.h"
#include "base/token.h"
#include "http/date.h"
#include "http/problem.h"
#include "http/response.h"
#include "relay/client_id.h"
#include "relay/metering.h"
#include "relay/record_usage.h"
#include "relay/results.h"

/* ---- noted on the way --------------------------------------------------- */

/* What others call something: plain words, and no key.  Other texts are none. */
static struct str word_of(const struct str *text)
{
    return text && text->len <= CLIENT_ID_MAX && text_is_plain_word(*text) &&
                   !token_is_in(*text)
               ? *text
               : STR_EMPTY;
}

void record_fill_asked(struct relayed *r, const struct scan_facts *facts)
{
    struct arena *arena = r->req->arena;

    r->told.stream = facts->stream;
    if (facts->model_is == SCAN_TOLD)
        r->told.model = arena_str(arena, str_of(facts->model));
    else if (facts->model_is == SCAN_ODD)
        r->told.model = STR(METER_MODEL_ODD);
    if (facts->session[0])
        r->told.session = arena_str(arena, str_of(facts->session));
}

static bool ends(struct str text, struct str end)
{
    return text.len >= end.len &&
           str_ieq(str_from(text, text.len - end.len), end);
}

/* Of several limits that of the whole account, else the first. */
static const struct str *reset_of(const struct headers *headers)
{
    const struct str *unified =
        headers_get(headers, STR("anthropic-ratelimit-unified-reset"));

    for (size_t i = 0; !unified && i < headers->count; i++) {
        if (str_istarts(headers->at[i].name, STR("anthropic-ratelimit-")) &&
            ends(headers->at[i].name, STR("-reset")))
            return &headers->at[i].value;
    }
    return unified;
}

static const struct relayed_limit *limit_of(struct arena *arena,
                                            const struct headers *headers)
{
    const struct str *after = headers_get(headers, STR("retry-after"));
    struct relayed_limit *limit = arena_zalloc(arena, sizeof(*limit));

    if (after)
        limit->retry_after_s =
            (date_wait_ms(*after, clock_wall_ms()) + 999) / 1000;
    limit->reset = arena_str(arena, word_of(reset_of(headers)));
    return limit;
}

void record_fill_answered(struct relayed_told *told, struct arena *arena,
                          const struct parser_head *head)
{
    told->upstream_id = arena_str(arena, client_id_of_answer(&head->headers));
    told->limit = record_is_limited(head->status)
                      ? limit_of(arena, &head->headers)
                      : NULL;
}

/* It is kept before a refusal is sent. */
static uint64_t bytes_out_of(const struct relayed *r)
{
    return (r->end == RECORD_REFUSED || r->end == RECORD_CANCELLED) &&
                   !response_started(r->req)
               ? problem_size(r->req, err_of(r->err))
               : response_bytes(r->req);
}

/* ---- all of it ---------------------------------------------------------- */

struct str record_fill_session(const struct relayed *r)
{
    struct str session =
        word_of(headers_get(&r->req->headers, STR("x-claude-code-session-id")));

    return session.len > 0 ? session : r->told.session;
}

static void fill_who(struct record *record, const struct relayed *r)
{
    const struct key *key = r->caller.key;

    caller_address(&r->caller, &record->peer);
    if (key) {
        record->key_id = key->id;
        record->key = str_of(key->name);
        record->owner = str_of(key->owner);
    }
    if (r->group) {
        record->group_id = r->group->id;
        record->group = str_of(r->group->name);
    }
    record->account = attempt_account(r);
    record->session = record_fill_session(r);
}

static void fill_what(struct record *record, const struct relayed *r)
{
    const struct request *req = r->req;

    record->id = str_of(req->id);
    record->client_id = client_id_of(&req->headers);
    record->upstream_id = r->told.upstream_id;
    record->method = req->method;
    record->path = shown_request_path(req->arena, r->path,
                                      admin_token_reveal(
                                          r->relay->options.callers->admin));
    record->endpoint = r->endpoint->route.pattern;
    record->model_asked = r->told.model;
    record->bytes_in = relayed_is_streamed(r) ? r->passed : r->body.len;
    record->bytes_out = bytes_out_of(r);
}

/* As good as the status that came too late. */
static void note_event(struct record *record)
{
    size_t count = record->attempt_count;

    if (count > 0)
        record->attempts[count - 1].status = RECORD_OVERLOADED;
}

/* A streamed body was not waited for. */
static void fill_delivered(struct record *record, const struct relayed *r,
                           uint64_t came_ns)
{
    uint64_t began_ns = r->attempt.began_ns;

    record->streamed = r->is_stream;
    record->first_byte_us = (came_ns - r->req->arrived_ns) / 1000;
    record->added_us =
        began_ns > r->ready_ns ? (began_ns - r->ready_ns) / 1000 : 0;
}

static void fill_attempts(struct record *record, const struct relayed *r)
{
    const struct attempt *attempt = &r->attempt;
    uint64_t came_ns = attempt->began_ns + attempt->took_ns;

    record->sent = attempt->sent;
    record->attempt_count = attempt_list(r, record->attempts);
    if (record->end == RECORD_ERROR_EVENT)
        note_event(record);
    if (attempt->result == RECORD_DELIVERED && attempt->count > 0 &&
        record->end != RECORD_REFUSED)
        fill_delivered(record, r, came_ns);
    else if (record->end == RECORD_REFUSED || record->end == RECORD_CANCELLED ||
             response_started(r->req))
        record->first_byte_us = record->duration_us;
}

/* An error inside an answer counts, however that ended: its client is right to leave. */
static enum record_end end_of(const struct relayed *r)
{
    return r->meter && r->meter->usage.failed ? RECORD_ERROR_EVENT : r->end;
}

/* By a limit of the relay's own; one of money is a 402. */
static void fill_refused(struct record *record, const struct relayed *r)
{
    char *opens = arena_alloc(r->req->arena, TEXT_TIME_MAX);

    if (record_is_limited(r->status))
        record->retry_after_s = err_retry_after_s(r->err);
    if (r->err->opens_ms == 0)
        return;
    text_format_time(r->err->opens_ms, opens);
    record->reset = str_of(opens);
}

static void fill_end(struct record *record, const struct relayed *r)
{
    const struct relayed_limit *limit = r->told.limit;

    record->began_ms = r->req->arrived_ms;
    record->duration_us = (clock_steady_ns() - r->req->arrived_ns) / 1000;
    record->end = end_of(r);
    record->status = r->status;
    record->error = str_of(err_of(r->err)->text);
    if (limit) {
        record->retry_after_s = limit->retry_after_s;
        record->reset = limit->reset;
    } else if (r->err) {
        fill_refused(record, r);
    }
}

/* What reached nobody did not, nor what was refused, be it inside an answer; of what was
   lost nobody knows. */
static bool used_nothing(const struct relayed *r)
{
    if (endpoints_cost_nothing(r->endpoint, r->path))
        return true;
    return r->attempt.lost == 0 &&
           (!r->attempt.owed || (r->meter && r->meter->usage.failed));
}

/* What could not be read of all that came is booked nowhere. */
static void fill_results(struct record *record, const struct relayed *r)
{
    record->unread = results_unread(r->results);
    if (record->unread.len == 0 || r->end != RECORD_COMPLETE)
        return;
    record->cost_known = false;
    record->partial = true;
}

static void fill_usage(struct record *record, const struct relayed *r)
{
    record->cost_known = used_nothing(r);
    if (r->results)
        fill_results(record, r);
    if (r->meter) {
        record_usage_fill(record, &r->meter->usage, r->prices);
        record->unread = metering_unread(r->meter);
    } else if (r->endpoint->metered && r->attempt.owed) {
        record_usage_unseen(record, r->attempt.status);
    }
    if (r->endpoint->metered && r->attempt.lost > 0)
        record->partial = true;
    record_usage_name(record, r->prices);
}

void record_fill(struct record *record, const struct relayed *r)
{
    *record = (struct record){ .end = RECORD_RUNNING };
    fill_who(record, r);
    fill_what(record, r);
    fill_end(record, r);
    fill_attempts(record, r);
    fill_usage(record, r);
}
