// SPDX-License-Identifier: MIT
/* Answers of /v1/messages and /v1/complete as text.  Pure. */
#include "sim/sse.h"

#include <assert.h>

#define EVENT(name) "event: " name "\ndata: "
#define END "\n\n"

/* A tool's input is the object {"text":"..."}; inside partial_json its quotes
   are escaped. */
#define INPUT_OPEN STR("{\\\"text\\\":\\\"")
#define INPUT_CLOSE STR("\\\"}")

void sse_init(struct sse *sse, struct arena *arena, const struct sse_plan *plan)
{
    *sse = (struct sse){ .plan = *plan };
    words_init(&sse->words, arena, plan->size, plan->stamp);
    if (plan->completion)
        sse->state = SSE_DELTAS;
    if (plan->completion && plan->events == 0)
        sse->state = SSE_STOP;
}

static bool is_tool(const struct sse *sse)
{
    return sse->plan.tool.len > 0;
}

const char *sse_stop_reason(const struct sse *sse)
{
    return is_tool(sse) ? "tool_use" : "end_turn";
}

/* ---- one function for each event ---------------------------------------- */

static void write_start(struct sse *sse, struct buf *out)
{
    sse->billed = sse->plan.usage;
    sse->billed.output = 1;
    sse->billed.web_searches = 0;
    buf_printf(
        out,
        EVENT(
            "message_start") "{\"type\":\"message_start\",\"message\":"
                             "{\"model\":\"" STR_FMT "\",\"id\":\"" STR_FMT
                             "\",\"type\":"
                             "\"message\",\"role\":\"assistant\",\"content\":[],"
                             "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":",
        STR_ARG(sse->plan.model), STR_ARG(sse->plan.id));
    usage_write(&sse->billed, out);
    buf_add(out, STR("}}" END));
    sse->state = SSE_BLOCK;
}

static void write_block(struct sse *sse, struct buf *out)
{
    buf_add(
        out,
        STR(EVENT(
            "content_block_start") "{\"type\":\"content_block_start\",\"index\":0,"
                                   "\"content_block\":"));
    if (is_tool(sse))
        buf_printf(out,
                   "{\"type\":\"tool_use\",\"id\":\"toolu_" STR_FMT
                   "\",\"name\":\"" STR_FMT "\",\"input\":{}}",
                   STR_ARG(sse->plan.id), STR_ARG(sse->plan.tool));
    else
        buf_add(out, STR("{\"type\":\"text\",\"text\":\"\"}"));
    buf_add(out, STR("}" END));
    sse->state = SSE_PING;
}

static void after_deltas(struct sse *sse)
{
    if (sse->deltas == sse->plan.error_at)
        sse->state = SSE_ERROR;
    else if (!sse->plan.endless && sse->deltas >= sse->plan.events)
        sse->state = sse->plan.completion ? SSE_STOP : SSE_BLOCK_END;
    else
        sse->state = SSE_DELTAS;
}

static void write_ping(struct sse *sse, struct buf *out)
{
    buf_add(out, STR(EVENT("ping") "{\"type\": \"ping\"}" END));
    after_deltas(sse);
}

static void write_text_delta(struct sse *sse, struct str text, struct buf *out)
{
    (void)sse;
    buf_add(
        out,
        STR(EVENT(
            "content_block_delta") "{\"type\":\"content_block_delta\",\"index\":0,"
                                   "\"delta\":{\"type\":\"text_delta\",\"text\":\""));
    buf_add(out, text);
    buf_add(out, STR("\"}}" END));
}

static void write_tool_delta(struct sse *sse, struct str text, struct buf *out)
{
    buf_add(
        out,
        STR(EVENT(
            "content_block_delta") "{\"type\":\"content_block_delta\",\"index\":0,"
                                   "\"delta\":{\"type\":\"input_json_delta\","
                                   "\"partial_json\":\""));
    if (sse->deltas == 0)
        buf_add(out, INPUT_OPEN);
    buf_add(out, text);
    if (sse->deltas + 1 == sse->plan.events && !sse->plan.endless)
        buf_add(out, INPUT_CLOSE);
    buf_add(out, STR("\"}}" END));
}

