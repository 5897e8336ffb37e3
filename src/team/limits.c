// SPDX-License-Identifier: MIT
/* The table of limits, and how people read and write them. */
#include "team/limits.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

const struct limit_kind limit_kinds[LIMIT_COUNT] = {
    [LIMIT_RPM] = { "rpm", "requests a minute", LIMIT_IN_REQUESTS,
                    LIMIT_PER_MINUTE },
    [LIMIT_TPM_IN] = { "tpm_in", "input tokens a minute", LIMIT_IN_TOKENS,
                       LIMIT_PER_MINUTE },
    [LIMIT_TPM_OUT] = { "tpm_out", "output tokens a minute", LIMIT_IN_TOKENS,
                        LIMIT_PER_MINUTE },
    [LIMIT_RPD] = { "rpd", "requests a day", LIMIT_IN_REQUESTS, LIMIT_PER_DAY },
    [LIMIT_CONCURRENCY] = { "concurrency", "requests at once",
                            LIMIT_IN_REQUESTS, LIMIT_AT_ONCE },
    [LIMIT_COST_5H] = { "cost_5h", "in 5 hours", LIMIT_IN_MICROUSD,
                        LIMIT_PER_5H },
    [LIMIT_COST_DAY] = { "cost_day", "a day", LIMIT_IN_MICROUSD,
                         LIMIT_PER_DAY },
    [LIMIT_COST_WEEK] = { "cost_week", "a week", LIMIT_IN_MICROUSD,
                          LIMIT_PER_WEEK },
    [LIMIT_COST_MONTH] = { "cost_month", "a month", LIMIT_IN_MICROUSD,
                           LIMIT_PER_MONTH },
    [LIMIT_COST_TOTAL] = { "cost_total", "in total", LIMIT_IN_MICROUSD,
                           LIMIT_FOR_EVER },
};

void limits_init(struct limits *limits)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        limits->at[i] = LIMIT_NONE;
}

bool limits_any(const struct limits *limits)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (limits->at[i] != LIMIT_NONE)
            return true;
    }
    return false;
}

bool limits_any_cost(const struct limits *limits)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (limit_kinds[i].unit == LIMIT_IN_MICROUSD &&
            limits->at[i] != LIMIT_NONE)
            return true;
    }
    return false;
}

bool limit_find(struct str name, enum limit *limit)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (str_eq(name, str_of(limit_kinds[i].name))) {
            *limit = (enum limit)i;
            return true;
        }
    }
    return false;
}

/* ---- reading ------------------------------------------------------------ */

#define DECIMALS 6
#define MICRO 1000000ull

/* "3", "3.1", ".5" is none; no sign, no exponent. */
static bool parse_money(struct str text, uint64_t *value)
{
    size_t point = str_index(text, '.');
    struct str decimals = str_from(text, point + 1);
    uint64_t part = 0;
    uint64_t whole;

    if (!str_to_u64(str_sub(text, 0, point), LIMIT_MICROUSD_MAX / MICRO,
                    &whole) ||
        decimals.len > DECIMALS ||
        (point < text.len && !str_to_u64(decimals, MICRO, &part)))
        return false;
    for (size_t i = decimals.len; i < DECIMALS; i++)
        part *= 10;
    *value = whole * MICRO + part;
    return *value <= LIMIT_MICROUSD_MAX;
}

bool limit_parse(enum limit limit, struct str text, uint64_t *value,
                 struct err *err)
{
    const struct limit_kind *kind = &limit_kinds[limit];
    char shown[40];

    text_copy(shown, sizeof(shown), text);
    if (kind->unit == LIMIT_IN_MICROUSD)
        return parse_money(text, value) ||
               err_set(
                   err, ERR_BAD_REQUEST,
                   "the limit %s is in dollars, such as 10 or 2.50, with at "
                   "most 6 decimals and at most 1000000000, not \"%s\"",
                   kind->name, shown);
    return str_to_u64(text, LIMIT_COUNT_MAX, value) ||
           err_set(err, ERR_BAD_REQUEST,
                   "the limit %s is a whole number from 0 to %llu (%s), not "
                   "\"%s\"",
                   kind->name, LIMIT_COUNT_MAX, kind->words, shown);
}

