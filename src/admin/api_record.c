// SPDX-License-Identifier: MIT
/* The record of a request of our own to the API. */
#include "admin/api_record.h"

#include "base/clock.h"
#include "relay/client_id.h"
#include "relay/record_usage.h"

/* ---- how it ended -------------------------------------------------------- */

static bool is_late(const struct fetch *fetch)
{
    return fetch_error(fetch)->code == ERR_TIMEOUT;
}

static enum record_end end_of(const struct fetch *fetch)
{
    switch (fetch_state(fetch)) {
    case FETCH_BUSY:
        return RECORD_CLIENT_LEFT;
    case FETCH_ANSWERED:
        return RECORD_COMPLETE;
    case FETCH_FAILED:
        break;
    }
    if (!fetch_facts(fetch).answered)
        return RECORD_REFUSED;
    return is_late(fetch) ? RECORD_IDLE : RECORD_CUT;
}

static enum record_result result_of(const struct fetch *fetch)
{
    struct call_facts facts = fetch_facts(fetch);

    if (fetch_state(fetch) == FETCH_BUSY)
        return RECORD_ABANDONED;
    if (fetch_state(fetch) == FETCH_ANSWERED || facts.answered)
        return RECORD_DELIVERED;
    if (!facts.connected)
        return RECORD_UNREACHABLE;
    return is_late(fetch) && !facts.unheard ? RECORD_TIMED_OUT : RECORD_LOST;
}

/* What may be paid for: all but what did not arrive, or was refused. */
static bool is_owed(const struct fetch *fetch)
{
    struct call_facts facts = fetch_facts(fetch);
    unsigned status = fetch_status(fetch);

    return facts.sent && !facts.unheard &&
           (status == 0 || (status >= 200 && status < 300));
}

/* ---- all of it ----------------------------------------------------------- */

static void fill_answer(struct record *record, const struct fetch *fetch)
{
    record->status = fetch_status(fetch);
    if (fetch_state(fetch) == FETCH_FAILED)
        record->error = str_of(fetch_error(fetch)->text);
    if (fetch_state(fetch) != FETCH_ANSWERED)
        return;
    record->bytes_out = fetch_body(fetch).len;
    record->first_byte_us = record->duration_us; /* it is handed on whole */
    record->upstream_id = client_id_of_answer(fetch_headers(fetch));
}

static void fill_attempt(struct record *record,
                         const struct api_exchange *exchange,
                         const struct fetch *fetch)
{
    uint64_t after_us = (exchange->began_ns - exchange->came_ns) / 1000;

    record->sent = fetch_facts(fetch).begun;
    record->attempt_count = 1;
    record->attempts[0] = (struct record_attempt){
        .account = exchange->account,
        .result = result_of(fetch),
        .status = record->status,
        .after_ms = after_us / 1000,
        .took_ms = (record->duration_us - after_us) / 1000,
    };
}

void api_record_fill(struct record *record, const struct api_exchange *exchange,
                     const struct fetch *fetch)
{
    *record = (struct record){
        .id = exchange->id,
        .method = exchange->method,
        .path = exchange->path,
        .endpoint = exchange->endpoint->route.pattern,
        .account = exchange->account,
        .model_asked = exchange->model,
        .began_ms = exchange->came_ms,
        .duration_us = (clock_steady_ns() - exchange->came_ns) / 1000,
        .end = end_of(fetch),
        .bytes_in = exchange->bytes_in,
        .cost_known =
            !is_owed(fetch) ||
            endpoints_cost_nothing(exchange->endpoint, exchange->path),
    };
    fill_answer(record, fetch);
    fill_attempt(record, exchange, fetch);
}

void api_record_price(struct record *record, struct meter *meter,
                      const struct api_exchange *exchange,
                      const struct fetch *fetch, const struct prices *prices)
{
    meter->usage.came_ms = record->began_ms;
    meter->usage.borders = prices_borders(prices);
    if (!exchange->endpoint->metered)
        return;
    if (record->status == 200) {
        meter_feed(meter, fetch_body(fetch));
        record_usage_fill(record, &meter->usage, prices);
    } else if (is_owed(fetch)) {
        record_usage_unseen(record, record->status);
    }
}
