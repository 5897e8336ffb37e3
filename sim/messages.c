// SPDX-License-Identifier: MIT
/* Answers of a model: made-up text, honest shapes and counts. */
#include "messages.h"

#include <string.h>

#include "base/clock.h"
#include "usage/scan.h"

#define DELTA_MAX (1024u * 1024)

static uint64_t tokens_of(size_t bytes)
{
    return bytes / 4 + 1;
}

/* "lorem " over and over, behind a time stamp if that is wanted. */
static void add_text(struct reply *reply, struct buf *out)
{
    static const char words[] = "lorem ipsum dolor sit amet ";
    size_t size = reply->d.event_size < DELTA_MAX ? (size_t)reply->d.event_size
                                                  : DELTA_MAX;
    size_t start = out->len;

    if (reply->d.stamp)
        buf_printf(out, "[t=%llu]", (unsigned long long)clock_steady_ns());
    while (out->len - start < size) {
        size_t left = size - (out->len - start);

        buf_add(out, str_sub(STR(words), 0, left));
    }
    reply->output_tokens += tokens_of(size);
}

static void add_usage(const struct reply *reply, struct buf *out)
{
    buf_printf(out,
               "{\"input_tokens\":%llu,\"cache_creation_input_tokens\":0,"
               "\"cache_read_input_tokens\":0,\"output_tokens\":%llu}",
               (unsigned long long)reply->input_tokens,
               (unsigned long long)reply->output_tokens);
}

static void add_message_head(const struct reply *reply, struct buf *out)
{
    buf_printf(out,
               "\"id\":\"msg_sim_%llu\",\"type\":\"message\","
               "\"role\":\"assistant\",\"model\":\"" STR_FMT "\"",
               (unsigned long long)reply->row, STR_ARG(reply->model));
}

/* ---- SSE ---------------------------------------------------------------- */

static void message_start(struct reply *reply, struct buf *out)
{
    buf_add(out, STR("event: message_start\ndata: "
                     "{\"type\":\"message_start\",\"message\":{"));
    add_message_head(reply, out);
    buf_add(out, STR(",\"content\":[],\"stop_reason\":null,"
                     "\"stop_sequence\":null,\"usage\":"));
    add_usage(reply, out);
    buf_add(out, STR("}}\n\n"));
}

static void block_start(struct reply *reply, struct buf *out)
{
    buf_add(out, STR("event: content_block_start\ndata: "
                     "{\"type\":\"content_block_start\",\"index\":0,"
                     "\"content_block\":"));
    if (reply->d.tool.len > 0)
        buf_printf(out,
                   "{\"type\":\"tool_use\",\"id\":\"toolu_sim_%llu\","
                   "\"name\":\"" STR_FMT "\",\"input\":{}}",
                   (unsigned long long)reply->row, STR_ARG(reply->d.tool));
    else
        buf_add(out, STR("{\"type\":\"text\",\"text\":\"\"}"));
    buf_add(out, STR("}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n"));
}

static void block_delta(struct reply *reply, struct buf *out)
{
    static const char *const json_parts[] = { "{\\\"city\\\"", ": \\\"Paris\\\"",
                                              "}" };
    uint64_t part = reply->index - 2;

    buf_add(out, STR("event: content_block_delta\ndata: "
                     "{\"type\":\"content_block_delta\",\"index\":0,"
                     "\"delta\":"));
    if (reply->d.tool.len > 0) {
        buf_printf(out,
                   "{\"type\":\"input_json_delta\",\"partial_json\":\"%s\"}",
                   json_parts[part < 3 ? part : 2]);
    } else {
        buf_add(out, STR("{\"type\":\"text_delta\",\"text\":\""));
        add_text(reply, out);
        buf_add(out, STR("\"}"));
    }
    buf_add(out, STR("}\n\n"));
}

