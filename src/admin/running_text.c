// SPDX-License-Identifier: MIT
/* Requests that run, as JSON. */
#include "admin/running_text.h"

#include "admin/json_text.h"

void running_text_add(struct buf *out, const struct running_view *view)
{
    buf_add(out, STR("{"));
    json_text_str(out, "id", str_of(view->id));
    json_text_str(out, "key", str_of(view->key));
    json_text_str(out, "account", str_of(view->account));
    json_text_str(out, "model", str_of(view->model));
    json_text_str(out, "endpoint", view->endpoint);
    json_text_bool(out, "stream", view->stream);
    json_text_time(out, "started_at", view->began_ms);
    json_text_u64(out, "age_ms", view->age_ms);
    json_text_str(out, "step", str_of(running_step_word(view->step)));
    json_text_maybe(out, "first_byte_ms", view->step == RUNNING_ANSWERING,
                    view->first_byte_ms);
    json_text_maybe(out, "output_tokens", view->told, view->output_tokens);
    json_text_u64(out, "bytes_out", view->bytes_out);
    json_text_u64(out, "attempts", view->attempts);
    json_text_str(out, "client", str_of(view->client));
    buf_add(out, STR("}"));
}

void running_text_some(struct buf *out, const struct running_list *list,
                       size_t *next, size_t full)
{
    while (*next < list->count && out->len < full) {
        buf_add(out, *next > 0 ? STR(",") : STR_EMPTY);
        running_text_add(out, &list->at[(*next)++]);
    }
}

const struct admin_member running_text_members[] = {
    { "id", ADMIN_TEXT, ADMIN_REQUIRED, "the relay's own: req_relay_...",
      NULL },
    { "key", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the name of its key; null: none was needed", NULL },
    { "account", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "that was asked last; null: none yet, or the client's own login", NULL },
    { "model", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "that it asks for; null: not known, or not yet", NULL },
    { "endpoint", ADMIN_TEXT, ADMIN_REQUIRED, "as /v1/messages", NULL },
    { "stream", ADMIN_BOOL, ADMIN_REQUIRED,
      "whether the answer comes event by event", NULL },
    { "started_at", ADMIN_TEXT, ADMIN_REQUIRED, "when it came (RFC 3339)",
      NULL },
    { "age_ms", ADMIN_NUMBER, ADMIN_REQUIRED, "so long ago", NULL },
    { "step", ADMIN_TEXT, ADMIN_REQUIRED,
      "what it waits for: receiving, queued, choosing, token, sending, waiting "
      "(for the first byte) or answering",
      NULL },
    { "first_byte_ms", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "after it came; null: none yet", NULL },
    { "output_tokens", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "as its answer has told: a stream does at its end, what it begins with is "
      "none; null: not yet",
      NULL },
    { "bytes_out", ADMIN_NUMBER, ADMIN_REQUIRED, "of the answer's body so far",
      NULL },
    { "attempts", ADMIN_NUMBER, ADMIN_REQUIRED, "how often it was sent", NULL },
    { "client", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "its User-Agent, as far as that may be shown", NULL },
    ADMIN_END,
};
