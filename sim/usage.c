// SPDX-License-Identifier: MIT
/* Anthropic's usage object. */
#include "sim/usage.h"

void usage_write_tools(const struct usage *usage, struct buf *out)
{
    if (usage->web_searches > 0)
        buf_printf(out, ",\"server_tool_use\":{\"web_search_requests\":%llu}",
                   (unsigned long long)usage->web_searches);
}

void usage_write(const struct usage *usage, struct buf *out)
{
    uint64_t hour = usage->cache_write_1h;

    buf_printf(out,
               "{\"input_tokens\":%llu,\"cache_creation_input_tokens\":%llu,"
               "\"cache_read_input_tokens\":%llu,\"cache_creation\":{"
               "\"ephemeral_5m_input_tokens\":%llu,"
               "\"ephemeral_1h_input_tokens\":%llu},\"output_tokens\":%llu,"
               "\"service_tier\":\"%s\"",
               (unsigned long long)usage->input,
               (unsigned long long)usage->cache_write,
               (unsigned long long)usage->cache_read,
               (unsigned long long)(usage->cache_write - hour),
               (unsigned long long)hour, (unsigned long long)usage->output,
               usage->batch ? "batch" : "standard");
    usage_write_tools(usage, out);
    buf_add(out, STR("}"));
}
