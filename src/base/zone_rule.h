// SPDX-License-Identifier: MIT
/* The rule by which a zone changes its clocks from some time on, for ever: a POSIX TZ
   text such as "CET-1CEST,M3.5.0,M10.5.0/3", with the hours that RFC 9636 allows
   beside it.  And the calendar under it.  Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "base/str.h"

#define DAY_S 86400

enum zone_rule_day {
    ZONE_RULE_JULIAN, /* Jn: 1 to 365, 29 February never counted */
    ZONE_RULE_INDEX,  /* n: 0 to 365 */
    ZONE_RULE_WEEK,   /* Mm.w.d: week 5 is the last one */
};

struct zone_rule_date {
    enum zone_rule_day kind;
    unsigned month;
    unsigned week;
    unsigned day;
    int32_t time_s; /* of local time; may lie in another day */
};

struct zone_rule {
    int32_t standard_s; /* ahead of UTC */
    int32_t summer_s;   /* likewise; the same without summer time */
    bool has_summer;
    struct zone_rule_date begins; /* in standard time */
    struct zone_rule_date ends;   /* in summer time */
};

/* How far local time is ahead, and until when (not with it); INT64_MAX: for ever. */
struct zone_span {
    int32_t offset_s;
    int64_t until_s;
};

bool zone_rule_parse(struct str text, struct zone_rule *rule) MUST_CHECK;
struct zone_span zone_rule_at(const struct zone_rule *rule, int64_t at_s);

struct zone_date {
    int64_t year;
    unsigned month; /* 1 to 12 */
    unsigned day;   /* 1 to 31 */
};

/* Days since 1970-01-01, of the proleptic Gregorian calendar, and back. */
int64_t zone_days_of(int64_t year, unsigned month, unsigned day);
struct zone_date zone_date_of(int64_t days);
/* Division that rounds down. */
int64_t zone_floor(int64_t value, int64_t by);
