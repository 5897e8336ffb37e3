// SPDX-License-Identifier: MIT
/* Where the time of a request went, as JSON. */
#include "admin/detail_text.h"

#include "admin/json_text.h"

static void add_step(struct buf *out, const struct detail_step *step)
{
    buf_add(out, STR("{"));
    json_text_str(out, "step",
                  str_of(detail_kind_word((enum detail_kind)step->kind)));
    json_text_u64(out, "start_us", step->start_us);
    json_text_u64(out, "us", step->us);
    buf_add(out, STR("}"));
}

static void add_attempt(struct buf *out, const struct detail_attempt *attempt)
{
    buf_add(out, STR("{"));
    json_text_str(out, "account", attempt->account);
    json_text_str(out, "proxy", attempt->proxy);
    json_text_maybe(out, "status", attempt->status > 0, attempt->status);
    json_text_str(out, "result", str_of(record_result_word(attempt->result)));
    json_text_str(out, "why", attempt->why);
    json_text_u64(out, "start_us", attempt->start_us);
    json_text_u64(out, "us", attempt->us);
    json_text_bool(out, "fresh", attempt->fresh);
    buf_add(out, STR("}"));
}

void detail_text_add(struct buf *out, const struct detail *detail)
{
    if (!detail) {
        buf_add(out, STR("null"));
        return;
    }
    buf_add(out, STR("{\"steps\":["));
    for (size_t i = 0; i < detail->step_count; i++) {
        struct detail_step step = detail_step_at(detail, i);

        buf_add(out, i > 0 ? STR(",") : STR_EMPTY);
        add_step(out, &step);
    }
    buf_add(out, STR("],\"attempts\":["));
    for (size_t i = 0; i < detail->attempt_count; i++) {
        struct detail_attempt attempt = detail_attempt_at(detail, i);

        buf_add(out, i > 0 ? STR(",") : STR_EMPTY);
        add_attempt(out, &attempt);
    }
    buf_add(out, STR("]}"));
}

static const struct admin_member step_members[] = {
    { "step", ADMIN_TEXT, ADMIN_REQUIRED,
      "receive (the body), queue (for a slot), choose (the relay's own work), "
      "token (a better one was awaited), dial (names), connect (a proxy "
      "included), tls, send, wait (for the first byte) or answer",
      NULL },
    { "start_us", ADMIN_NUMBER, ADMIN_REQUIRED,
      "microseconds after the request came", NULL },
    { "us", ADMIN_NUMBER, ADMIN_REQUIRED, "how long it took", NULL },
    ADMIN_END,
};
static const struct admin_member one_step[] = {
    { .type = ADMIN_OBJECT, .text = "a step", .members = step_members },
    ADMIN_END,
};
static const struct admin_member attempt_members[] = {
    { "account", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "its name; null: the client's own login", NULL },
    { "proxy", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "type://host:port; null: direct", NULL },
    { "status", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of its answer; null: none came", NULL },
    { "result", ADMIN_TEXT, ADMIN_REQUIRED,
      "delivered, stale, unreachable, lost, timed_out, token_refused, "
      "passed_over, no_token or abandoned",
      NULL },
    { "why", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what failed; null: nothing did", NULL },
    { "start_us", ADMIN_NUMBER, ADMIN_REQUIRED,
      "microseconds after the request came", NULL },
    { "us", ADMIN_NUMBER, ADMIN_REQUIRED,
      "until the head of its answer came, or it failed", NULL },
    { "fresh", ADMIN_BOOL, ADMIN_REQUIRED,
      "whether a connection was made for it; false: one was kept", NULL },
    ADMIN_END,
};
static const struct admin_member one_attempt[] = {
    { .type = ADMIN_OBJECT, .text = "an attempt", .members = attempt_members },
    ADMIN_END,
};
const struct admin_member detail_text_members[] = {
    { "steps", ADMIN_LIST, ADMIN_REQUIRED, "by and by", one_step },
    { "attempts", ADMIN_LIST, ADMIN_REQUIRED, "in their order", one_attempt },
    ADMIN_END,
};