static void write_completion(struct sse *sse, struct str text, const char *stop,
                             struct buf *out)
{
    buf_printf(out,
               EVENT("completion") "{\"type\":\"completion\",\"id\":\"" STR_FMT
                                   "\",\"completion\":\"" STR_FMT
                                   "\",\"stop_reason\":%s,"
                                   "\"model\":\"" STR_FMT "\"}" END,
               STR_ARG(sse->plan.id), STR_ARG(text), stop,
               STR_ARG(sse->plan.model));
}

static void write_delta(struct sse *sse, uint64_t now_ns, struct buf *out)
{
    struct str text = words_at(&sse->words, sse->deltas, now_ns);

    if (sse->plan.completion)
        write_completion(sse, text, "null", out);
    else if (is_tool(sse))
        write_tool_delta(sse, text, out);
    else
        write_text_delta(sse, text, out);
    sse->deltas++;
    after_deltas(sse);
}

static void write_block_end(struct sse *sse, struct buf *out)
{
    buf_add(
        out,
        STR(EVENT(
            "content_block_stop") "{\"type\":\"content_block_stop\",\"index\":0}" END));
    sse->state = SSE_SUMMARY;
}

static void write_summary(struct sse *sse, struct buf *out)
{
    sse->billed = sse->plan.usage;
    buf_printf(
        out,
        EVENT(
            "message_delta") "{\"type\":\"message_delta\",\"delta\":{"
                             "\"stop_reason\":\"%s\",\"stop_sequence\":null},\"usage\":{"
                             "\"input_tokens\":%llu,\"cache_creation_input_tokens\":%llu,"
                             "\"cache_read_input_tokens\":%llu,\"output_tokens\":%llu",
        sse_stop_reason(sse), (unsigned long long)sse->billed.input,
        (unsigned long long)sse->billed.cache_write,
        (unsigned long long)sse->billed.cache_read,
        (unsigned long long)sse->billed.output);
    usage_write_tools(&sse->billed, out);
    buf_add(out, STR("}}" END));
    sse->state = SSE_STOP;
}

static void write_stop(struct sse *sse, struct buf *out)
{
    if (sse->plan.completion)
        write_completion(sse, STR_EMPTY, "\"stop_sequence\"", out);
    else
        buf_add(out,
                STR(EVENT("message_stop") "{\"type\":\"message_stop\"}" END));
    sse->state = SSE_DONE;
}

static void write_error(struct sse *sse, struct buf *out)
{
    buf_add(
        out,
        STR(EVENT(
            "error") "{\"type\":\"error\",\"error\":{\"type\":"
                     "\"overloaded_error\",\"message\":\"Overloaded\"}}" END));
    sse->state = SSE_DONE;
}

bool sse_next(struct sse *sse, uint64_t now_ns, struct buf *out)
{
    static void (*const writers[])(struct sse *, struct buf *) = {
        [SSE_START] = write_start,     [SSE_BLOCK] = write_block,
        [SSE_PING] = write_ping,       [SSE_BLOCK_END] = write_block_end,
        [SSE_SUMMARY] = write_summary, [SSE_STOP] = write_stop,
        [SSE_ERROR] = write_error,     [SSE_DONE] = NULL,
    };

    if (sse->state == SSE_DONE)
        return false;
    if (sse->state == SSE_DELTAS)
        write_delta(sse, now_ns, out);
    else
        writers[sse->state](sse, out);
    return true;
}

bool sse_at_delta(const struct sse *sse)
{
    return sse->state == SSE_DELTAS;
}

bool sse_is_done(const struct sse *sse)
{
    return sse->state == SSE_DONE;
}

/* ---- the whole at once -------------------------------------------------- */

uint64_t sse_length(const struct sse *sse)
{
    struct sse copy = *sse;
    struct buf event;
    uint64_t length = 0;

    if (sse->plan.endless)
        return SSE_NEVER;
    buf_init(&event, SIZE_MAX / 2);
    while (sse_next(&copy, 0, &event)) {
        length += event.len;
        buf_clear(&event);
    }
    buf_done(&event);
    return length;
}

uint64_t sse_count_tokens(const struct sse *sse)
{
    uint64_t tokens = 0;

    if (sse->plan.size > 0) /* all alike */
        return sse->plan.events * (words_len(&sse->words, 0) / 4
                                       ? words_len(&sse->words, 0) / 4
                                       : 1);
    for (uint64_t i = 0; i < sse->plan.events; i++) {
        uint64_t quarter = words_len(&sse->words, i) / 4;

        tokens += quarter ? quarter : 1;
    }
    return tokens;
}
