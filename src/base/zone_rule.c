// SPDX-License-Identifier: MIT
/* A POSIX TZ text, and the days it names. */
#include "base/zone_rule.h"

#include <string.h>

#define HOURS_MAX 167 /* of a rule's time of day */

/* ---- the calendar ------------------------------------------------------- */

int64_t zone_floor(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

/* Years begin in March here, so that the leap day is the last one; 400 of them, an
   era, have 146,097 days. */
int64_t zone_days_of(int64_t year, unsigned month, unsigned day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = zone_floor(y, 400);
    int64_t in_era = y - era * 400;
    int64_t in_year =
        (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 +
        (int64_t)day - 1;

    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year -
           719468;
}

struct zone_date zone_date_of(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = zone_floor(z, 146097);
    int64_t in_era = z - era * 146097;
    int64_t years =
        (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * years + years / 4 - years / 100);
    int64_t m = (5 * in_year + 2) / 153;
    unsigned month = (unsigned)(m < 10 ? m + 3 : m - 9);

    return (struct zone_date){
        .year = years + era * 400 + (month <= 2 ? 1 : 0),
        .month = month,
        .day = (unsigned)(in_year - (153 * m + 2) / 5 + 1),
    };
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* ---- the text ----------------------------------------------------------- */

static bool take(struct str *text, char c)
{
    if (text->len == 0 || text->at[0] != c)
        return false;
    *text = str_from(*text, 1);
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* At most three digits. */
static bool take_number(struct str *text, unsigned max, unsigned *value)
{
    size_t len = 0;
    uint64_t number;

    while (len < text->len && len < 4 && is_digit(text->at[len]))
        len++;
    if (len > 3 || !str_to_u64(str_sub(*text, 0, len), max, &number))
        return false;
    *text = str_from(*text, len);
    *value = (unsigned)number;
    return true;
}

/* "CET", or in quotes "<+0330>". */
static bool take_name(struct str *text)
{
    bool quoted = take(text, '<');
    size_t len = 0;

    while (len < text->len &&
           (is_letter(text->at[len]) ||
            (quoted && (is_digit(text->at[len]) || text->at[len] == '+' ||
                        text->at[len] == '-'))))
        len++;
    *text = str_from(*text, len);
    return len >= 3 && (!quoted || take(text, '>'));
}

/* "[+-]h[h[h]][:mm[:ss]]" */
static bool take_time(struct str *text, unsigned hours_max, int32_t *seconds)
{
    bool negative = take(text, '-');
    unsigned part[3] = { 0 };

    if (!negative)
        (void)take(text, '+');
    if (!take_number(text, hours_max, &part[0]))
        return false;
    for (size_t i = 1; i < COUNT_OF(part) && take(text, ':'); i++) {
        if (!take_number(text, 59, &part[i]))
            return false;
    }
    *seconds = (int32_t)(part[0] * 3600 + part[1] * 60 + part[2]);
    if (negative)
        *seconds = -*seconds;
    return true;
}

static bool take_day(struct str *text, struct zone_rule_date *date)
{
    if (take(text, 'M')) {
        date->kind = ZONE_RULE_WEEK;
        return take_number(text, 12, &date->month) && date->month >= 1 &&
               take(text, '.') && take_number(text, 5, &date->week) &&
               date->week >= 1 && take(text, '.') &&
               take_number(text, 6, &date->day);
    }
    if (take(text, 'J')) {
        date->kind = ZONE_RULE_JULIAN;
        return take_number(text, 365, &date->day) && date->day >= 1;
    }
    date->kind = ZONE_RULE_INDEX;
    return take_number(text, 365, &date->day);
}

static bool take_date(struct str *text, struct zone_rule_date *date)
{
    date->time_s = 2 * 3600;
    return take(text, ',') && take_day(text, date) &&
           (!take(text, '/') || take_time(text, HOURS_MAX, &date->time_s));
}

/* The text counts westwards. */
static bool take_offset(struct str *text, int32_t *offset)
{
    if (!take_time(text, 24, offset))
        return false;
    *offset = -*offset;
    return true;
}

bool zone_rule_parse(struct str text, struct zone_rule *rule)
{
    memset(rule, 0, sizeof(*rule));
    if (!take_name(&text) || !take_offset(&text, &rule->standard_s))
        return false;
    rule->summer_s = rule->standard_s;
    if (text.len == 0)
        return true;
    rule->has_summer = true;
    rule->summer_s = rule->standard_s + 3600;
    if (!take_name(&text))
        return false;
    if (text.len > 0 && text.at[0] != ',' &&
        !take_offset(&text, &rule->summer_s))
        return false;
    return take_date(&text, &rule->begins) && take_date(&text, &rule->ends) &&
           text.len == 0;
}

/* ---- the changes of a year ---------------------------------------------- */

static int64_t week_day(int64_t year, const struct zone_rule_date *date)
{
    int64_t first = zone_days_of(year, date->month, 1);
    int64_t after = date->month == 12 ? zone_days_of(year + 1, 1, 1)
                                      : zone_days_of(year, date->month + 1, 1);
    /* 1970-01-01 was a Thursday. */
    int64_t weekday = first + 4 - zone_floor(first + 4, 7) * 7;
    int64_t day = first + ((int64_t)date->day + 7 - weekday) % 7 +
                  7 * ((int64_t)date->week - 1);

    return day < after ? day : day - 7;
}

static int64_t day_of(int64_t year, const struct zone_rule_date *date)
{
    int64_t first = zone_days_of(year, 1, 1);

    switch (date->kind) {
    case ZONE_RULE_WEEK:
        return week_day(year, date);
    case ZONE_RULE_JULIAN:
        return first + date->day - 1 + (is_leap(year) && date->day >= 60);
    case ZONE_RULE_INDEX:
        break;
    }
    return first + date->day;
}

struct change {
    int64_t at_s;
    int32_t offset_s;
};

/* In order of time.  Where summer ends as it begins again, as in a zone that keeps it
   all the year, it goes on: the end stands in front. */
static void add_change(struct change *changes, size_t count,
                       struct change change)
{
    size_t at = count;

    while (at > 0 && changes[at - 1].at_s > change.at_s) {
        changes[at] = changes[at - 1];
        at--;
    }
    changes[at] = change;
}

#define YEARS 4

static void list_changes(const struct zone_rule *rule, int64_t year,
                         struct change changes[2 * YEARS])
{
    size_t count = 0;

    for (int64_t y = year - 2; y < year - 2 + YEARS; y++)
        add_change(changes, count++,
                   (struct change){ day_of(y, &rule->ends) * DAY_S +
                                        rule->ends.time_s - rule->summer_s,
                                    rule->standard_s });
    for (int64_t y = year - 2; y < year - 2 + YEARS; y++)
        add_change(changes, count++,
                   (struct change){ day_of(y, &rule->begins) * DAY_S +
                                        rule->begins.time_s - rule->standard_s,
                                    rule->summer_s });
}

struct zone_span zone_rule_at(const struct zone_rule *rule, int64_t at_s)
{
    struct zone_span span = { rule->standard_s, INT64_MAX };
    struct change changes[2 * YEARS];

    if (!rule->has_summer)
        return span;
    list_changes(rule, zone_date_of(zone_floor(at_s, DAY_S)).year, changes);
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        if (changes[i].at_s > at_s) {
            span.until_s = changes[i].at_s;
            break;
        }
        span.offset_s = changes[i].offset_s;
    }
    return span;
}
