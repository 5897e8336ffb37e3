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

    buf_printf(out,
               ",\"request_counts\":{\"processing\":%zu,\"succeeded\":%zu,"
               "\"errored\":0,\"canceled\":%zu,\"expired\":0}",
               ended ? 0 : batch->count,
               ended && !batch->canceled ? batch->count : 0,
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

void batch_write_result(const struct visit *visit, const struct batch *batch,
                        const struct batch_item *item, struct buf *out)
{
    char id[SIM_ID_MAX];

    buf_add(out, STR("{\"custom_id\":\""));
    text_json_escape(out, item->custom_id);
    if (batch->canceled) {
        buf_add(out, STR("\",\"result\":{\"type\":\"canceled\"}}\n"));
        return;
    }
    sim_make_id(visit->sim, "msg_sim_", id);
    buf_printf(
        out,
        "\",\"result\":{\"type\":\"succeeded\",\"message\":{\"id\":\"%s\","
        "\"type\":\"message\",\"role\":\"assistant\",\"model\":\"",
        id);
    text_json_escape(out, item->model);
    buf_add(out, STR("\",\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}],"
                     "\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
                     "\"usage\":"));
    usage_write(&(struct usage){ .input = 10, .output = 1 }, out);
    buf_add(out, STR("}}}\n"));
}
