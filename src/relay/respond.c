// SPDX-License-Identifier: MIT
/* How the client's answer begins. */
#include "relay/respond.h"

#include "account/gateway.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "http/problem.h"
#include "relay/gather.h"
#include "relay/metering.h"
#include "relay/models.h"
#include "relay/owner.h"
#include "relay/pass.h"
#include "relay/pick.h"
#include "relay/record_fill.h"
#include "relay/results.h"
#include "relay/shown_limit.h"
#include "relay/unpriced.h"
#include "usage/ledger.h"

/* What came, without its framing: as it came it is written by relay.c. */
static void take_body(void *arg, struct str bytes)
{
    struct relayed *r = arg;

    if (r->unframed)
        response_write(r->req, bytes);
    else
        response_count(r->req, bytes.len);
    if (r->meter)
        metering_feed(r->meter, bytes);
    if (r->results)
        results_feed(r->results, bytes);
    owner_feed(r->learner, bytes);
}

static enum response_framing choose_framing(const struct relayed *r,
                                            const struct parser_head *head)
{
    if (head->chunked)
        return r->req->http_1_0 ? RESPONSE_CLOSE : RESPONSE_CHUNKED;
    return head->length == PARSER_LENGTH_UNKNOWN ? RESPONSE_CLOSE
                                                 : RESPONSE_LENGTH;
}

/* `fields`: as pass_response() writes them. */
static void start_response(struct relayed *r, const struct buf *fields)
{
    const struct parser_head *head = call_head(r->attempt.call);

    response_start(r->req, &(struct response_head){ .status = head->status,
                                                    .reason = head->reason,
                                                    .fields = buf_str(fields),
                                                    .framing = r->framing });
}

/* ---- our limit in place of the upstream's ------------------------------- */

static bool shows_limit(const struct relayed *r)
{
    const struct key *key = r->caller.key;

    return key && key->show_limit &&
           call_head(r->attempt.call)->status == 200 &&
           (limits_any_cost(&key->limits) ||
            (r->group && limits_any_cost(&r->group->limits)));
}

static void look_at(const struct relayed *r, struct counters *counters,
                    const struct limits *limits, struct shown_limit *shown)
{
    const struct counters_now now = { loop_now_ms(r->relay->options.loop),
                                      clock_wall_ms() };

    counters_view(counters, limits, shown->zone, now, &shown->view);
}

static void add_limit(const struct relayed *r, struct buf *fields)
{
    const struct key *key = r->caller.key;
    const struct key_group *group = r->group;
    struct shown_limit of[2] = { { .zone = key->zone } };

    look_at(r, key->counters, &key->limits, &of[0]);
    if (group) {
        of[1].zone = group->zone;
        look_at(r, group->counters, &group->limits, &of[1]);
    }
    shown_limit_write(of, group ? 2 : 1, clock_wall_ms(), fields);
}

/* Clients follow with all they sent, the relay key too: not where another provider
   says. */
static bool leads_away(const struct relayed *r)
{
    const struct account *account = r->attempt.account;

    return account && gateway_is_elsewhere(account) &&
           call_head(r->attempt.call)->status / 100 == 3;
}

/* Whose fields do not pass. */
static struct str replaced(const struct relayed *r)
{
    if (leads_away(r))
        return STR("location");
    return shows_limit(r) ? SHOWN_LIMIT_FIELDS : STR_EMPTY;
}

static void add_account(const struct relayed *r, struct buf *fields)
{
    struct str account = attempt_account(r);

    if (account.len == 0)
        return;
    buf_add(fields, STR("x-relay-account: "));
    buf_add(fields, account);
    buf_add(fields, STR("\r\n"));
}

void respond_add_explanation(const struct relayed *r, struct buf *fields)
{
    const struct str *asks =
        headers_get(&r->req->headers, STR("x-relay-explain"));

    if (!asks || !str_eq(*asks, STR("1")))
        return;
    add_account(r, fields);
    (void)buf_printf(fields, "x-relay-attempts: %zu\r\n", r->attempt.count);
}

void respond_refused(struct relayed *r)
{
    struct buf fields;

    buf_init(&fields, PASS_HEAD_MAX);
    respond_add_explanation(r, &fields);
    problem_send_with(r->req, r->err, buf_str(&fields));
    buf_done(&fields);
}

bool respond_retry_after(struct relayed *r, unsigned status, bool told,
                         bool of_account, struct buf *fields)
{
    unsigned opens_s;

    if (status != 429 || !pick_opens_s(r, told, &opens_s))
        return false;
    if (opens_s > 0)
        (void)buf_printf(fields, "retry-after: %u\r\n", opens_s);
    return opens_s > 0 || of_account;
}

