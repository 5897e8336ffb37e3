// SPDX-License-Identifier: MIT
/* The iterations of an answer, and what was used in all. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/token.h"
#include "usage/meter_internal.h"

void meter_take_model(char to[SIFT_TEXT_MAX + 1], struct str model)
{
    text_copy(to, SIFT_TEXT_MAX + 1,
              token_is_in(model) ? STR(METER_MODEL_ODD) : model);
}

static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void add_counts(uint64_t to[METER_COUNTS],
                       const uint64_t counts[METER_COUNTS])
{
    for (size_t i = 0; i < METER_COUNTS; i++)
        to[i] =
            sum_of(to[i], i == METER_CACHE_WRITE ? meter_cache_writes(counts)
                                                 : counts[i]);
}

/* How many of the borders it lies beyond. */
static size_t class_of(const struct meter_borders *borders, uint64_t prompt)
{
    size_t class = 0;

    while (borders && class < borders->count && prompt > borders->at[class])
        class ++;
    return class;
}

/* The last place is for all that have none of their own. */
static struct meter_part *part_of(const struct meter_usage *told)
{
    struct meter_parts *parts = told->parts;
    const char *model = parts->reading.model;
    size_t class = class_of(told->borders, parts->reading.prompt);

    for (size_t i = 0; i < parts->count; i++) {
        if (strcmp(parts->at[i].model, model) == 0 &&
            class_of(told->borders, parts->at[i].prompt) == class)
            return &parts->at[i];
    }
    if (parts->count == METER_PARTS_MAX)
        return &parts->at[METER_PARTS_MAX - 1];
    if (parts->count == METER_PARTS_MAX - 1)
        model = METER_MODEL_ODD;
    text_copy(parts->at[parts->count].model, sizeof(parts->at[0].model),
              str_of(model));
    return &parts->at[parts->count++];
}

static void end_part(const struct meter_usage *told)
{
    struct meter_parts *parts = told->parts;
    struct meter_part *part;

    parts->reading.prompt = meter_prompt(parts->reading.counts);
    part = part_of(told);
    add_counts(part->counts, parts->reading.counts);
    if (parts->reading.prompt > part->prompt)
        part->prompt = parts->reading.prompt;
    if (!parts->apart)
        add_counts(parts->covered, parts->reading.counts);
    parts->reading = (struct meter_part){ .model = "" };
    parts->apart = false;
}

/* Each array tells of all iterations so far, and replaces what was told before. */
static void begin_parts(struct meter_usage *told)
{
    if (!told->parts)
        told->parts = MEM_NEW(struct meter_parts);
    else
        memcpy(told->counts, told->parts->top, sizeof(told->counts));
    *told->parts = (struct meter_parts){ .count = 0 };
    memcpy(told->parts->top, told->counts, sizeof(told->counts));
}

/* What the counts on top take in; any other, also one of a type that nobody here
   knows, is billed beside them. */
static bool is_in_top(struct str type)
{
    return str_eq(type, STR("message")) ||
           str_eq(type, STR("fallback_message"));
}

/* Its value begins, whatever it is. */
static void begin_part_member(struct meter_usage *told,
                              const struct sift_found *found)
{
    struct meter_parts *parts = told->parts;

    if (found->id == ITEM_PART && found->first == '[')
        begin_parts(told);
    else if (found->id == ITEM_PART_MODEL)
        text_copy(parts->reading.model, sizeof(parts->reading.model),
                  found->first == 'n' ? STR_EMPTY : STR(METER_MODEL_ODD));
    else if (found->id == ITEM_PART_TYPE)
        parts->apart = found->first != 'n';
}

void meter_parts_sum(struct meter_usage *told)
{
    uint64_t rest[METER_COUNTS];

    if (!told->parts)
        return;
    meter_rest(told, rest);
    for (size_t i = 0; i < METER_COUNTS; i++) {
        told->counts[i] = rest[i];
        for (size_t j = 0; j < told->parts->count; j++)
            told->counts[i] =
                sum_of(told->counts[i], told->parts->at[j].counts[i]);
    }
}

void meter_parts_take(struct meter_usage *told, const struct sift_found *found)
{
    struct meter_parts *parts = told->parts;

    if (found->begins)
        begin_part_member(told, found);
    else if (found->id == ITEM_PART)
        end_part(told);
    else if (found->id == ITEM_PART_TYPE)
        parts->apart = !is_in_top(found->text);
    else if (found->id == ITEM_PART_MODEL)
        meter_take_model(parts->reading.model, found->text);
    else
        parts->reading.counts[found->id - ITEM_PART_COUNT] = found->number;
}

uint64_t meter_cache_writes(const uint64_t counts[METER_COUNTS])
{
    uint64_t parts =
        sum_of(counts[METER_CACHE_WRITE_5M], counts[METER_CACHE_WRITE_1H]);
    uint64_t all = counts[METER_CACHE_WRITE];

    return parts > all ? parts : all;
}

uint64_t meter_prompt(const uint64_t counts[METER_COUNTS])
{
    return sum_of(sum_of(counts[METER_INPUT], counts[METER_CACHE_READ]),
                  meter_cache_writes(counts));
}

void meter_rest(const struct meter_usage *told, uint64_t rest[METER_COUNTS])
{
    static const uint64_t none[METER_COUNTS] = { 0 };
    const uint64_t *top = told->parts ? told->parts->top : told->counts;
    const uint64_t *covered = told->parts ? told->parts->covered : none;

    for (size_t i = 0; i < METER_COUNTS; i++) {
        uint64_t all =
            i == METER_CACHE_WRITE ? meter_cache_writes(top) : top[i];

        rest[i] = all > covered[i] ? all - covered[i] : 0;
    }
}

uint64_t meter_rated_input(const struct meter_usage *told)
{
    return sum_of(told->counts[METER_INPUT], meter_cache_writes(told->counts));
}
