// SPDX-License-Identifier: MIT
/* The usage of an answer. */
#include "usage/meter.h"

#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

/* ---- where it stands ---------------------------------------------------- */

/* Ids of members: an enum meter_count, or one of these. */
enum item {
    ITEM_MODEL = METER_COUNTS,
    ITEM_TIER,
    ITEM_START, /* the end of a message_start's message */
    ITEM_FINAL, /* the end of a usage that is the last word */
    ITEM_NONE,
    ITEM_PART, /* the array of iterations begins, or one of them ends */
    ITEM_PART_TYPE,
    ITEM_PART_MODEL,
    ITEM_PART_COUNT, /* and so on: one for each enum meter_count */
};

#define MEMBER(text, kind, id)                                                 \
    {                                                                          \
        { text, sizeof(text) - 1 }, kind, id, NULL, 0                          \
    }
#define NUMBER(text, count) MEMBER(text, SIFT_NUMBER, count)
#define TEXT(text, item) MEMBER(text, SIFT_TEXT, item)
#define OBJECT(text, item, members)                                            \
    {                                                                          \
        { text, sizeof(text) - 1 }, SIFT_OBJECT, item, members,                \
            COUNT_OF(members)                                                  \
    }

static const struct sift_node cache_creation[] = {
    NUMBER("ephemeral_5m_input_tokens", METER_CACHE_WRITE_5M),
    NUMBER("ephemeral_1h_input_tokens", METER_CACHE_WRITE_1H),
};
static const struct sift_node server_tool_use[] = {
    NUMBER("web_search_requests", METER_WEB_SEARCH),
};
#define PART_NUMBER(text, count) NUMBER(text, ITEM_PART_COUNT + (count))
static const struct sift_node part_cache_creation[] = {
    PART_NUMBER("ephemeral_5m_input_tokens", METER_CACHE_WRITE_5M),
    PART_NUMBER("ephemeral_1h_input_tokens", METER_CACHE_WRITE_1H),
};
static const struct sift_node iteration[] = {
    TEXT("type", ITEM_PART_TYPE),
    TEXT("model", ITEM_PART_MODEL),
    PART_NUMBER("input_tokens", METER_INPUT),
    PART_NUMBER("output_tokens", METER_OUTPUT),
    PART_NUMBER("cache_creation_input_tokens", METER_CACHE_WRITE),
    PART_NUMBER("cache_read_input_tokens", METER_CACHE_READ),
    OBJECT("cache_creation", ITEM_NONE, part_cache_creation),
};
static const struct sift_node usage[] = {
    NUMBER("input_tokens", METER_INPUT),
    NUMBER("output_tokens", METER_OUTPUT),
    NUMBER("cache_creation_input_tokens", METER_CACHE_WRITE),
    NUMBER("cache_read_input_tokens", METER_CACHE_READ),
    OBJECT("cache_creation", ITEM_NONE, cache_creation),
    OBJECT("server_tool_use", ITEM_NONE, server_tool_use),
    TEXT("service_tier", ITEM_TIER),
    { { "iterations", 10 },
      SIFT_ARRAY,
      ITEM_PART,
      iteration,
      COUNT_OF(iteration) },
};
static const struct sift_node object_members[] = {
    TEXT("model", ITEM_MODEL),
    OBJECT("usage", ITEM_FINAL, usage),
};
static const struct sift_node message[] = {
    TEXT("model", ITEM_MODEL),
    OBJECT("usage", ITEM_NONE, usage),
};
static const struct sift_node event_members[] = {
    OBJECT("message", ITEM_START, message),
    OBJECT("usage", ITEM_FINAL, usage),
};
static const struct sift_node roots[] = {
    [METER_JSON] = OBJECT("", ITEM_NONE, object_members),
    [METER_STREAM] = OBJECT("", ITEM_NONE, event_members),
};

/* ---- iterations --------------------------------------------------------- */

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

/* The last place is for all that have none of their own. */
static struct meter_part *part_of(struct meter_parts *parts, const char *model)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (strcmp(parts->at[i].model, model) == 0)
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