static void add_own_fields(const struct relayed *r, struct buf *fields)
{
    if (shows_limit(r))
        add_limit(r, fields);
    respond_add_explanation(r, fields);
}

/* ---- results of a batch ------------------------------------------------- */

static void book(void *arg, const struct record *record)
{
    const struct relayed *r = arg;

    ledger_add(r->relay->options.ledger, record);
    unpriced_note_record(r->relay->options.unpriced, record, r->prices);
}

static bool is_crowded(void *arg)
{
    const struct relayed *r = arg;

    return ledger_is_crowded(r->relay->options.ledger);
}

/* As Anthropic reads it: an id that is spelt otherwise is no other. */
static struct str batch_of(const struct relayed *r)
{
    struct str rest = r->path;
    struct str segment = STR_EMPTY;
    struct buf plain;

    for (int i = 0; i < 5; i++)
        (void)str_next(&rest, '/', &segment);
    buf_init(&plain, segment.len + 1);
    if (text_percent_decode(&plain, segment))
        segment = arena_str(r->req->arena, buf_str(&plain));
    buf_done(&plain);
    return segment;
}

static struct str place_of(const struct relayed *r)
{
    const struct account *account = r->attempt.account;

    return account ? gateway_place(r->req->arena, account) : STR_EMPTY;
}

static void start_results(struct relayed *r, const struct parser_head *head)
{
    struct record fetch;

    if (!r->endpoint->is_results || !r->relay->options.ledger)
        return;
    record_fill(&fetch, r);
    r->results =
        results_start(&(struct results_options){ .fetch = &fetch,
                                                 .place = place_of(r),
                                                 .batch = batch_of(r),
                                                 .prices = r->prices,
                                                 .room = &r->relay->unpacking,
                                                 .book = book,
                                                 .crowded = is_crowded,
                                                 .arg = r },
                      head);
}

/* What came before it was known that it passes. */
static void write_gathered(struct relayed *r)
{
    response_raw(r->req, gather_came(r->gather, r->unframed));
    response_count(r->req, gather_came(r->gather, true).len);
}

/* ---- beginning ---------------------------------------------------------- */

/* However long its answer was in coming. */
static void price_by_its_coming(struct relayed *r)
{
    r->meter->usage.borders = prices_borders(r->prices);
    r->meter->usage.came_ms = r->req->arrived_ms;
}

void respond_as_it_came(struct relayed *r)
{
    const struct parser_head *head = call_head(r->attempt.call);
    struct buf fields;
    bool waits;

    r->framing = choose_framing(r, head);
    r->unframed = head->chunked && r->req->http_1_0;
    r->meter = metering_start(r->endpoint, head, &r->relay->unpacking);
    if (r->meter)
        price_by_its_coming(r);
    if (r->meter && r->meter->kind == METER_STREAM) {
        r->is_stream = true;
        tally_share_begin_stream(&r->relay->share);
    }
    if (r->meter && r->attempt.account) {
        r->meter->file = owner_note_file;
        r->meter->file_arg = r;
    }
    start_results(r, head);
    r->learner = owner_learn(r, head);
    call_on_body(r->attempt.call, take_body, r);
    buf_init(&fields, PASS_HEAD_MAX);
    waits =
        respond_retry_after(r, head->status,
                            headers_get(&head->headers, RESPOND_RETRY_AFTER),
                            r->attempt.elsewhere, &fields);
    pass_response(&head->headers, waits ? RESPOND_RETRY_AFTER : replaced(r),
                  &fields);
    add_own_fields(r, &fields);
    start_response(r, &fields);
    buf_done(&fields);
    if (r->gather)
        write_gathered(r);
}

static void send_widened(struct relayed *r, struct str body)
{
    struct buf fields;

    r->framing = RESPONSE_LENGTH;
    buf_init(&fields, PASS_HEAD_MAX);
    pass_response_resized(&call_head(r->attempt.call)->headers, replaced(r),
                          body.len, &fields);
    add_own_fields(r, &fields);
    start_response(r, &fields);
    buf_done(&fields);
    response_write(r->req, body);
}

bool respond_widened(struct relayed *r)
{
    struct buf body;
    bool widened;

    buf_init(&body, MODELS_WIDENED_MAX);
    widened = models_widen(gather_came(r->gather, true), &body);
    if (widened)
        send_widened(r, buf_str(&body));
    buf_done(&body);
    return widened;
}
