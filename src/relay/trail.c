// SPDX-License-Identifier: MIT
/* When a request came how far. */
#include "relay/trail.h"

#include "base/clock.h"
#include "http/response.h"
#include "relay/detail.h"
#include "relay/relayed.h"
#include "relay/running.h"
#include "relay/way.h"

/* ---- on the way ---------------------------------------------------------- */

void trail_received(struct relayed *r)
{
    r->trail.received_ns = clock_steady_ns();
}

void trail_admitted(struct relayed *r)
{
    r->trail.admitted_ns = clock_steady_ns();
}

void trail_token_asked(struct relayed *r)
{
    r->trail.asked_ns = clock_steady_ns();
}

/* Also if it did not come, and another account is tried. */
void trail_token_came(struct relayed *r)
{
    if (r->trail.asked_ns > 0)
        r->trail.token_ns = clock_steady_ns() - r->trail.asked_ns;
    r->trail.asked_ns = 0;
}

static struct str proxy_text(const struct relayed *r)
{
    const struct proxy *proxy = way_proxy(r);

    return proxy ? arena_printf(r->req->arena, STR_FMT "://%s:%u",
                                STR_ARG(proxy_type_name(proxy)),
                                proxy_host(proxy), (unsigned)proxy_port(proxy))
                 : STR_EMPTY;
}

void trail_note_call(struct relayed *r)
{
    const struct call *call = r->attempt.call;
    struct trail_way *way = &r->trail.way;

    way->began_ns = r->attempt.began_ns;
    way->took_ns = r->attempt.took_ns;
    way->token_ns = r->trail.token_ns;
    way->times = call_times(call);
    way->fresh = !call_facts(call).reused;
    way->proxy = proxy_text(r);
    way->why = call_state(call) == CALL_FAILED
                   ? arena_str(r->req->arena, str_of(call_error(call)->text))
                   : STR_EMPTY;
    r->trail.token_ns = 0;
}

void trail_turn(struct relayed *r)
{
    struct trail *trail = &r->trail;

    if (!trail->past)
        trail->past = arena_zalloc(r->req->arena,
                                   sizeof(*trail->past) * RECORD_ATTEMPTS_MAX);
    if (trail->way.began_ns == 0)
        trail->way.began_ns = clock_steady_ns();
    trail->past[r->attempt.ended] = trail->way;
    trail->way = (struct trail_way){ .began_ns = 0 };
}

/* ---- at the end ---------------------------------------------------------- */

struct telling {
    const struct relayed *r;
    struct detail_step steps[DETAIL_STEPS_MAX];
    size_t count;
};

static uint32_t us_of(uint64_t ns)
{
    return ns / 1000 < UINT32_MAX ? (uint32_t)(ns / 1000) : UINT32_MAX;
}

static uint32_t since_arrival(const struct relayed *r, uint64_t at_ns)
{
    uint64_t came_ns = r->req->arrived_ns;

    return at_ns > came_ns ? us_of(at_ns - came_ns) : 0;
}

static void add(struct telling *telling, enum detail_kind kind,
                uint64_t start_us, uint64_t us)
{
    if (telling->count == DETAIL_STEPS_MAX)
        return;
    telling->steps[telling->count++] =
        (struct detail_step){ .start_us = (uint32_t)start_us,
                              .us = (uint32_t)us,
                              .kind = (uint8_t)kind };
}

/* The next step, if it took any time; where it ends. */
static uint64_t add_some(struct telling *telling, enum detail_kind kind,
                         uint64_t start_us, uint64_t us)
{
    if (us > 0)
        add(telling, kind, start_us, us);
    return start_us + us;
}

