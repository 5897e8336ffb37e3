// SPDX-License-Identifier: MIT
/* Files of time zones.  What must hold, whatever their changes and rules: a moment is
   in the day, week and month that it is told to be in, a day in its month, and
   periods follow each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_zone.c:%d: does not hold: %s\n", line, claim);
    abort();
}

static void check_period(const struct zone *zone, enum zone_period period,
                         uint64_t at_ms)
{
    struct zone_window window = zone_window(zone, period, at_ms);
    struct zone_window next = zone_window(zone, period, window.end_ms);

    MUST(window.start_ms <= at_ms);
    MUST(window.end_ms > at_ms);
    MUST(next.start_ms == window.end_ms);
}

static void check_at(const struct zone *zone, uint64_t at_ms)
{
    char text[ZONE_TIME_MAX];
    struct zone_window day = zone_window(zone, ZONE_DAY, at_ms);
    struct zone_window month = zone_window(zone, ZONE_MONTH, at_ms);

    check_period(zone, ZONE_DAY, at_ms);
    check_period(zone, ZONE_WEEK, at_ms);
    check_period(zone, ZONE_MONTH, at_ms);
    MUST(month.start_ms <= day.start_ms && day.end_ms <= month.end_ms);
    zone_format(zone, at_ms, text);
    MUST(strlen(text) < sizeof(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *file = mem_strndup((const char *)data, size);
    struct err err;
    struct zone *zone =
        zone_parse(STR("fuzzed"), (struct str){ file, size }, &err);
    uint64_t at_ms = 0;

    for (size_t i = 0; zone && i < 64; i++) {
        check_at(zone, at_ms);
        at_ms += 1000 * (3600 * 24 * 97 + 3601 * i);
    }
    zone_free(zone);
    mem_free(file);
    return 0;
}
