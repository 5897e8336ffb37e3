// SPDX-License-Identifier: MIT
/* A message batch as JSON. */
#include "sim/batch.h"

#include "base/text.h"
#include "sim/visit.h"

#define DAY_MS (86400ull * 1000)

static void write_time(struct buf *out, const char *name, uint64_t at_ms)
{
    char text[TEXT_TIME_MAX];

    if (at_ms == 0) {
        buf_printf(out, ",\"%s\":null", name);
        return;
    }
    text_format_time(at_ms, text);
    buf_printf(out, ",\"%s\":\"%s\"", name, text);
}

static void write_counts(const struct batch *batch, struct buf *out)
{
    bool ended = batch->state == BATCH_ENDED;
    size_t failed = 0;

    for (size_t i = 0; i < batch->count; i++)
        failed += batch->items[i].fails;
    buf_printf(out,
               ",\"request_counts\":{\"processing\":%zu,\"succeeded\":%zu,"
               "\"errored\":%zu,\"canceled\":%zu,\"expired\":0}",
               ended ? 0 : batch->count,
               ended && !batch->canceled ? batch->count - failed : 0,
               ended && !batch->canceled ? failed : 0,
               ended && batch->canceled ? batch->count : 0);
}

static void write_results_url(const struct visit *visit,
                              const struct batch *batch, struct buf *out)
{
    const struct str *host = headers_get(&visit->req->headers, STR("host"));

    if (batch->state != BATCH_ENDED || !host) {
        buf_add(out, STR(",\"results_url\":null"));
        return;
    }
    buf_printf(out, ",\"results_url\":\"%s://",
               visit->sim->tls ? "https" : "http");
    text_json_escape(out, *host);
    buf_printf(out, "/v1/messages/batches/%s/results\"", batch->id);
}

void batch_write(const struct visit *visit, const struct batch *batch,
                 struct buf *out)
{
    static const char *const states[] = {
        [BATCH_IN_PROGRESS] = "in_progress",
        [BATCH_CANCELING] = "canceling",
        [BATCH_ENDED] = "ended",
    };

    buf_printf(out,
               "{\"id\":\"%s\",\"type\":\"message_batch\","
               "\"processing_status\":\"%s\"",
               batch->id, states[batch->state]);
    write_counts(batch, out);
    write_time(out, "ended_at", batch->ended_ms);
    write_time(out, "created_at", batch->created_ms);
    write_time(out, "expires_at", batch->created_ms + DAY_MS);
    write_time(out, "archived_at", 0);
    write_time(out, "cancel_initiated_at", batch->canceled_ms);
    write_results_url(visit, batch, out);
    buf_add(out, STR("}"));
}

/* ---- results ------------------------------------------------------------ */

static void write_message_id(const struct batch *batch,
                             const struct batch_item *item, struct buf *out)
{
    buf_printf(out, "msg_%s_%zu", batch->id, (size_t)(item - batch->items));
}

static void write_message(const struct batch *batch,
                          const struct batch_item *item, struct buf *out)
{
    buf_add(out, STR("\"succeeded\",\"message\":{\"id\":\""));
    write_message_id(batch, item, out);
    buf_add(out,
            STR("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\""));
    text_json_escape(out, item->model);
    buf_add(out, STR("\",\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}],"
                     "\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
                     "\"usage\":"));
    usage_write(&item->usage, out);
    buf_add(out, STR("}"));
}

void batch_write_result(const struct batch *batch,
                        const struct batch_item *item, struct buf *out)
{
    buf_add(out, STR("{\"custom_id\":\""));
    text_json_escape(out, item->custom_id);
    buf_add(out, STR("\",\"result\":{\"type\":"));
    if (batch->canceled)
        buf_add(out, STR("\"canceled\""));
    else if (item->fails)
        buf_add(out, STR("\"errored\",\"error\":{\"type\":\"error\",\"error\":{"
                         "\"type\":\"invalid_request_error\",\"message\":"
                         "\"simulated by claude-sim\"}}"));
    else
        write_message(batch, item, out);
    buf_add(out, STR("}}\n"));
}

static void write_billed(const struct batch *batch,
                         const struct batch_item *item, struct buf *out)
{
    buf_printf(out, "{\"batch\":\"%s\",\"custom_id\":\"", batch->id);
    text_json_escape(out, item->custom_id);
    buf_add(out, STR("\",\"message_id\":\""));
    write_message_id(batch, item, out);
    buf_add(out, STR("\",\"model\":\""));
    text_json_escape(out, item->model);
    buf_add(out, STR("\",\"usage\":"));
    usage_write(&item->usage, out);
    buf_add(out, STR("}"));
}

void batch_write_bill(const struct batch *batch, struct buf *out)
{
    bool billed = batch->state == BATCH_ENDED && !batch->canceled;
    bool some = false;

    buf_add(out, STR("["));
    for (size_t i = 0; billed && i < batch->count; i++) {
        if (batch->items[i].fails)
            continue;
        buf_add(out, some ? STR(",\n") : STR_EMPTY);
        write_billed(batch, &batch->items[i], out);
        some = true;
    }
    buf_add(out, STR("]"));
}