static void message_end(struct reply *reply, struct buf *out)
{
    buf_printf(out,
               "event: content_block_stop\ndata: "
               "{\"type\":\"content_block_stop\",\"index\":0}\n\n"
               "event: message_delta\ndata: {\"type\":\"message_delta\","
               "\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":null},"
               "\"usage\":",
               reply->d.tool.len > 0 ? "tool_use" : "end_turn");
    add_usage(reply, out);
    buf_add(out, STR("}\n\nevent: message_stop\ndata: "
                     "{\"type\":\"message_stop\"}\n\n"));
}

static bool next_event(struct reply *reply, struct buf *out)
{
    uint64_t deltas = reply->d.tool.len > 0 ? 3 : reply->d.events;

    if (reply->index == 0)
        message_start(reply, out);
    else if (reply->index == 1)
        block_start(reply, out);
    else if (reply->index < deltas + 2 || reply->d.endless)
        block_delta(reply, out);
    else
        message_end(reply, out);
    return reply->index < deltas + 2 || reply->d.endless;
}

/* ---- JSON --------------------------------------------------------------- */

static void write_message(struct reply *reply, struct buf *out)
{
    bool tool = reply->d.tool.len > 0;

    buf_add(out, STR("{"));
    add_message_head(reply, out);
    if (tool) {
        buf_printf(out,
                   ",\"content\":[{\"type\":\"tool_use\",\"id\":"
                   "\"toolu_sim_%llu\",\"name\":\"" STR_FMT
                   "\",\"input\":{\"city\":\"Paris\"}}]",
                   (unsigned long long)reply->row, STR_ARG(reply->d.tool));
    } else {
        buf_add(out, STR(",\"content\":[{\"type\":\"text\",\"text\":\""));
        for (uint64_t i = 0; i < reply->d.events; i++)
            add_text(reply, out);
        buf_add(out, STR("\"}]"));
    }
    buf_printf(out, ",\"stop_reason\":\"%s\",\"stop_sequence\":null,\"usage\":",
               tool ? "tool_use" : "end_turn");
    add_usage(reply, out);
    buf_add(out, STR("}"));
}

/* The first tool's name, when the request brings tools. */
static void choose_tool(struct reply *reply, struct str body)
{
    struct err err;
    struct json_doc *doc;
    struct str name;

    if (reply->d.tool.len > 0 || !str_contains(body, STR("\"tools\"")))
        return;
    doc = json_doc_parse(body, &err);
    if (json_doc_get_str(json_doc_at(json_doc_get(doc, "tools"), 0), "name",
                         &name))
        reply->d.tool = arena_str(reply->req->arena, name);
    json_doc_free(doc);
}

void messages_create(struct reply *reply)
{
    struct str body = request_body(reply->req);
    struct scan found = scan_body(body);
    struct buf out;

    if (!found.is_object || found.model.len == 0) {
        reply_error(reply, 400, "invalid_request_error",
                    found.is_object ? "model: Field required"
                                    : "The request body is not valid JSON");
        return;
    }
    reply->model = arena_str(reply->req->arena, found.model);
    reply->input_tokens = tokens_of(body.len);
    choose_tool(reply, body);
    if (found.stream) {
        reply->status = 200;
        reply->content_type = STR("text/event-stream; charset=utf-8");
        reply->next = next_event;
        reply_start(reply);
        return;
    }
    buf_init(&out, 64u * 1024 * 1024);
    write_message(reply, &out);
    reply_json(reply, 200, buf_str(&out));
    buf_done(&out);
}

void messages_count_tokens(struct reply *reply)
{
    size_t len = request_body(reply->req).len;

    reply_json(reply, 200,
               arena_printf(reply->req->arena, "{\"input_tokens\":%llu}",
                            (unsigned long long)tokens_of(len)));
}

void messages_complete(struct reply *reply)
{
    reply_json(reply, 200,
               STR("{\"type\":\"completion\",\"id\":\"compl_sim\","
                   "\"completion\":\" Hello\",\"stop_reason\":"
                   "\"stop_sequence\",\"model\":\"claude-2.1\"}"));
}
