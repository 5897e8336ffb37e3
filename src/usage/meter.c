// SPDX-License-Identifier: MIT
/* The usage of an answer. */
#include "usage/meter_internal.h"

#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

/* ---- where it stands ---------------------------------------------------- */

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
#define PART_NUMBER(text, count)                                               \
    NUMBER(text, (int)ITEM_PART_COUNT + (int)(count))
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
    TEXT("speed", ITEM_SPEED),
    TEXT("inference_geo", ITEM_GEO),
    { { "iterations", 10 },
      SIFT_ARRAY,
      ITEM_PART,
      iteration,
      COUNT_OF(iteration) },
};
#define ARRAY(text, item, members)                                             \
    {                                                                          \
        { text, sizeof(text) - 1 }, SIFT_ARRAY, item, members,                 \
            COUNT_OF(members)                                                  \
    }
/* What running code has made, in the content of its result, which is a block: by no
   other way can whoever asks have a file_id of his choice told. */
static const struct sift_node made[] = { TEXT("file_id", ITEM_FILE) };
static const struct sift_node tool_result[] = {
    ARRAY("content", ITEM_NONE, made),
};
static const struct sift_node block[] = {
    OBJECT("content", ITEM_NONE, tool_result),
};
static const struct sift_node object_members[] = {
    TEXT("model", ITEM_MODEL),
    OBJECT("usage", ITEM_FINAL, usage),
    ARRAY("content", ITEM_NONE, block),
};
static const struct sift_node message[] = {
    TEXT("model", ITEM_MODEL),
    OBJECT("usage", ITEM_NONE, usage),
};
static const struct sift_node event_members[] = {
    TEXT("type", ITEM_EVENT_TYPE),
    OBJECT("message", ITEM_START, message),
    OBJECT("usage", ITEM_FINAL, usage),
    OBJECT("content_block", ITEM_NONE, block),
};
static const struct sift_node roots[] = {
    [METER_JSON] = OBJECT("", ITEM_NONE, object_members),
    [METER_STREAM] = OBJECT("", ITEM_NONE, event_members),
};

/* A line of a batch's results. */
static const struct sift_node result_message[] = {
    TEXT("id", ITEM_MESSAGE_ID),
    TEXT("model", ITEM_MODEL),
    OBJECT("usage", ITEM_FINAL, usage),
};
static const struct sift_node result[] = {
    TEXT("type", ITEM_RESULT_TYPE),
    OBJECT("message", ITEM_NONE, result_message),
};
static const struct sift_node result_line[] = {
    TEXT("custom_id", ITEM_CUSTOM_ID),
    OBJECT("result", ITEM_NONE, result),
};
const struct sift_node meter_result_line = OBJECT("", ITEM_NONE, result_line);

/* ---- events ------------------------------------------------------------- */

/* By name; all others are skipped. */
enum event { EVENT_USAGE, EVENT_BLOCK, EVENT_STOP, EVENT_ERROR, EVENT_OTHER };

static enum event event_of(struct str name)
{
    static const struct {
        struct str name;
        enum event event;
    } rows[] = {
        { { "message_start", 13 }, EVENT_USAGE },
        { { "message_delta", 13 }, EVENT_USAGE },
        { { "content_block_start", 19 }, EVENT_BLOCK },
        { { "message_stop", 12 }, EVENT_STOP },
        { { "error", 5 }, EVENT_ERROR },
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (str_eq(rows[i].name, name))
            return rows[i].event;
    }
    return EVENT_OTHER;
}

static void note_event(struct meter_usage *told, enum event event)
{
    told->stopped |= event == EVENT_STOP;
    told->failed |= event == EVENT_ERROR;
}

/* ---- all that is told --------------------------------------------------- */

static void note_count(struct meter_usage *told, const struct sift_found *found)
{
    told->counts[found->id] = found->number;
    told->known[found->id] = true;
    told->last_output |= found->id == METER_OUTPUT;
    if (told->parts)
        told->parts->top[found->id] = found->number;
}

