// SPDX-License-Identifier: MIT
/* Anthropic's usage object. */
#include "sim/usage.h"

void usage_write(const struct usage *usage, struct buf *out)
{
    buf_printf(out,
               "{\"input_tokens\":%llu,\"cache_creation_input_tokens\":%llu,"
               "\"cache_read_input_tokens\":%llu,\"cache_creation\":{"
               "\"ephemeral_5m_input_tokens\":%llu,"
               "\"ephemeral_1h_input_tokens\":0},\"output_tokens\":%llu,"
               "\"service_tier\":\"standard\"}",
               (unsigned long long)usage->input,
               (unsigned long long)usage->cache_write,
               (unsigned long long)usage->cache_read,
               (unsigned long long)usage->cache_write,
               (unsigned long long)usage->output);
}