static void add_way(struct telling *telling, const struct trail_way *way)
{
    const uint64_t *dial = way->times.dial.us;
    uint64_t at_us = since_arrival(telling->r, way->began_ns);
    uint64_t token_us = way->token_ns / 1000;

    if (token_us > 0 && token_us <= at_us)
        add(telling, DETAIL_TOKEN, at_us - token_us, token_us);
    at_us = add_some(telling, DETAIL_DIAL, at_us, dial[DIAL_RESOLVE]);
    at_us = add_some(telling, DETAIL_CONNECT, at_us,
                     dial[DIAL_CONNECT] + dial[DIAL_PROXY_TLS] +
                         dial[DIAL_AUTHENTICATE]);
    at_us = add_some(telling, DETAIL_TLS, at_us, way->times.tls_us);
    at_us = add_some(telling, DETAIL_SEND, at_us, way->times.send_us);
    (void)add_some(telling, DETAIL_WAIT, at_us, way->times.wait_us);
}

/* Before its first attempt. */
static void add_own(struct telling *telling, uint64_t end_us)
{
    const struct relayed *r = telling->r;
    uint64_t at_us = since_arrival(r, r->trail.received_ns);
    uint64_t admitted_us = since_arrival(r, r->trail.admitted_ns);

    if (at_us > 0)
        add(telling, DETAIL_RECEIVE, 0, at_us);
    if (admitted_us > at_us) {
        add(telling, DETAIL_QUEUE, at_us, admitted_us - at_us);
        at_us = admitted_us;
    }
    if (end_us > at_us)
        add(telling, DETAIL_CHOOSE, at_us, end_us - at_us);
}

/* Of the attempt that was made as number `i`; NULL: nothing is known. */
static const struct trail_way *way_of(const struct relayed *r, size_t i)
{
    if (i < r->attempt.ended)
        return &r->trail.past[i];
    return r->trail.way.began_ns > 0 ? &r->trail.way : NULL;
}

static uint64_t first_us(const struct relayed *r, uint64_t duration_us)
{
    const struct trail_way *way = r->attempt.count > 0 ? way_of(r, 0) : NULL;
    uint64_t token_us = way ? way->token_ns / 1000 : 0;
    uint64_t at_us = way ? since_arrival(r, way->began_ns) : duration_us;

    return at_us > token_us ? at_us - token_us : at_us;
}

static void find_steps(struct telling *telling, const struct record *record)
{
    const struct relayed *r = telling->r;

    add_own(telling, first_us(r, record->duration_us));
    for (size_t i = 0; i < r->attempt.count; i++) {
        const struct trail_way *way = way_of(r, i);

        if (way)
            add_way(telling, way);
    }
    if (response_started(r->req) && record->first_byte_us > 0 &&
        record->duration_us > record->first_byte_us)
        add(telling, DETAIL_ANSWER, record->first_byte_us,
            record->duration_us - record->first_byte_us);
}

/* In the order in which they were made. */
static size_t find_attempts(const struct relayed *r,
                            const struct record *record,
                            struct detail_attempt *list)
{
    for (size_t i = 0; i < record->attempt_count; i++) {
        struct record_attempt made = attempt_made(r, i);
        const struct trail_way *way = way_of(r, i);

        list[i] = (struct detail_attempt){
            .account = made.account,
            .result = made.result,
            .status = (uint16_t)made.status,
            .start_us = way ? since_arrival(r, way->began_ns) : 0,
        };
        if (!way)
            continue;
        list[i].us = us_of(way->took_ns);
        list[i].proxy = way->proxy;
        list[i].why = way->why;
        list[i].fresh = way->fresh;
    }
    return record->attempt_count;
}

void trail_keep(const struct relayed *r, const struct record *record,
                struct running_seat *seat)
{
    struct telling telling = { .r = r };
    struct detail_attempt attempts[RECORD_ATTEMPTS_MAX];
    _Alignas(struct detail) char mem[DETAIL_SIZE_MAX];
    struct detail *detail = (struct detail *)mem;

    if (!seat)
        return;
    telling.count = 0;
    find_steps(&telling, record);
    detail_pack(detail,
                &(struct detail_parts){
                    .id = str_of(r->req->id),
                    .steps = telling.steps,
                    .step_count = telling.count,
                    .attempts = attempts,
                    .attempt_count = find_attempts(r, record, attempts) });
    running_keep(seat, detail);
}
