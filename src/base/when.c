// SPDX-License-Identifier: MIT
/* Moments as people name them. */
#include "base/when.h"

#include <stdio.h>

#include "base/text.h"

#define DAY_MS 86400000u
#define DATE_LEN 10
#define DAYS_MAX 36500

static bool parse_day(struct str text, int64_t *day)
{
    char moment[TEXT_TIME_MAX];
    uint64_t ms;

    if (text.len != DATE_LEN)
        return false;
    (void)snprintf(moment, sizeof(moment), STR_FMT "T00:00:00Z", STR_ARG(text));
    if (!text_parse_time(str_of(moment), &ms))
        return false;
    *day = (int64_t)(ms / DAY_MS);
    return true;
}

static bool parse_age(struct str text, uint64_t *out_ms)
{
    uint64_t days;

    if (text.len > 1 && text.at[text.len - 1] == 'd' &&
        str_to_u64(str_sub(text, 0, text.len - 1), DAYS_MAX, &days)) {
        *out_ms = days * DAY_MS;
        return true;
    }
    return text_parse_duration(text, out_ms);
}

bool when_parse_in(const struct zone *zone, struct str text, bool end,
                   uint64_t now_ms, uint64_t *out_ms)
{
    uint64_t age_ms;
    int64_t day;

    if (text_parse_time(text, out_ms))
        return true;
    if (parse_day(text, &day)) {
        *out_ms = zone_day_ms(zone, end ? day + 1 : day);
        return true;
    }
    if (!parse_age(text, &age_ms))
        return false;
    *out_ms = age_ms < now_ms ? now_ms - age_ms : 0;
    return true;
}

bool when_parse(struct str text, bool end, uint64_t now_ms, uint64_t *out_ms)
{
    return when_parse_in(zone_utc(), text, end, now_ms, out_ms);
}