static void note_text(struct meter_usage *told, const struct sift_found *found)
{
    if (found->id == ITEM_MODEL)
        meter_take_model(told->model, found->text);
    if (found->id == ITEM_EVENT_TYPE)
        note_event(told, event_of(found->text));
    if (found->id == ITEM_TIER)
        text_copy(told->service_tier, sizeof(told->service_tier), found->text);
    if (found->id == ITEM_SPEED)
        text_copy(told->speed, sizeof(told->speed), found->text);
    if (found->id == ITEM_GEO)
        text_copy(told->geo, sizeof(told->geo), found->text);
}

/* It is none, then, and still awaited. */
static bool is_too_large(const struct sift_found *found)
{
    return meter_is_count(found->id) && !found->begins &&
           found->number > METER_COUNT_MAX;
}

static void note_awaited(struct meter_usage *told,
                         const struct sift_found *found)
{
    if (meter_is_count(found->id)) {
        told->odd |= found->begins && told->awaits_count;
        told->awaits_count = found->begins && found->first != 'n';
    }
}

void meter_note_end(struct meter_usage *told)
{
    told->odd |= told->awaits_count;
    told->awaits_count = false;
}

/* It is not found again if nobody can read it. */
static void begin_text(struct meter_usage *told, const struct sift_found *found)
{
    if (found->id == ITEM_MODEL && found->first != 'n')
        meter_take_model(told->model, STR(METER_MODEL_ODD));
}

void meter_note(void *arg, const struct sift_found *found)
{
    struct meter_usage *told = arg;

    if (is_too_large(found))
        return;
    note_awaited(told, found);
    if (found->id >= ITEM_PART) {
        meter_parts_take(told, found);
        return;
    }
    if (found->begins) {
        begin_text(told, found);
        return;
    }
    if (found->id < METER_COUNTS)
        note_count(told, found);
    note_text(told, found);
    if (found->id == ITEM_FINAL)
        told->final = true;
    if (found->id == ITEM_START)
        told->last_output = false;
    if (found->id == ITEM_START || found->id == ITEM_FINAL) {
        told->told++;
        meter_note_end(told);
        meter_parts_sum(told);
    }
}

/* ---- the lines of a stream ---------------------------------------------- */

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

    meter->is_block = event == EVENT_BLOCK;
    meter->skipped = event != EVENT_USAGE && !(meter->is_block && meter->file);
    note_event(&meter->usage, event);
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
        meter->is_block = false;
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

/* ---- an object ---------------------------------------------------------- */

static void feed_object(struct meter *meter, struct str bytes)
{
    static const struct str bom = { "\xef\xbb\xbf", 3 };

    while (!meter->begun && bytes.len > 0) {
        if (bytes.at[0] == bom.at[meter->len]) {
            bytes = str_from(bytes, 1);
            meter->begun = ++meter->len == bom.len;
        } else {
            sift_feed(&meter->sift, str_sub(bom, 0, meter->len));
            meter->begun = true;
        }
    }
    sift_feed(&meter->sift, bytes);
    if (sift_is_whole(&meter->sift))
        meter_note_end(&meter->usage);
}

/* ---- all of it ---------------------------------------------------------- */

static void note(void *arg, const struct sift_found *found)
{
    struct meter *meter = arg;

    if (found->id == ITEM_FILE && meter->file && !found->begins)
        meter->file(meter->file_arg, found->text);
    else if (found->id != ITEM_FILE && !meter->is_block)
        meter_note(&meter->usage, found);
}

void meter_init(struct meter *meter, enum meter_kind kind)
{
    *meter = (struct meter){ .kind = kind };
    sift_init(&meter->sift, &roots[kind], note, meter);
    sift_announce(&meter->sift);
}

void meter_done(struct meter *meter)
{
    mem_free(meter->usage.parts);
    meter->usage.parts = NULL;
}

void meter_feed(struct meter *meter, struct str bytes)
{
    struct meter_usage *told = &meter->usage;
    bool ended = false;

    switch (meter->kind) {
    case METER_JSON:
        feed_object(meter, bytes);
        ended = sift_is_whole(&meter->sift);
        break;
    case METER_STREAM:
        feed_lines(meter, bytes);
        ended = told->stopped && !told->failed;
        break;
    }
    told->whole = ended && told->final && !told->odd;
}

bool meter_is_counted(const struct meter_usage *told)
{
    return told->known[METER_INPUT] && told->last_output;
}

bool meter_tells_all(const struct meter_usage *told)
{
    return told->whole && meter_is_counted(told);
}
