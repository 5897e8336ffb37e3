// SPDX-License-Identifier: MIT
/* A zone: its changes as a TZif file lists them, and the rule behind the last. */
#include "base/zone.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/zone_rule.h"

/* RFC 9636 asks for less, so that 26 hours cover every zone. */
#define OFFSET_MAX_S (26 * 3600)

struct zone {
    char name[ZONE_NAME_MAX + 1];
    int32_t first_s; /* before the first change */
    size_t count;
    int64_t *at_s;      /* the changes, ascending */
    int32_t *offsets_s; /* from each on */
    bool has_rule;      /* behind the last */
    struct zone_rule rule;
};

static const struct zone utc = { .name = "UTC" };

const struct zone *zone_utc(void)
{
    return &utc;
}

void zone_free(struct zone *zone)
{
    if (!zone)
        return;
    mem_free(zone->at_s);
    mem_free(zone->offsets_s);
    mem_free(zone);
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

/* ---- a fixed distance --------------------------------------------------- */

static bool two_digits(const char *at, uint64_t max, int32_t *value)
{
    uint64_t number;

    if (!str_to_u64((struct str){ at, 2 }, max, &number))
        return false;
    *value = (int32_t)number;
    return true;
}

struct zone *zone_fixed(struct str name)
{
    int32_t hours;
    int32_t minutes;
    struct zone *zone;

    if (name.len != 6 || (name.at[0] != '+' && name.at[0] != '-') ||
        name.at[3] != ':' || !two_digits(name.at + 1, 18, &hours) ||
        !two_digits(name.at + 4, 59, &minutes) || minutes % 15 != 0)
        return NULL; /* what is used is counted by quarter hours */
    zone = MEM_NEW(struct zone);
    text_copy(zone->name, sizeof(zone->name), name);
    zone->first_s = (hours * 60 + minutes) * 60;
    if (name.at[0] == '-')
        zone->first_s = -zone->first_s;
    return zone;
}

/* ---- a file ------------------------------------------------------------- */

#define HEAD_LEN 44

/* The counts of a block, and where each of its parts begins. */
struct block {
    uint64_t times;
    uint64_t types;
    uint64_t leaps;
    const char *at; /* behind the head */
    size_t time_len;
    size_t len;
};

static int64_t big_endian(const char *at, size_t len)
{
    uint64_t value = len == 4 && (at[0] & 0x80) ? UINT64_MAX : 0;

    for (size_t i = 0; i < len; i++)
        value = value << 8 | (unsigned char)at[i];
    return (int64_t)value;
}

/* Takes one block off the front of `file`. */
static bool take_block(struct str *file, size_t time_len, struct block *block)
{
    uint64_t counts[6];

    if (file->len < HEAD_LEN || !str_starts(*file, STR("TZif")) ||
        file->at[4] < '2')
        return false;
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        counts[i] = (uint32_t)big_endian(file->at + 20 + 4 * i, 4);
    block->leaps = counts[2];
    block->times = counts[3];
    block->types = counts[4];
    block->time_len = time_len;
    block->at = file->at + HEAD_LEN;
    *file = str_from(*file, HEAD_LEN);
    block->len =
        (size_t)(counts[3] * (time_len + 1) + counts[4] * 6 + counts[5] +
                 counts[2] * (time_len + 4) + counts[1] + counts[0]);
    if (block->len > file->len)
        return false;
    *file = str_from(*file, block->len);
    return true;
}

/* Of the type with that number; false if there is none, or it is too far. */
static bool type_offset(const struct block *block, size_t type, int32_t *offset)
{
    const char *types = block->at + block->times * (block->time_len + 1);

    if (type >= block->types)
        return false;
    *offset = (int32_t)big_endian(types + 6 * type, 4);
    return *offset > -OFFSET_MAX_S && *offset < OFFSET_MAX_S;
}

static bool take_changes(struct zone *zone, const struct block *block)
{
    const char *types = block->at + block->times * block->time_len;

    zone->count = block->times;
    zone->at_s = mem_zalloc((zone->count + 1) * sizeof(int64_t));
    zone->offsets_s = mem_zalloc((zone->count + 1) * sizeof(int32_t));
    for (size_t i = 0; i < zone->count; i++) {
        zone->at_s[i] =
            big_endian(block->at + i * block->time_len, block->time_len);
        if (i > 0 && zone->at_s[i] <= zone->at_s[i - 1])
            return false;
        if (!type_offset(block, (unsigned char)types[i], &zone->offsets_s[i]))
            return false;
    }
    return type_offset(block, 0, &zone->first_s);
}

/* The footer: "\n", the rule or nothing, "\n". */
static bool take_rule(struct zone *zone, struct str rest)
{
    size_t end;

    if (rest.len < 2 || rest.at[0] != '\n')
        return false;
    rest = str_from(rest, 1);
    end = str_index(rest, '\n');
    if (end == rest.len)
        return false;
    zone->has_rule = end > 0;
    return end == 0 || zone_rule_parse(str_sub(rest, 0, end), &zone->rule);
}

static bool take_file(struct zone *zone, struct str file, struct err *err)
{
    struct block old;
    struct block block;

    if (!take_block(&file, 4, &old) || !take_block(&file, 8, &block))
        return err_set(err, ERR_BAD_REQUEST,
                       "the time zone %s is not a TZif file of version 2 or "
                       "later",
                       zone->name);
    if (block.leaps > 0)
        return err_set(err, ERR_BAD_REQUEST,
                       "the time zone %s counts leap seconds: name one without "
                       "(not below right/)",
                       zone->name);
    if (!take_changes(zone, &block) || !take_rule(zone, file))
        return err_set(err, ERR_BAD_REQUEST,
                       "the file of the time zone %s is damaged", zone->name);
    return true;
}

struct zone *zone_parse(struct str name, struct str file, struct err *err)
{
    struct zone *zone = MEM_NEW(struct zone);

    text_copy(zone->name, sizeof(zone->name), name);
    if (take_file(zone, file, err))
        return zone;
    zone_free(zone);
    return NULL;
}

/* ---- local time --------------------------------------------------------- */

/* The last change that is not behind `at_s`; there is one. */
static size_t find_change(const struct zone *zone, int64_t at_s)
{
    size_t low = 0;
    size_t high = zone->count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (zone->at_s[middle] <= at_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static struct zone_span span_at(const struct zone *zone, int64_t at_s)
{
    size_t i;

    if (zone->count > 0 && at_s < zone->at_s[0])
        return (struct zone_span){ zone->first_s, zone->at_s[0] };
    if (zone->has_rule &&
        (zone->count == 0 || at_s >= zone->at_s[zone->count - 1]))
        return zone_rule_at(&zone->rule, at_s);
    if (zone->count == 0)
        return (struct zone_span){ zone->first_s, INT64_MAX };
    i = find_change(zone, at_s);
    return (struct zone_span){ zone->offsets_s[i], i + 1 < zone->count
                                                       ? zone->at_s[i + 1]
                                                       : INT64_MAX };
}

int32_t zone_offset_s(const struct zone *zone, int64_t at_s)
{
    return span_at(zone, at_s).offset_s;
}

/* When local time is first there or beyond: clocks that are put back do not begin a
   day twice, those that are put forward may begin it late. */
static int64_t first_at(const struct zone *zone, int64_t local_s)
{
    int64_t at_s = local_s - OFFSET_MAX_S;

    for (;;) {
        struct zone_span span = span_at(zone, at_s);
        int64_t there = local_s - span.offset_s;

        if (there < at_s)
            there = at_s;
        if (there < span.until_s)
            return there;
        at_s = span.until_s;
    }
}

static int64_t day_begins(const struct zone *zone, int64_t day)
{
    return first_at(zone, day * DAY_S);
}

/* The day which that moment is in. */
static int64_t day_at(const struct zone *zone, int64_t at_s)
{
    int64_t day = zone_floor(at_s + zone_offset_s(zone, at_s), DAY_S);

    while (day_begins(zone, day + 1) <= at_s)
        day++;
    return day;
}

static uint64_t to_ms(int64_t at_s)
{
    return at_s > 0 ? (uint64_t)at_s * 1000 : 0;
}

/* ---- the calendar ------------------------------------------------------- */

struct days {
    int64_t first;
    int64_t next;
};

static struct days month_of(int64_t day)
{
    struct zone_date date = zone_date_of(day);
    bool last = date.month == 12;

    return (struct days){ zone_days_of(date.year, date.month, 1),
                          zone_days_of(date.year + (last ? 1 : 0),
                                       last ? 1 : date.month + 1, 1) };
}

static struct days days_of(enum zone_period period, int64_t day)
{
    /* 1970-01-01 was a Thursday. */
    int64_t since_monday = day + 3 - zone_floor(day + 3, 7) * 7;

    switch (period) {
    case ZONE_MONTH:
        return month_of(day);
    case ZONE_WEEK:
        return (struct days){ day - since_monday, day - since_monday + 7 };
    case ZONE_DAY:
        break;
    }
    return (struct days){ day, day + 1 };
}

/* Far beyond every date that is meant. */
#define AT_MAX_S ((int64_t)1 << 40)
/* 9999-12-31 23:59:59: later times are written so. */
#define LAST_S ((int64_t)253402300799)

int64_t zone_day(const struct zone *zone, uint64_t at_ms)
{
    return day_at(zone,
                  at_ms / 1000 < AT_MAX_S ? (int64_t)(at_ms / 1000) : AT_MAX_S);
}

uint64_t zone_day_ms(const struct zone *zone, int64_t day)
{
    return to_ms(day_begins(zone, day));
}

struct zone_window zone_window(const struct zone *zone, enum zone_period period,
                               uint64_t at_ms)
{
    struct days days = days_of(period, zone_day(zone, at_ms));

    return (struct zone_window){ to_ms(day_begins(zone, days.first)),
                                 to_ms(day_begins(zone, days.next)) };
}

uint64_t zone_date_ms(const struct zone *zone, int64_t year, unsigned month,
                      unsigned day)
{
    return to_ms(day_begins(zone, zone_days_of(year, month, day)));
}

/* A moment as clocks there show it. */
struct local {
    struct zone_date date;
    unsigned hour;
    unsigned minute;
    unsigned second;
};

static struct local local_at(const struct zone *zone, uint64_t second)
{
    int64_t at_s = second < AT_MAX_S ? (int64_t)second : AT_MAX_S;
    int64_t there_s = at_s + zone_offset_s(zone, at_s);
    int64_t local_s = there_s < LAST_S ? there_s : LAST_S;
    int64_t day = zone_floor(local_s, DAY_S);
    unsigned of_day = (unsigned)(local_s - day * DAY_S);

    return (struct local){ .date = zone_date_of(day),
                           .hour = of_day / 3600,
                           .minute = of_day / 60 % 60,
                           .second = of_day % 60 };
}

void zone_format(const struct zone *zone, uint64_t at_ms,
                 char out[ZONE_TIME_MAX])
{
    struct local local = local_at(zone, at_ms / 1000);

    (void)snprintf(out, ZONE_TIME_MAX, "%04lld-%02u-%02u %02u:%02u (%s)",
                   (long long)local.date.year, local.date.month, local.date.day,
                   local.hour, local.minute, zone->name);
}

void zone_format_second(const struct zone *zone, uint64_t at_ms,
                        char out[ZONE_TIME_MAX])
{
    struct local local = local_at(zone, at_ms / 1000 + (at_ms % 1000 > 0));

    (void)snprintf(out, ZONE_TIME_MAX, "%04lld-%02u-%02u %02u:%02u:%02u (%s)",
                   (long long)local.date.year, local.date.month, local.date.day,
                   local.hour, local.minute, local.second, zone->name);
}