/* ---- writing ------------------------------------------------------------ */

/* Behind the point; zeros at the end are left out, down to `least`. */
static void add_decimals(char *out, uint64_t part, size_t least)
{
    char digits[DECIMALS + 1];
    size_t len = DECIMALS;

    (void)snprintf(digits, sizeof(digits), "%06llu",
                   (unsigned long long)(part % MICRO));
    while (len > least && digits[len - 1] == '0')
        len--;
    digits[len] = '\0';
    if (len > 0)
        (void)snprintf(out + strlen(out), LIMIT_TEXT_MAX - strlen(out), ".%s",
                       digits);
}

static void add_grouped(char *out, uint64_t value)
{
    char digits[24];
    int len =
        snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
    size_t at = strlen(out);

    for (int i = 0; i < len && at + 2 < LIMIT_TEXT_MAX; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

void limit_format(enum limit limit, uint64_t value, char out[LIMIT_TEXT_MAX])
{
    bool money = limit_kinds[limit].unit == LIMIT_IN_MICROUSD;

    text_copy(out, LIMIT_TEXT_MAX, money ? STR("$") : STR_EMPTY);
    add_grouped(out, money ? value / MICRO : value);
    if (money)
        add_decimals(out, value, 2);
}

void limit_format_time(enum limit limit, const struct zone *zone,
                       uint64_t opens_ms, char out[ZONE_TIME_MAX])
{
    if (limit_kinds[limit].window == LIMIT_PER_MINUTE)
        zone_format_second(zone, opens_ms, out);
    else
        zone_format(zone, opens_ms, out);
}

void limit_write(enum limit limit, uint64_t value, char out[LIMIT_TEXT_MAX])
{
    bool money = limit_kinds[limit].unit == LIMIT_IN_MICROUSD;

    (void)snprintf(out, LIMIT_TEXT_MAX, "%llu",
                   (unsigned long long)(money ? value / MICRO : value));
    if (money)
        add_decimals(out, value, 0);
}

void limit_set(struct json_doc *doc, const char *member, enum limit limit,
               uint64_t value)
{
    bool money = limit_kinds[limit].unit == LIMIT_IN_MICROUSD;

    if (money && value % MICRO > 0)
        json_doc_set(doc, member,
                     json_doc_new_number((double)value / (double)MICRO));
    else
        json_doc_set_u64(doc, member, money ? value / MICRO : value);
}

struct json_doc *limits_doc(const struct limits *limits)
{
    struct json_doc *doc = json_doc_new_object();

    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (limits->at[i] != LIMIT_NONE)
            limit_set(doc, limit_kinds[i].name, (enum limit)i, limits->at[i]);
    }
    return doc;
}

/* ---- refusing ----------------------------------------------------------- */

/* SDKs wait so long by themselves; whoever would have to wait longer is told at
   once. */
#define PATIENCE_MS 61000
/* Clients give up at once when they are asked to wait for longer. */
#define RETRY_MAX_MS 60000
/* When a request under way ends is not known. */
#define SLOT_WAIT_MS 1000

#define PART_MAX 160

static uint64_t wait_ms(const struct limit_refusal *why)
{
    if (why->opens_ms == 0 && why->need <= why->at)
        return SLOT_WAIT_MS;
    return why->opens_ms > why->now_ms ? why->opens_ms - why->now_ms : 0;
}

/* Budgets are not retried; neither is what opens much later, or never. */
static enum err_code code_of(const struct limit_refusal *why)
{
    uint64_t wait = wait_ms(why);

    if (limit_kinds[why->limit].unit == LIMIT_IN_MICROUSD)
        return ERR_BUDGET;
    return wait > 0 && wait <= PATIENCE_MS ? ERR_RATE : ERR_QUOTA;
}

/* "$2.00 more is", "1 more is", "2 more are". */
static const char *is_or_are(const struct limit_refusal *why)
{
    return why->reserved == 1 ||
                   limit_kinds[why->limit].unit == LIMIT_IN_MICROUSD
               ? "is"
               : "are";
}

static void say_held(const struct limit_refusal *why, char out[PART_MAX])
{
    char held[LIMIT_TEXT_MAX];

    limit_format(why->limit, why->reserved, held);
    if (why->reserved > 0 && why->limit != LIMIT_CONCURRENCY)
        (void)snprintf(out, PART_MAX, ", %s more %s held by requests under way",
                       held, is_or_are(why));
    else
        out[0] = '\0';
}

/* What this one needs, where that is more than one. */
static void say_need(const struct limit_refusal *why, char out[PART_MAX])
{
    char need[LIMIT_TEXT_MAX];
    bool money = limit_kinds[why->limit].unit == LIMIT_IN_MICROUSD;

    limit_format(why->limit, why->need, need);
    if (why->need == UINT64_MAX)
        (void)snprintf(out, PART_MAX,
                       ", and nothing bounds what this request may %s",
                       money ? "cost" : "use");
    else if (money || limit_kinds[why->limit].unit == LIMIT_IN_TOKENS)
        (void)snprintf(out, PART_MAX, ", and this request may %s %s",
                       money ? "cost" : "use", need);
    else
        out[0] = '\0';
}

/* It is in the way for some time, and not for ever. */
static bool opens(const struct limit_refusal *why)
{
    return why->at > 0 && why->need <= why->at && why->opens_ms > 0;
}

static void say_when(const struct limit_refusal *why, char out[PART_MAX])
{
    char time[ZONE_TIME_MAX];

    if (why->limit == LIMIT_CONCURRENCY && why->at > 0) {
        (void)snprintf(out, PART_MAX, "try again when one of them has ended");
    } else if (why->at == 0) {
        (void)snprintf(out, PART_MAX, "it allows nothing at all");
    } else if (why->need > why->at) {
        (void)snprintf(out, PART_MAX,
                       "that is more than the limit ever allows");
    } else if (why->opens_ms > 0) {
        limit_format_time(why->limit, why->zone, why->opens_ms, time);
        (void)snprintf(out, PART_MAX, "it opens again %s", time);
    } else if (limit_kinds[why->limit].window == LIMIT_FOR_EVER &&
               why->used > 0) {
        (void)snprintf(out, PART_MAX,
                       "it opens again when the limit is raised");
    } else {
        (void)snprintf(out, PART_MAX,
                       "it opens again when requests under way have ended");
    }
}

bool limit_refuse(const struct limit_refusal *why, const char *key,
                  const char *group, struct err *err)
{
    const struct limit_kind *kind = &limit_kinds[why->limit];
    uint64_t wait = wait_ms(why);
    char used[LIMIT_TEXT_MAX];
    char at[LIMIT_TEXT_MAX];
    char held[PART_MAX];
    char need[PART_MAX];
    char when[PART_MAX];

    limit_format(why->limit, why->used, used);
    limit_format(why->limit, why->at, at);
    say_held(why, held);
    say_need(why, need);
    say_when(why, when);
    err_set(err, code_of(why), "%s %s has used %s of %s %s (limit %s)%s%s: %s",
            why->of_group ? "the group" : "the key",
            why->of_group ? group : key, used, at, kind->words, kind->name,
            held, need, when);
    if (err->code == ERR_RATE && wait > RETRY_MAX_MS)
        wait = RETRY_MAX_MS;
    err_opens_at(err, opens(why) ? why->opens_ms : 0);
    return err_retry_after(err, wait);
}