static void end_part(struct meter_parts *parts)
{
    add_counts(part_of(parts, parts->reading.model)->counts,
               parts->reading.counts);
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

static void note_count(struct meter_usage *told, const struct sift_found *found)
{
    told->counts[found->id] = found->number;
    told->known[found->id] = true;
    if (told->parts)
        told->parts->top[found->id] = found->number;
}

/* A usage is complete: of each count, all that was used. */
static void end_usage(struct meter_usage *told)
{
    uint64_t rest[METER_COUNTS];

    told->told++;
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

static void note_part(struct meter_usage *told, const struct sift_found *found)
{
    struct meter_parts *parts = told->parts;

    if (found->begins)
        begin_part_member(told, found);
    else if (found->id == ITEM_PART)
        end_part(parts);
    else if (found->id == ITEM_PART_TYPE)
        parts->apart = !is_in_top(found->text);
    else if (found->id == ITEM_PART_MODEL)
        text_copy(parts->reading.model, sizeof(parts->reading.model),
                  found->text);
    else
        parts->reading.counts[found->id - ITEM_PART_COUNT] = found->number;
}

/* ---- all that is told --------------------------------------------------- */

static void note(void *arg, const struct sift_found *found)
{
    struct meter_usage *told = arg;

    if (found->id >= ITEM_PART) {
        note_part(told, found);
        return;
    }
    if (found->begins)
        return;
    if (found->id < METER_COUNTS)
        note_count(told, found);
    if (found->id == ITEM_MODEL)
        text_copy(told->model, sizeof(told->model), found->text);
    if (found->id == ITEM_TIER)
        text_copy(told->service_tier, sizeof(told->service_tier), found->text);
    if (found->id == ITEM_FINAL)
        told->final = true;
    if (found->id == ITEM_START || found->id == ITEM_FINAL)
        end_usage(told);
}

/* ---- the lines of a stream ---------------------------------------------- */

/* Events by name; all others are skipped. */
enum event { EVENT_USAGE, EVENT_STOP, EVENT_ERROR, EVENT_OTHER };

static enum event event_of(struct str name)
{
    static const struct {
        struct str name;
        enum event event;
    } rows[] = {
        { { "message_start", 13 }, EVENT_USAGE },
        { { "message_delta", 13 }, EVENT_USAGE },
        { { "message_stop", 12 }, EVENT_STOP },
        { { "error", 5 }, EVENT_ERROR },
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (str_eq(rows[i].name, name))
            return rows[i].event;
    }
    return EVENT_OTHER;
}

static void add_to_word(struct meter *meter, struct str part)
{
    struct str fits = str_sub(part, 0, METER_WORD_MAX - meter->len);

    memcpy(meter->word + meter->len, fits.at, fits.len);
    meter->len += fits.len;
}

static struct str word_of(const struct meter *meter)
{
    return (struct str){ meter->word, meter->len };
}

/* A field's name ends with its colon; lines that begin with one are comments. */
static void end_field(struct meter *meter)
{
    struct str name = word_of(meter);

    if (!meter->begun && str_starts(name, STR("\xef\xbb\xbf")))
        name = str_from(name, 3);
    meter->line = METER_IN_REST;
    if (str_eq(name, STR("data")) && !meter->skipped)
        meter->line = METER_IN_DATA;
    else if (str_eq(name, STR("event")))
        meter->line = METER_IN_EVENT;
    meter->len = 0;
}

/* Part of a line, without what ends it. */
static void take_part(struct meter *meter, struct str part)
{
    size_t colon;

    if (meter->line == METER_AT_FIELD) {
        colon = str_index(part, ':');
        add_to_word(meter, str_sub(part, 0, colon));
        if (colon == part.len)
            return;
        end_field(meter);
        part = str_from(part, colon + 1);
    }
    if (meter->line == METER_IN_EVENT)
        add_to_word(meter, part);
    else if (meter->line == METER_IN_DATA)
        sift_feed(&meter->sift, part);
}

static void name_event(struct meter *meter)
{
    struct str name = str_trim(word_of(meter));
    enum event event = event_of(name);

    meter->skipped = event != EVENT_USAGE;
    meter->usage.stopped |= event == EVENT_STOP;
    meter->usage.failed |= event == EVENT_ERROR;
}

/* Lines of data belong together, one line end between them; an empty line ends
   the event. */
static void end_line(struct meter *meter)
{
    switch (meter->line) {
    case METER_AT_FIELD:
        if (meter->len > 0)
            break;
        meter->skipped = false;
        sift_restart(&meter->sift);
        break;
    case METER_IN_EVENT:
        name_event(meter);
        break;
    case METER_IN_DATA:
        sift_feed(&meter->sift, STR("\n"));
        break;
    case METER_IN_REST:
        break;
    }
    meter->line = METER_AT_FIELD;
    meter->begun = true;
    meter->len = 0;
}

/* Lines end with LF, CR or both.  `part` holds no LF; one stands behind it if
   `ended`. */
static void take_until_lf(struct meter *meter, struct str part, bool ended)
{
    size_t cr = str_index(part, '\r');

    while (cr < part.len) {
        take_part(meter, str_sub(part, 0, cr));
        end_line(meter);
        part = str_from(part, cr + 1);
        meter->after_cr = part.len == 0;
        cr = str_index(part, '\r');
    }
    if (part.len > 0) {
        meter->after_cr = false;
        take_part(meter, part);
    }
    if (ended && !meter->after_cr)
        end_line(meter);
    if (ended)
        meter->after_cr = false;
}

static void feed_lines(struct meter *meter, struct str bytes)
{
    while (bytes.len > 0) {
        size_t lf = str_index(bytes, '\n');

        take_until_lf(meter, str_sub(bytes, 0, lf), lf < bytes.len);
        bytes = str_from(bytes, lf + 1);
    }
}

/* ---- all of it ---------------------------------------------------------- */

void meter_init(struct meter *meter, enum meter_kind kind)
{
    *meter = (struct meter){ .kind = kind };
    sift_init(&meter->sift, &roots[kind], note, &meter->usage);
    sift_announce(&meter->sift);
}

void meter_done(struct meter *meter)
{
    mem_free(meter->usage.parts);
    meter->usage.parts = NULL;
}

void meter_feed(struct meter *meter, struct str bytes)
{
    switch (meter->kind) {
    case METER_JSON:
        sift_feed(&meter->sift, bytes);
        break;
    case METER_STREAM:
        feed_lines(meter, bytes);
        break;
    }
}

uint64_t meter_cache_writes(const uint64_t counts[METER_COUNTS])
{
    uint64_t parts =
        sum_of(counts[METER_CACHE_WRITE_5M], counts[METER_CACHE_WRITE_1H]);
    uint64_t all = counts[METER_CACHE_WRITE];

    return parts > all ? parts : all;
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
