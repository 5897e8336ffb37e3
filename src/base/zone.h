// SPDX-License-Identifier: MIT
/* Time zones, for the calendar: which day, week and month a moment belongs to, and
   how it is written.  Read from TZif files (RFC 9636) with the rule at their end, or
   a fixed distance from UTC.  Pure: the file's bytes are an argument (base/zones.h
   reads them), and no TZ variable or libc function has a say.  A zone never changes,
   so any thread may use it. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct zone;

#define ZONE_NAME_MAX 64
/* "2026-11-30 00:00 (America/Argentina/ComodRivadavia)" */
#define ZONE_TIME_MAX (ZONE_NAME_MAX + 32)

/* What there is always, and nobody frees. */
const struct zone *zone_utc(void);
/* From the bytes of a TZif file of version 2 or later.  NULL and err if they are
   none, or count leap seconds. */
struct zone *zone_parse(struct str name, struct str file,
                        struct err *err) MUST_CHECK;
/* "+08:00", "-03:30", up to 18 hours; NULL if `name` is not of that form. */
struct zone *zone_fixed(struct str name) MUST_CHECK;
/* NULL is fine; not for zone_utc(). */
void zone_free(struct zone *zone);

const char *zone_name(const struct zone *zone);

/* How far local time is ahead of UTC at that moment. */
int32_t zone_offset_s(const struct zone *zone, int64_t at_s);

enum zone_period {
    ZONE_DAY,
    ZONE_WEEK, /* from Monday */
    ZONE_MONTH,
};

/* A period of the calendar, in ms since 1970 UTC: from `start_ms` up to, but not
   with, `end_ms`.  Periods follow each other without gaps, and a moment is in exactly
   one: a day begins when local time first reaches its midnight or, where clocks
   skip that, what comes after it. */
struct zone_window {
    uint64_t start_ms;
    uint64_t end_ms;
};
struct zone_window zone_window(const struct zone *zone, enum zone_period period,
                               uint64_t at_ms);

/* Days by numbers, from 0 for 1970-01-01 there: the one which a moment is in, and the
   moment at which one begins (0 for those before 1970 UTC). */
int64_t zone_day(const struct zone *zone, uint64_t at_ms);
uint64_t zone_day_ms(const struct zone *zone, int64_t day);

/* The moment at which that date begins; months and days count from 1, and a day
   that the month does not have belongs to the next. */
uint64_t zone_date_ms(const struct zone *zone, int64_t year, unsigned month,
                      unsigned day);

/* "2026-11-30 00:00 (Asia/Shanghai)", to the minute. */
void zone_format(const struct zone *zone, uint64_t at_ms,
                 char out[ZONE_TIME_MAX]);
/* "2026-11-30 00:00:42 (Asia/Shanghai)": the first whole second by which that moment
   has come. */
void zone_format_second(const struct zone *zone, uint64_t at_ms,
                        char out[ZONE_TIME_MAX]);
