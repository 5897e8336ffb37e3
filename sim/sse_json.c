// SPDX-License-Identifier: MIT
/* The same answers as one JSON object.  Pure. */
#include "sim/sse.h"

static bool write_all_text(struct sse *sse, uint64_t now_ns, struct buf *out)
{
    for (uint64_t i = 0; i < sse->plan.events; i++) {
        if (!buf_append(out, words_at(&sse->words, i, now_ns)))
            return false;
    }
    return true;
}

static void open_json(const struct sse *sse, struct buf *out)
{
    const struct sse_plan *plan = &sse->plan;

    buf_printf(out, "{\"model\":\"" STR_FMT "\",\"id\":\"" STR_FMT "\",",
               STR_ARG(plan->model), STR_ARG(plan->id));
    if (plan->completion) {
        buf_add(out, STR("\"type\":\"completion\",\"completion\":\""));
        return;
    }
    buf_add(out, STR("\"type\":\"message\",\"role\":\"assistant\","
                     "\"content\":[{\"type\":"));
    if (sse->plan.tool.len > 0)
        buf_printf(out,
                   "\"tool_use\",\"id\":\"toolu_" STR_FMT
                   "\",\"name\":\"" STR_FMT "\",\"input\":{\"text\":\"",
                   STR_ARG(plan->id), STR_ARG(plan->tool));
    else
        buf_add(out, STR("\"text\",\"text\":\""));
}

static bool close_json(struct sse *sse, struct buf *out)
{
    if (sse->plan.completion)
        return buf_append(out, STR("\",\"stop_reason\":\"stop_sequence\"}"));
    sse->billed = sse->plan.usage;
    buf_printf(out,
               "\"%s}],\"stop_reason\":\"%s\",\"stop_sequence\":null,"
               "\"usage\":",
               (sse->plan.tool.len > 0) ? "}" : "", sse_stop_reason(sse));
    usage_write(&sse->plan.usage, out);
    return buf_append(out, STR("}"));
}

bool sse_write_json(struct sse *sse, uint64_t now_ns, struct buf *out)
{
    open_json(sse, out);
    return write_all_text(sse, now_ns, out) && close_json(sse, out);
}
