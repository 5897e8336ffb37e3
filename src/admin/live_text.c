// SPDX-License-Identifier: MIT
/* Events of what happens. */
#include "admin/live_text.h"

#include "admin/json_text.h"
#include "admin/usage_text.h"
#include "admin/vitals_doc.h"
#include "usage/ask_booked.h"

void live_text_begin(struct buf *out, const char *name)
{
    buf_printf(out, "event: %s\ndata: ", name);
}

void live_text_end(struct buf *out)
{
    buf_add(out, STR("\n\n"));
}

static void add_today(struct buf *out, const struct live_figures *figures)
{
    json_text_maybe(out, "cost_today_microusd", figures->today_known,
                    (uint64_t)figures->today[ASK_COST_MICROUSD]);
    json_text_maybe(out, "requests_today", figures->today_known,
                    (uint64_t)figures->today[ASK_REQUESTS]);
}

void live_text_figures(struct buf *out, const struct live_figures *figures)
{
    const struct pulse_figures *pulse = &figures->pulse;

    buf_add(out, STR("{"));
    json_text_time(out, "at", figures->at_ms);
    json_text_u64(out, "uptime_s", figures->uptime_s);
    json_text_str(out, "version", STR(RELAY_VERSION));
    json_text_u64(out, "in_flight", figures->in_flight);
    json_text_u64(out, "requests_minute", pulse->requests_minute);
    json_text_u64(out, "tokens_minute", pulse->tokens_minute);
    add_today(out, figures);
    json_text_u64(out, "failed_hour_ppm", pulse->failed_hour_ppm);
    json_text_maybe(out, "first_byte_p50_ms", pulse->timed,
                    pulse->first_byte_p50_ms);
    json_text_maybe(out, "first_byte_p95_ms", pulse->timed,
                    pulse->first_byte_p95_ms);
    json_text_u64(out, "keys", figures->keys);
    json_text_u64(out, "sessions", figures->sessions);
    buf_add(out, STR("}"));
}

void live_text_running(struct buf *out, const struct running_list *list)
{
    size_t next = 0;

    buf_add(out, STR("{\"requests\":["));
    running_text_some(out, list, &next, SIZE_MAX);
    buf_add(out, STR("]"));
    json_text_u64(out, "more", list->all - list->count);
    buf_add(out, STR("}"));
}

/* ---- accounts ------------------------------------------------------------ */

/* Those that do not fit are not told. */
#define ACCOUNTS_FULL (LIVE_EVENT_MAX / 2)

struct telling {
    struct buf *out;
    uint64_t now_ms;
    size_t count;
};

static void add_account(void *arg, const struct account *account)
{
    struct telling *telling = arg;

    if (telling->out->len > ACCOUNTS_FULL)
        return;
    buf_add(telling->out, telling->count++ > 0 ? STR(",") : STR_EMPTY);
    vitals_doc_write(telling->out, account, telling->now_ms);
}

void live_text_accounts(struct buf *out, struct accounts *accounts,
                        uint64_t now_ms)
{
    struct telling telling = { .out = out, .now_ms = now_ms };

    buf_add(out, STR("{\"accounts\":["));
    accounts_each(accounts, add_account, &telling);
    buf_add(out, STR("]}"));
}

/* ---- requests ------------------------------------------------------------ */

void live_text_booking(struct buf *out, const struct booking *booking)
{
    struct ask_booking row;

    ask_booked(&row, booking);
    usage_text_booking(out, &row);
}
