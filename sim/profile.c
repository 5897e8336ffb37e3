// SPDX-License-Identifier: MIT
/* The OAuth account's profile and usage. */
#include "sim/profile.h"

#include "base/clock.h"
#include "base/text.h"
#include "sim/visit.h"

void profile_get(struct visit *visit)
{
    buf_add(
        reply_json(visit),
        STR("{\"account\":{\"uuid\":\"9d3c0000-0000-4000-8000-000000000001\","
            "\"full_name\":\"Sim User\",\"display_name\":\"Sim\","
            "\"email\":\"sim@example.com\",\"has_claude_max\":true,"
            "\"has_claude_pro\":false,"
            "\"created_at\":\"2025-01-01T00:00:00Z\"},"
            "\"organization\":{"
            "\"uuid\":\"5b1e6f3a-0000-4000-8000-000000000051\","
            "\"name\":\"Sim Organization\","
            "\"organization_type\":\"claude_max\","
            "\"billing_type\":\"stripe_subscription\","
            "\"rate_limit_tier\":\"default_claude_max_20x\","
            "\"has_extra_usage_enabled\":false}}"));
}

void profile_usage(struct visit *visit)
{
    uint64_t now_ms = clock_wall_ms();
    char in_5h[TEXT_TIME_MAX];
    char in_7d[TEXT_TIME_MAX];

    text_format_time(now_ms + 5ull * 3600 * 1000, in_5h);
    text_format_time(now_ms + 7ull * 86400 * 1000, in_7d);
    buf_printf(reply_json(visit),
               "{\"five_hour\":{\"utilization\":12.0,\"resets_at\":\"%s\"},"
               "\"seven_day\":{\"utilization\":34.0,\"resets_at\":\"%s\"},"
               "\"seven_day_oauth_apps\":null,"
               "\"seven_day_opus\":{\"utilization\":5.0,\"resets_at\":\"%s\"},"
               "\"seven_day_sonnet\":null,\"extra_usage\":{"
               "\"is_enabled\":false,\"monthly_limit\":null,"
               "\"used_credits\":null,\"utilization\":null}}",
               in_5h, in_7d, in_7d);
}

void profile_hello(struct visit *visit)
{
    buf_add(reply_json(visit), STR("{\"message\":\"hello\"}"));
}
